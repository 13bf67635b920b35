"""The exchange: what an engine is asked, what is recorded of it, and that every failure leaves one step run."""

import threading

import pytest

from dossier.answers import ContactDiscovery, Media, SearchPlan
from dossier.errors import BudgetExceeded, BudgetReached, NoCallLeft, Parked, Permanent, Retryable, StepFailed
from dossier.exchange import Exchange
from dossier.models import Cost, Query, StepStatus
from dossier.ports import LlmAnswer, Repair, Variable
from dossier.prompt_files import parse_prompt
from dossier.templates import TemplateError
from dossier.testing import MemoryRecorder, ScriptedLlm
from dossier.threads import side_by_side

FRONT = """---
id: media
name: Media
stage: ENRICH_LEAD
step_order: 1
role: fast
max_tokens: 900
variables: [lead, passages]
system: Be exact.
---
"""
PROMPT = parse_prompt(FRONT + "[[{{boundary}}]] About {{lead.name}}: {{passages}}", "media")
PASSAGE = {"source_id": "src_1", "start": 3, "end": 9, "text": "secret", "title": "T"}
VARIABLES = {
    "lead": Variable({"name": "Harbor Foods"}, "seed"),
    "passages": Variable([PASSAGE], "previous_step", "sources"),
}


def an_exchange(script):
    llm, recorder = ScriptedLlm({"media": script}), MemoryRecorder()
    return Exchange(llm, {"media": PROMPT}, {"media": 4}, recorder, "enrichment"), llm, recorder


def test_the_engine_gets_prompt_system_variables_and_schema():
    exchange, llm, _ = an_exchange(Media(logo={"url": "u"}))
    answer = exchange.ask("media", VARIABLES, Media)
    (request,) = llm.requests
    assert answer == Media(logo={"url": "u"})
    assert (request.step, request.role, request.system, request.max_tokens) == ("media", "fast", "Be exact.", 900)
    assert "About Harbor Foods: " in request.prompt
    assert request.variables == {"lead": {"name": "Harbor Foods"}, "passages": [PASSAGE]}
    assert request.schema["title"] == "Media"


def test_an_answered_step_is_recorded_whole():
    reply = LlmAnswer('{"logo": {}}', "model-1", 1, 100, 20, 0.01, cached=True, response_id="msg_1")
    exchange, llm, recorder = an_exchange(reply)
    exchange.ask("media", VARIABLES, Media)
    row = recorder.one("media")
    assert (row.asset, row.prompt_id, row.prompt_version) == ("enrichment", "media", 4)
    assert row.prompt == llm.requests[0].prompt
    record = recorder.closed("media")
    assert record.status is StepStatus.COMPLETED
    assert record.raw_output == '{"logo": {}}'
    assert record.parsed_output == Media().model_dump()
    assert (record.model, record.tokens_in, record.tokens_out, record.cost_usd) == ("model-1", 100, 20, 0.01)
    assert (record.llm_calls, record.cached_calls, record.response_id) == (1, 1, "msg_1")
    assert record.duration_ms >= 0


def test_the_step_run_is_open_while_the_engine_works():
    seen = []

    def look(_):
        seen.append((recorder.steps(), recorder.rows[0].record))
        return Media()

    exchange, _, recorder = an_exchange(look)
    exchange.ask("media", VARIABLES, Media)
    assert seen == [(["media"], None)]


def test_passages_are_stored_by_reference_and_sent_in_full():
    exchange, llm, recorder = an_exchange(Media())
    exchange.ask("media", VARIABLES, Media)
    stored = recorder.one("media").variables
    assert stored["passages"] == Variable([{"source_id": "src_1", "start": 3, "end": 9}], "previous_step", "sources")
    assert stored["lead"] == VARIABLES["lead"]
    assert "secret" in llm.requests[0].prompt


def test_models_as_values_become_json():
    exchange, llm, _ = an_exchange(Media())
    query = Variable([Query(query="q")], "computed")
    exchange.ask("media", {**VARIABLES, "queries": query}, Media)
    assert llm.requests[0].variables["queries"][0]["query"] == "q"


def test_the_boundary_depends_on_every_value_and_on_nothing_else():
    def boundary(name):
        exchange, llm, _ = an_exchange(Media())
        exchange.ask("media", {**VARIABLES, "lead": Variable({"name": name}, "seed")}, Media)
        return llm.requests[0].prompt.split("]]")[0].removeprefix("[[")

    assert boundary("A") == boundary("A")
    assert boundary("A") != boundary("B")
    assert boundary(boundary("A")) != boundary("A"), "a text that names a boundary changes it"
    assert len(boundary("A")) == 16


def test_a_variable_cannot_pretend_to_be_the_boundary():
    exchange, llm, _ = an_exchange(Media())
    exchange.ask("media", {**VARIABLES, "boundary": Variable("mine", "seed")}, Media)
    assert "[[mine]]" not in llm.requests[0].prompt


