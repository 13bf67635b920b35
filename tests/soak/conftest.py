"""What the soak shares: its size and its seed, a home on either database, and what nobody disturbed makes of it.

`make soak` runs it; `make test` does not. `SEED=` chooses what is drawn, `SCALE=` how often everything is repeated.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the fixtures beside the other tests
from kill_fixture import SELLERS, comparable, dossiers, ended, prepared

SEED = int(os.environ.get("SEED") or 1)
SCALE = int(os.environ.get("SCALE") or 1)


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(SEED, SEED + SCALE))


@pytest.fixture(params=("sqlite", "postgresql"))
def new_url(request):
    """A way to the address of an empty database of the home's own; None is the file in the home."""
    if request.param == "sqlite":
        return lambda: None
    server = request.getfixturevalue("postgres_server")
    return lambda: server.url(server.new_database())


@pytest.fixture
def home(tmp_path, new_url):
    with prepared(tmp_path, new_url()) as home:
        yield home


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The dossiers of the sample leads, by run, that a worker on SQLite makes in peace: the others must be the same."""
    with prepared(tmp_path_factory.mktemp("undisturbed"), sellers=SELLERS) as home:
        ended(home.run())
        return {run_id: comparable(made) for run_id, made in dossiers(home).items()}
