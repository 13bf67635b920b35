"""The strict shapes in which a model answers: nothing is lost on the way to the vendor, and nothing on the way back."""

import json
from datetime import date

import anthropic
import pytest
from model_fixture import STORY, body_of, research_prompt, writing_prompt

from dossier import wire
from dossier.answers import ANSWERS, ContactDiscovery, EnrichContact, Media, SignalDiscovery, Written
from dossier.errors import StepFailed
from dossier.exchange import Exchange
from dossier.model_server.answers import answer_text
from dossier.models import Bound, Precision
from dossier.ports import Variable
from dossier.prompt_files import STABLE_UNTIL, parse_prompt
from dossier.testing import MemoryRecorder, ScriptedLlm

STEPS = list(wire.SHAPES)
QUOTE = "In May 2026 Harbor Foods said it will spend about $120 million and hire up to 300 workers in Dayton."
PLAIN = {"event_date": "2026-05", "amount_text": "$120 million", "count_text": "300 workers", "quote": QUOTE}


def parts(schema):
    """Every object of a schema, those in `$defs` included."""
    return [schema, *schema.get("$defs", {}).values()]


def filled(step):
    """An answer in which each field says its own name."""
    schema = wire.schema(step)

    def value(part, name):
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
        if "enum" in part:
            return next(choice for choice in part["enum"] if choice)
        kind = part["type"]
        if kind == "object":
            return {key: value(inner, f"{name}.{key}") for key, inner in part["properties"].items()}
        if kind == "array":
            return [value(part["items"], name)]
        return {"string": PLAIN.get(name.rpartition(".")[2], f"said {name}"), "integer": 7, "boolean": True}[kind]

    return value(schema, step)


def empty(step):
    """An answer that knows nothing."""
    schema = wire.schema(step)

    def value(part):
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
        if "enum" in part:
            return part["enum"][0]
        if part["type"] == "object":
            return {key: value(inner) for key, inner in part["properties"].items()}
        return {"string": "", "integer": 0, "boolean": False, "array": []}[part["type"]]

    return value(schema)


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def read(step, said):
    return wire.read(step, json.dumps(said))


def test_every_step_that_asks_has_a_shape():
    assert wire.SHAPES.keys() == ANSWERS.keys()


@pytest.mark.parametrize("step", STEPS)
def test_the_vendor_is_sent_the_schema_whole(step):
    sent = anthropic.transform_schema(wire.schema(step))
    assert [part["properties"].keys() for part in parts(sent)] == [
        part["properties"].keys() for part in parts(wire.schema(step))
    ]
    for part in parts(sent):
        assert part["properties"], "an object without fields can only come back empty"
        assert part["required"] == list(part["properties"]), "a field that may be missing makes the grammar larger"
    assert not {"anyOf", "allOf", "default", "title", "description", "pattern", "format"} & set(keywords(sent))
    assert len(json.dumps(sent)) < 4_000


def keywords(schema):
    """Every key of a schema that is no field's name."""
    for part in parts(schema):
        yield from part
        for inner in part["properties"].values():
            yield from inner
            yield from inner.get("items", {})


@pytest.mark.parametrize("step", STEPS)
def test_what_a_model_says_arrives_whole(step):
    said = filled(step)
    arrived = set(texts(read(step, said).model_dump(mode="json")))
    words = {"$120 million", "300 workers", "2026-05"}
    assert set(texts(said)) - words <= arrived
    if "claims" in said:
        [claim] = read(step, said).claims
        assert (claim.event_date, claim.date_precision) == (date(2026, 5, 1), Precision.MONTH)
        has = wire.schema(step)["properties"]["claims"]["items"]["$ref"].rpartition("/")[2]
        assert (claim.details.amount is not None) == ("amount_text" in wire.schema(step)["$defs"][has]["properties"])


@pytest.mark.parametrize("step", STEPS)
def test_an_answer_that_knows_nothing_brings_nothing(step):
    if step == "search_builder":
        return  # a plan without a search is no plan
    arrived = read(step, empty(step)).model_dump(mode="json", exclude_defaults=True)
    words = {text for text in texts(arrived) if text and text != text.upper()}
    assert words == set(), "only words of fixed lists may be left"
    assert "lead" not in arrived