def test_a_missing_variable_fails_the_step_run_before_any_call():
    exchange, llm, recorder = an_exchange(Media())
    with pytest.raises(TemplateError, match=r"prompts/media\.md, line 1: no value for \{\{lead\.name\}\}"):
        exchange.ask("media", {**VARIABLES, "lead": Variable({"nam": "x"}, "seed")}, Media)
    assert llm.requests == []
    record = recorder.closed("media")
    assert record.status is StepStatus.FAILED
    assert "no value for {{lead.name}}" in record.error_message
    assert recorder.one("media").prompt is None


BAD_ANSWERS = {
    "no JSON": "I would rather not.",
    "cut off": '{"logo": {"url": "u',
    "wrong type": '{"logo": ["secret"]}',
    "unknown field": '{"logo": {}, "system": "obey"}',
    "not an object": "[]",
    "empty": "",
    "null": "null",
    "JSON in prose": 'Here it is: {"logo": {}}',
    "two objects": '{"logo": {}} {"logo": {}}',
    "too deep": '{"logo": {"a": ' + "[" * 100_000 + "]" * 100_000 + "}}",
    "lone surrogate": '{"logo": {"a": "\ud800"}}',
    "too long": '{"logo": {"a": "' + "x" * 10_000_000 + '"}}',
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_an_answer_that_cannot_be_used_fails_the_step_and_its_raw_text_is_kept(bad):
    exchange, llm, recorder = an_exchange(BAD_ANSWERS[bad])
    with pytest.raises(StepFailed) as caught:
        exchange.ask("media", VARIABLES, Media)
    assert caught.value.step == "media"
    assert [request.repair is None for request in llm.requests] == [True, False], "one repair, no more"
    record = recorder.closed("media")
    assert record.status is StepStatus.FAILED
    assert record.raw_output == BAD_ANSWERS[bad]
    assert record.parsed_output is None
    assert record.llm_calls == 2, "the failed calls were paid all the same"
    assert llm.accepted == []


def answers(*replies):
    """A script that gives one reply after the other."""
    left = list(replies)
    return lambda _: left.pop(0)


def too_plain(answer):
    return [] if answer.logo else ["The logo is missing."]


def test_a_faulty_answer_is_repaired_once_and_the_repair_says_what_was_wrong():
    exchange, llm, recorder = an_exchange(answers('{"logo": 7}', Media(logo={"url": "u"})))
    assert exchange.ask("media", VARIABLES, Media) == Media(logo={"url": "u"})
    first, second = llm.requests
    assert (first.repair, second.prompt) == (None, first.prompt)
    assert second.repair == Repair('{"logo": 7}', "- logo: dict_type")
    record = recorder.closed("media")
    assert (record.status, record.llm_calls, record.tokens_in) == (StepStatus.COMPLETED, 2, 20)
    assert record.counts == {"repairs": 1}
    assert len(llm.accepted) == 2, "whoever asks the same again gets both, and comes to the same answer"


def test_of_two_usable_answers_the_one_with_fewer_complaints_is_kept():
    better, worse = Media(logo={"url": "u"}), Media()
    for replies, kept, left in (((worse, better), better, None), ((worse, worse), worse, 1)):
        exchange, _, recorder = an_exchange(answers(*replies))
        assert exchange.ask("media", VARIABLES, Media, too_plain) == kept
        assert recorder.closed("media").counts.get("complaints") == left


def test_a_repair_that_made_it_worse_is_not_asked_for_again_either():
    exchange, llm, _ = an_exchange(answers(Media(), "I would rather not."))
    assert exchange.ask("media", VARIABLES, Media, too_plain) == Media()
    assert len(llm.accepted) == 2


def test_a_usable_answer_is_kept_where_its_repair_cannot_be_had():
    for fault in (StepFailed("media", "Refused."), NoCallLeft("media", "No call is left.")):
        exchange, llm, recorder = an_exchange(answers(Media(), fault))
        assert exchange.ask("media", VARIABLES, Media, too_plain) == Media()
        assert recorder.closed("media").status is StepStatus.COMPLETED
        assert len(llm.requests) == 2


def test_code_that_answers_is_not_asked_to_repair_itself():
    exchange, llm, recorder = an_exchange(LlmAnswer(Media().model_dump_json(), "extractive-1"))
    assert exchange.ask("media", VARIABLES, Media, too_plain) == Media()
    assert len(llm.requests) == 1
    assert recorder.closed("media").counts == {"complaints": 1}


def test_a_refusal_is_not_asked_again_and_its_cost_is_kept():
    paid = LlmAnswer("I cannot.", "m", 1, 10, 5, 0.5)
    exchange, llm, recorder = an_exchange(StepFailed("media", "The model refused.", reply=paid))
    with pytest.raises(StepFailed):
        exchange.ask("media", VARIABLES, Media)
    record = recorder.closed("media")
    assert (len(llm.requests), record.raw_output, record.cost_usd) == (1, "I cannot.", 0.5)


@pytest.mark.parametrize("fault", [BudgetReached("media", "Reached."), Parked("Waits.")])
def test_a_step_that_was_not_asked_is_skipped_not_failed(fault):
    exchange, _, recorder = an_exchange(fault)
    with pytest.raises(type(fault)):
        exchange.ask("media", VARIABLES, Media)
    assert recorder.closed("media").status is StepStatus.SKIPPED


def test_the_error_names_the_field_and_never_repeats_the_answer():
    exchange, _, recorder = an_exchange('{"logo": ["secret"], "project_image": 7}')
    with pytest.raises(StepFailed, match=r"logo: dict_type; project_image: dict_type") as caught:
        exchange.ask("media", VARIABLES, Media)
    assert "secret" not in str(caught.value)
    assert "secret" not in recorder.closed("media").error_message


def test_many_faults_are_counted_not_listed():
    contacts = ",".join(["7"] * 30)
    with pytest.raises(StepFailed, match=r"contacts\.0: dict_type.*; and 25 more"):
        ask_for(ContactDiscovery, '{"contacts": [' + contacts + "]}")


def test_limits_of_the_answer_model_hold():
    with pytest.raises(StepFailed, match="queries: too_short"):
        ask_for(SearchPlan, '{"objective": "o", "queries": []}')


def ask_for(model, text):
    exchange, _, _ = an_exchange(text)
    return exchange.ask("media", VARIABLES, model)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Retryable("The other side is busy."), StepStatus.FAILED),
        (StepFailed("media", "Refused."), StepStatus.FAILED),
        (BudgetExceeded("No money left."), StepStatus.SKIPPED),
        (ZeroDivisionError("a fault of ours"), StepStatus.FAILED),
        (KeyboardInterrupt(), StepStatus.FAILED),
    ],
)
def test_whatever_an_engine_raises_passes_and_closes_the_step_run(error, status):
    exchange, _, recorder = an_exchange(error)
    with pytest.raises(type(error)) as caught:
        exchange.ask("media", VARIABLES, Media)
    assert caught.value is error
    record = recorder.closed("media")
    assert record.status is status
    assert record.error_message
    assert type(error).__name__ in record.error_traceback


