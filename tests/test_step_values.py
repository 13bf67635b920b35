"""What step runs were given is kept once a run and read back whole."""

import pytest
from sqlalchemy import text
from store_fixture import add_run, take

from dossier.ports import Variable
from dossier.store import runs, step_runs
from dossier.store.step_values import LEAST, REFERENCE
from dossier.store.tables_queue import StepRunRow, StepValueRow

CLAIMS = [{"id": f"MERGED_{n:03d}", "statement": f"Claim {n}: " + "steel " * 60} for n in range(3)]
PACK = {"anchor": "x" * LEAST}


def record(store, taken, step, **given):
    recorder = step_runs.SqlRecorder(store, taken)
    recorder.open(
        step, asset="sections", variables={name: Variable(value, "computed") for name, value in given.items()}
    )


def given_to(store, run_id):
    with store.reading() as session:
        return [step["input_variables"] for step in step_runs.full_steps(session, run_id)]


def number_of_values(store):
    with store.reading() as session:
        return session.query(StepValueRow).count()


def test_values_that_several_steps_were_given_are_kept_once_and_read_back_whole(store):
    taken = take(store, add_run(store))
    record(store, taken, "writer_intro", claims=CLAIMS, context_pack=PACK, current_date="2026-05-31")
    record(store, taken, "writer_strategy", claims=CLAIMS[1:], context_pack=PACK, note="y" * LEAST)
    assert number_of_values(store) == len(CLAIMS) + 2
    assert given_to(store, taken.run_id) == [
        {"claims": CLAIMS, "context_pack": PACK, "current_date": "2026-05-31"},
        {"claims": CLAIMS[1:], "context_pack": PACK, "note": "y" * LEAST},
    ]
    with store.reading() as session:
        stored = session.query(StepRunRow).order_by(StepRunRow.seq).first().input_variables
    assert len(str(stored)) < len(str(CLAIMS)) / 3
    assert stored["current_date"] == "2026-05-31", "what is short stays where it is"


@pytest.mark.parametrize(
    "hostile", [{REFERENCE: "0" * 64}, [{REFERENCE: "0" * 64}], {REFERENCE: {REFERENCE: "0"}}, [[{REFERENCE: "0"}]]]
)
def test_a_value_that_looks_like_a_reference_is_read_back_as_it_was_given(store, hostile):
    taken = take(store, add_run(store))
    record(store, taken, "media", lead=hostile)
    assert given_to(store, taken.run_id) == [{"lead": hostile}]


def test_values_stay_with_their_run_and_go_with_it(store):
    taken = [take(store, add_run(store, name, None), name) for name in ("Acme Corp", "Beta Corp")]
    for one in taken:
        record(store, one, "writer_intro", claims=CLAIMS)
    assert number_of_values(store) == 2 * len(CLAIMS)
    with store.transaction() as session:
        runs.cancel(session, taken[0].run_id)
        runs.delete(session, taken[0].run_id)
    assert number_of_values(store) == len(CLAIMS)
    assert given_to(store, taken[1].run_id) == [{"claims": CLAIMS}]


def test_step_runs_of_an_older_version_are_read_as_they_stand(store):
    taken = take(store, add_run(store))
    record(store, taken, "writer_intro", claims=CLAIMS)
    store.downgrade("0008")
    with store.reading() as session:
        assert session.query(StepRunRow).one().input_variables == {"claims": CLAIMS}
    store.upgrade()
    assert given_to(store, taken.run_id) == [{"claims": CLAIMS}]
    with store.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM v2_step_values")) == 0