def test_words_for_nothing_are_nothing():
    said = filled("media")
    said["logo"] = {"url": "n/a", "source": "Unknown", "quality": " ", "fallback": "none"}
    answer = read("media", said)
    assert isinstance(answer, Media)
    assert answer.logo == {}
    assert answer.project_image["url"].startswith("said")


def test_a_plan_without_a_search_is_refused_by_its_rule():
    with pytest.raises(ValueError, match="queries"):
        read("search_builder", empty("search_builder"))


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2026-05-14", date(2026, 5, 14), Precision.DAY),
        ("2026-05", date(2026, 5, 1), Precision.MONTH),
        ("2026-Q2", date(2026, 4, 1), Precision.QUARTER),
        ("2026-q4", date(2026, 10, 1), Precision.QUARTER),
        ("2026-H2", date(2026, 7, 1), Precision.HALF),
        ("2026", date(2026, 1, 1), Precision.YEAR),
        ("May 2026", date(2026, 5, 1), Precision.MONTH),
        ("2026-02-30", None, None),
        ("2026-13", None, None),
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_a_date_is_as_exact_as_its_form(text, day, precision):
    assert wire.as_date(text) == (day, precision)


def a_signal(**fields):
    said = filled("signal_discovery")
    said["claims"][0] |= fields
    answer = read("signal_discovery", said)
    assert isinstance(answer, SignalDiscovery)
    return answer.claims[0]


def test_an_amount_is_read_where_it_stands_in_the_quote():
    details = a_signal().details
    assert details.amount is not None
    assert (details.amount.amount, details.amount.bound, details.amount.text) == (
        120_000_000,
        Bound.ABOUT,
        "$120 million",
    )
    assert details.count is not None
    assert (details.count.number, details.count.unit, details.count.bound) == (300, "worker", Bound.AT_MOST)


def test_an_amount_that_is_not_in_the_quote_is_read_by_itself_and_words_without_one_give_none():
    made_up = a_signal(amount_text="$987 million").details.amount
    assert made_up is not None
    assert made_up.amount == 987_000_000, "whether it stands in the source is asked later, of every draft"
    assert a_signal(amount_text="a lot of money", count_text="").details.amount is None
    assert a_signal(amount_text="a lot of money", count_text="").details.count is None


def test_a_claim_without_quote_is_kept_to_be_refused_and_counted():
    assert (a_signal(quote="", statement="").quote, a_signal(quote="").statement) == (
        "",
        "said signal_discovery.claims.statement",
    )


def test_a_message_without_a_body_is_none():
    said = filled("enrich_contact")
    said["profiles"][0]["email"] = {"subject": "S", "body": "", "ps": "P"}
    said["profiles"][0]["linkedin"] = {"message": ""}
    answer = read("enrich_contact", said)
    assert isinstance(answer, EnrichContact)
    assert (answer.profiles[0].email, answer.profiles[0].linkedin) == (None, None)
    assert answer.profiles[0].client_email is not None


def test_a_headline_that_is_too_long_costs_no_answer():
    said = filled("signal_discovery")
    said["lead"]["primary_signal"]["headline"] = "x" * 300
    answer = read("signal_discovery", said)
    assert isinstance(answer, SignalDiscovery)
    assert answer.lead is not None
    assert len(answer.lead.primary_signal.headline) == 100


# ---------------------------------------------------------------- through the exchange

FRONT = """---
id: contact_discovery
name: Contacts
stage: FIND_LEAD
step_order: 1
effort: low
variables: [lead]
system: Be exact.
---
"""
PROMPT = parse_prompt(FRONT + "Find people at {{lead.name}}.", "contact_discovery")


def ask(*replies, provider="anthropic", answer=ContactDiscovery):
    left = [reply if isinstance(reply, str) else json.dumps(reply) for reply in replies]
    llm = ScriptedLlm({"contact_discovery": lambda _: left.pop(0)}, provider)
    exchange = Exchange(llm, {"contact_discovery": PROMPT}, {}, MemoryRecorder())
    return llm, exchange.ask("contact_discovery", {"lead": Variable({"name": "Harbor Foods"}, "seed")}, answer)