def test_a_step_without_a_prompt_is_an_error_that_names_those_there_are():
    exchange, _, recorder = an_exchange(Media())
    with pytest.raises(Permanent, match=r"no prompt for the step 'copy'.*Known: media"):
        exchange.ask("copy", VARIABLES, Media)
    assert recorder.rows == []


def test_code_steps_are_recorded_with_counts_and_no_call():
    exchange, llm, recorder = an_exchange(Media())
    result = exchange.record(
        "sources", {"plan": Variable("p", "computed")}, lambda: [Query(query="q")], counts=lambda r: {"n": len(r)}
    )
    assert result == [Query(query="q")]
    row, record = recorder.one("sources"), recorder.closed("sources")
    assert (row.prompt_id, row.prompt, row.asset) == (None, None, "enrichment")
    assert record.parsed_output[0]["query"] == "q"
    assert (record.counts, record.llm_calls, record.raw_output) == ({"n": 1}, 0, None)
    assert llm.requests == []


def test_a_code_step_that_raises_is_recorded_as_failed():
    exchange, _, recorder = an_exchange(Media())
    with pytest.raises(ZeroDivisionError):
        exchange.record("sources", {}, lambda: 1 // 0)
    assert recorder.closed("sources").status is StepStatus.FAILED


def test_a_skipped_step_leaves_its_reason_and_asks_nothing():
    exchange, llm, recorder = an_exchange(Media())
    exchange.skip("media", VARIABLES, "No source speaks of the lead.")
    record = recorder.closed("media")
    assert (record.status, record.error_message) == (StepStatus.SKIPPED, "No source speaks of the lead.")
    assert llm.requests == []


def test_costs_are_kept_by_asset_failed_answers_included():
    exchange, llm, _ = an_exchange(LlmAnswer("{}", "m", 1, 10, 5, 0.5))
    other = exchange.within("signals")
    exchange.ask("media", VARIABLES, Media)
    other.ask("media", VARIABLES, Media)
    llm.script["media"] = LlmAnswer("no", "m", 1, 1, 1, 0.25)
    with pytest.raises(StepFailed):
        other.ask("media", VARIABLES, Media)
    assert exchange.cost == Cost(usd=0.5, llm_calls=1, input_tokens=10, output_tokens=5)
    assert other.cost == Cost(usd=1.0, llm_calls=3, input_tokens=12, output_tokens=7)
    assert exchange.within("score").cost == Cost()


def test_branches_run_at_the_same_time_and_come_back_in_order():
    meet = threading.Barrier(3, timeout=10)

    def branch(name):
        def run():
            meet.wait()
            return name

        return run

    assert list(side_by_side({name: branch(name) for name in "cab"}).items()) == [("c", "c"), ("a", "a"), ("b", "b")]


def test_a_branch_without_a_usable_answer_leaves_the_others():
    failure = StepFailed("media", "Refused.")

    def refuse():
        raise failure

    assert side_by_side({"media": refuse, "other": lambda: 1}) == {"media": failure, "other": 1}
    assert side_by_side({}) == {}


def test_any_other_fault_of_a_branch_is_raised_after_all_have_ended():
    ended = threading.Event()

    def fail():
        raise Retryable("busy")

    with pytest.raises(Retryable):
        side_by_side({"a": fail, "b": ended.set})
    assert ended.is_set()
