"""Workers that are killed from outside or sleep too long in the middle of the work, and what is left of it.

One home for all: a first worker dies, a second one is stopped past its lease, a third one finishes, and the second
wakes up. Where they stand then is drawn from SEED. `make soak` does the same in every asset, on both databases.
"""

import os
import random
import signal
from dataclasses import dataclass

import pytest
from kill_fixture import (
    Home,
    caught,
    comparable,
    differing,
    dossiers,
    ended,
    faults,
    finished,
    killed,
    let_leases_pass,
    prepared,
    remade,
)
from oracle import Seen

from dossier_assets.launch import ASSET_ORDER

pytestmark = pytest.mark.whole
SEED = 4


@dataclass(frozen=True)
class Disturbed:
    """A home after all that, and what the oracle was shown at its turns."""

    home: Home
    at_death: Seen
    at_sleep: Seen
    before_waking: Seen
    after_all: Seen


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory):
    with prepared(tmp_path_factory.mktemp("disturbed")) as home:
        yield disturb(home)


def disturb(home):
    early, late = sorted(random.Random(SEED).sample(range(len(ASSET_ORDER)), 2))
    first = home.run()
    assert caught(home, first, ASSET_ORDER[early:], lambda _: killed(first))
    at_death = home.seen()
    second = home.run()
    assert caught(home, second, ASSET_ORDER[late:], lambda pid: os.kill(pid, signal.SIGSTOP))
    let_leases_pass(home)
    at_sleep = home.seen()
    ended(home.run())
    before_waking = home.seen()
    os.kill(second.pid, signal.SIGCONT)
    ended(second)
    return Disturbed(home, at_death, at_sleep, before_waking, home.seen())


def test_what_was_finished_when_a_worker_was_killed_is_not_made_again(disturbed):
    assert finished(disturbed.at_death)
    assert not remade(disturbed.at_death, disturbed.after_all)


def test_a_worker_that_wakes_up_after_its_lease_is_over_changes_nothing(disturbed):
    assert len(finished(disturbed.at_sleep)) > len(finished(disturbed.at_death))
    assert not remade(disturbed.at_sleep, disturbed.before_waking)
    assert disturbed.after_all.artifacts == disturbed.before_waking.artifacts
    assert disturbed.after_all.step_runs == disturbed.before_waking.step_runs
    assert disturbed.after_all.runs == disturbed.before_waking.runs


def test_in_the_end_everything_is_as_if_nobody_had_been_disturbed(disturbed, tmp_path):
    assert not faults(disturbed.home, disturbed.after_all)
    with prepared(tmp_path) as undisturbed:
        ended(undisturbed.run())
        expected = {run_id: comparable(made) for run_id, made in dossiers(undisturbed).items()}
    assert dossiers(disturbed.home).keys() == expected.keys()
    assert differing(disturbed.home, expected) == []