def test_a_model_is_asked_in_its_shape_and_read_from_it():
    llm, answer = ask(filled("contact_discovery"))
    assert llm.requests[0].schema == wire.schema("contact_discovery")
    assert llm.requests[0].effort == "low"
    assert answer.claims[0].details.person == "said contact_discovery.claims.person"


def test_a_request_says_how_much_of_it_is_the_same_for_every_lead():
    prompt = parse_prompt(f"{FRONT}Rules.\n\n{STABLE_UNTIL}\n\nFind people at {{{{lead.name}}}}.", "contact_discovery")
    llm = ScriptedLlm({"contact_discovery": filled("contact_discovery")}, "anthropic")
    exchange = Exchange(llm, {"contact_discovery": prompt}, {}, MemoryRecorder())
    exchange.ask("contact_discovery", {"lead": Variable({"name": "Harbor Foods"}, "seed")}, ContactDiscovery)
    [request] = llm.requests
    assert request.prompt[: request.stable_chars] == "Rules.\n\n"
    assert request.prompt[request.stable_chars :] == "\nFind people at Harbor Foods.\n"


def test_an_engine_of_ours_speaks_in_answers():
    llm, answer = ask(ContactDiscovery(contacts=[{"name": "Ann"}]).model_dump(), provider="scripted")
    assert llm.requests[0].schema["title"] == "ContactDiscovery"
    assert answer.contacts == [{"name": "Ann"}]


def test_an_answer_of_another_kind_than_the_step_s_own_has_its_own_schema():
    llm, _ = ask(Written().model_dump(), answer=Written)
    assert llm.requests[0].schema["title"] == "Written"


def test_a_model_is_told_what_belongs_where_it_was_wrong():
    wrong = filled("contact_discovery")
    wrong["claims"][0] |= {"type": "RUMOUR", "about": 7}
    del wrong["sources"]
    llm, answer = ask(wrong, filled("contact_discovery"))
    complaint = llm.requests[1].repair.complaint
    assert "claims.0.type: Input should be 'SIGNAL', 'CONTACT'" in complaint
    assert "sources: Field required" in complaint
    assert "RUMOUR" not in complaint
    assert answer.contacts


@pytest.mark.parametrize("reply", [{}, {"contacts": []}, "[]", "no", '{"claims": "\ud800"}'])
def test_an_empty_object_of_a_model_is_not_taken_for_an_empty_answer(reply):
    with pytest.raises(StepFailed):
        ask(reply, reply)


# ---------------------------------------------------------------- the model server, which tests of whole runs ask


def served(step, prompt):
    return wire.read(step, answer_text(body_of(prompt, wire.schema(step))))


def test_the_model_server_fills_the_shapes_of_research():
    signal = served("signal_discovery", research_prompt(STORY)).claims[0]
    assert (signal.event_date, signal.date_precision) == (date(2026, 5, 14), Precision.DAY)
    assert (signal.details.signal_type, signal.details.amount.amount) == ("new_plant_announced", 120_000_000)
    person = served("contact_discovery", research_prompt(STORY, wanted="type CONTACT")).claims[0]
    assert (person.details.person, person.details.organization) == ("Ann Lee", "Harbor Foods")
    tie = served("entity_research", research_prompt(STORY)).claims[0]
    assert tie.details.organization == "Stone Builders"


@pytest.mark.parametrize(
    ("said", "day", "precision"),
    [
        ("in the third quarter of 2026", date(2026, 7, 1), Precision.QUARTER),
        ("in September 2026", date(2026, 9, 1), Precision.MONTH),
        ("in 2027", date(2027, 1, 1), Precision.YEAR),
    ],
)
def test_the_model_server_makes_no_date_more_exact_than_it_is(said, day, precision):
    story = f"Harbor Foods announced that it will open a plant in Dayton {said}."
    [claim] = served("signal_discovery", research_prompt(story)).claims
    assert (claim.event_date, claim.date_precision) in [(day, precision), (date(day.year, 1, 1), Precision.YEAR)]


def test_the_model_server_fills_the_shapes_of_writers():
    written = served("writer_intro", writing_prompt())
    assert written.sentences
    assert written.content["one_liner"].startswith("May 2026")
    assert len(served("writer_strategy", writing_prompt()).content["common_objections"]) >= 3
