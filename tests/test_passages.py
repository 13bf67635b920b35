"""What fits into a reading: one long source never makes the others vanish, and what is left out is counted."""

from dossier.evidence.passages import SHARES, select_event_passages, select_passages
from dossier.models import Lead
from dossier.steps.research import Reading
from dossier.testing import a_document

LEAD = Lead(id="ld_1", name="Brightwater Foods", domain="brightwater.example")
LIMIT = 80_000
SENTENCE = "Brightwater Foods will build a plant in Fairhaven, Ohio, and hire people there. "


def long(number, sentences=2_000):
    return a_document(f"Report {number}. " + SENTENCE * sentences, url=f"https://long{number}.example")


SHORT = [a_document(f"{SENTENCE}It is number {n}.", url=f"https://short{n}.example") for n in range(5)]


def test_the_sources_behind_a_long_one_are_read():
    passages, left_out = select_passages(LEAD, [long(1), *SHORT], LIMIT)
    assert {one.id for one in SHORT} <= {passage.source_id for passage in passages}
    assert left_out == 1


def test_many_long_ones_leave_out_no_more_than_does_not_fit():
    documents = [long(n) for n in range(SHARES + 3)]
    passages, left_out = select_passages(LEAD, [*documents, *SHORT], LIMIT * 2)
    assert {one.id for one in (*documents, *SHORT)} == {passage.source_id for passage in passages}
    assert left_out == len(documents)
    assert LIMIT < sum(passage.end - passage.start for passage in passages) <= LIMIT * 2


def test_of_more_than_can_be_read_the_first_are_read():
    documents = [long(n) for n in range(30)]
    passages, left_out = select_passages(LEAD, documents, LIMIT)
    assert [passage.source_id for passage in passages] == [one.id for one in documents[:9]]
    assert left_out == 30


def test_a_passage_that_is_too_long_is_cut_at_the_end_of_a_sentence():
    document = long(1)
    [passage], left_out = select_passages(LEAD, [document], LIMIT)
    assert left_out == 1
    assert passage.text == document.text[passage.start : passage.end]
    assert passage.text.endswith("hire people there.")
    assert LIMIT - len(SENTENCE) < len(passage.text) <= LIMIT


def test_where_all_fits_nothing_is_cut():
    whole = long(1, 500)
    passages, left_out = select_passages(LEAD, [whole, *SHORT], LIMIT)
    assert left_out == 0
    assert [passage.text for passage in passages] == [whole.text.strip(), *(one.text for one in SHORT)]


def test_a_text_without_a_sentence_is_cut_all_the_same():
    document = a_document("Brightwater Foods" + "x" * 100_000)
    named = a_document("Brightwater Foods " + "x" * 100_000, url="https://other.example")
    for one in (document, named):
        for passage in select_passages(LEAD, [one], LIMIT)[0]:
            assert 0 < len(passage.text) <= LIMIT


def test_an_event_in_a_document_that_would_never_fit_is_read():
    passages, read = select_event_passages([long(1), *SHORT], lambda text: "plant" in text, LIMIT)
    assert read[1:] == SHORT
    assert read[0].id == passages[0].source_id
    assert len(passages[0].text) <= LIMIT // SHARES


def test_the_gap_names_the_number_and_the_limit():
    assert Reading({}, []).gaps == []
    assert Reading({}, [], 1).gaps == ["1 passage was left out or shortened: at most 240,000 characters are read."]
    assert Reading({}, [], 7).gaps == ["7 passages were left out or shortened: at most 240,000 characters are read."]
