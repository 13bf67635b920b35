"""Search over the imported documents: what a query asks for, who sees what, and one order for ever."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_fixture import add_client, document

from dossier.keys import digest, source_id
from dossier.models import Precision
from dossier.ranking import Candidate, SearchTerms, normal_form, parse_query, rank, snippet
from dossier.store import sources
from resources.corpus_search import CorpusSearch, StoredLibrary

UNDATED = {"published_at": None, "published_precision": None}


def fill(store, *documents, client=None):
    with store.transaction() as session:
        sources.save_documents(session, documents, client)


@pytest.fixture
def search(store) -> CorpusSearch:
    add_client(store)
    return CorpusSearch(store, "seller")


def titles(hits) -> list[str]:
    return [hit.source.title for hit in hits]


def candidate(terms: str, title: str = "", key: int = 1) -> Candidate:
    normal = normal_form(terms)
    return Candidate(key, f"src_{key:03}", normal_form(title), normal, len(normal.split()))


def best(query: str, *candidates: Candidate) -> list[str]:
    return [ranked.candidate.source_id for ranked in rank(parse_query(query), candidates)]


# ---------------------------------------------------------------- words and queries


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("AT&T's new Plant", " at t s new plant "),
        ("Nestlé — Zürich", " nestle zurich "),
        ("3M Co.", " 3m co "),
        ("ＡＣＭＥ ①", " acme 1 "),
        ("snake_case", " snake case "),
        ("Straße İstanbul", " strasse istanbul "),
        ("...", " "),
        ("", " "),
    ],
)
def test_words_have_no_case_accent_or_punctuation(text, normal):
    assert normal_form(text) == normal


@given(st.text())
def test_the_normal_form_is_stable_and_framed_by_blanks(text):
    normal = normal_form(text)
    assert normal_form(normal) == normal
    assert normal.startswith(" ")
    assert normal.endswith(" ")


@pytest.mark.parametrize(
    ("query", "phrases", "words"),
    [
        ('"Acme Corp" OR "Acme" new plant', ("acme corp", "acme"), ("new", "plant")),
        ("“Acme” expansion 2026", ("acme",), ("expansion", "2026")),
        ('"AT&T"', ("at t",), ()),
        ('"" plant', (), ("plant",)),
        ('plant "torn', (), ("plant", "torn")),
        ("AND NOT NEAR(a b) a* -b", (), ("and", "not", "near", "a", "b")),
        ("title:x ^y {z}", (), ("title", "x", "y", "z")),
        ("plant PLANT plánt", (), ("plant",)),
        ("", (), ()),
    ],
)
def test_a_query_has_required_phrases_and_ranking_words(query, phrases, words):
    assert parse_query(query) == SearchTerms(phrases, words)


@given(st.text(alphabet="\"' ()*^:-+{}ORANDa;\\%_\x00é", max_size=60))
def test_no_query_breaks_the_index(upgraded_search, query):
    upgraded_search.search(query)


@pytest.fixture(scope="module")
def upgraded_search(upgraded, tmp_path_factory):
    import shutil

    from dossier.store.database import Store

    store = Store.open(f"sqlite:///{shutil.copyfile(upgraded, tmp_path_factory.mktemp('q') / 'q.db')}")
    add_client(store)
    fill(store, document("A or and near a text."))
    return CorpusSearch(store, "seller")


# ---------------------------------------------------------------- ranking


def test_without_its_phrase_a_text_is_no_answer():
    assert best(
        '"acme corp" plant', candidate("acme builds a plant for corp"), candidate("acme corp rests", key=2)
    ) == ["src_002"]


def test_one_of_several_phrases_is_enough():
    assert best('"acme" OR "beta"', candidate("beta"), candidate("gamma", key=2)) == ["src_001"]


def test_without_phrases_one_word_is_enough():
    assert best("plant steel", candidate("a plant"), candidate("nothing", key=2)) == ["src_001"]


def test_words_decide_between_texts_that_have_the_phrase():
    assert best('"acme" plant', candidate("acme lunch"), candidate("acme plant", key=2)) == ["src_002", "src_001"]


def test_a_phrase_in_the_title_goes_before_one_in_passing():
    passing = candidate("acme " + "word " * 60)
    about = candidate("it " + "word " * 60, title="Acme expands", key=2)
    assert best('"acme"', passing, about) == ["src_002", "src_001"]


def test_a_text_about_the_phrase_goes_before_one_that_mentions_it_beside_a_word():
    about = candidate("intel did intel and intel again intel so intel", title="Intel")
    beside = candidate("one intel and the layoffs of others here", key=2)
    assert best('"intel" layoffs', beside, about) == ["src_001", "src_002"]


def test_a_rare_word_counts_more_than_a_common_one():
    common = [candidate("new plant", key=key) for key in range(3, 20)]
    assert best("zirconium new", candidate("zirconium"), candidate("new", key=2), *common)[0] == "src_001"


def test_a_long_text_does_not_win_by_length_alone():
    short, long = candidate("acme plant"), candidate("acme plant " + "filler " * 500, key=2)
    assert best('"acme" plant', long, short) == ["src_001", "src_002"]


def test_ties_are_decided_by_source_id_whatever_came_first():
    twins = [candidate("acme plant", key=key) for key in range(1, 9)]
    shuffled = twins[:]
    Random(7).shuffle(shuffled)
    assert best('"acme"', *shuffled) == [f"src_{key:03}" for key in range(1, 9)]


def test_a_word_inside_another_is_no_hit():
    assert best("plant", candidate("implantation planted")) == []


# ---------------------------------------------------------------- snippets


def test_a_snippet_shows_where_the_terms_stand_together():
    text = "Acme was founded in 1900. " + "Nothing here. " * 40 + "Acme builds a new plant in Boise. " + "Else. " * 40
    shown = snippet(text, parse_query('"acme" plant'))
    assert "builds a new plant in Boise" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 240


def test_a_snippet_finds_a_phrase_with_signs_between_its_words():
    assert "AT&T invests" in snippet("Words. " * 60 + "AT&T invests. " + "Words. " * 60, parse_query('"AT&T"'))


@given(st.text(max_size=600), st.text(max_size=40))
def test_a_snippet_is_always_made_of_the_text(text, query):
    shown = snippet(text, parse_query(query)).removeprefix("… ").removesuffix(" …")
    assert shown in " ".join(text.split())


# ---------------------------------------------------------------- the port


def test_a_hit_has_its_source_its_snippet_and_a_score(store, search):
    fill(store, document("Acme Corp builds a plant in Boise.", "Acme grows"), document("Beta sleeps."))
    [hit] = search.search('"Acme Corp" plant')
    assert hit.source.title == "Acme grows"
    assert hit.snippet == "Acme Corp builds a plant in Boise."
    assert hit.score > 0


def test_accents_and_case_do_not_matter_and_endings_do(store, search):
    fill(store, document("Nestlé opens a factory."), document("The planted tree.", "Tree"))
    assert titles(search.search('"NESTLE"')) == ["A title"]
    assert search.search('"plant"') == []


def test_another_clients_documents_are_not_found(store, search):
    add_client(store, "other")
    fill(store, document("Acme for all.", "shared"))
    fill(store, document("Acme for the seller.", "own"), client="seller")
    fill(store, document("Acme for the other.", "foreign"), client="other")
    assert sorted(titles(search.search('"Acme"'))) == ["own", "shared"]
    assert sorted(titles(CorpusSearch(store, "other").search('"Acme"'))) == ["foreign", "shared"]


def test_a_text_that_is_shared_and_own_is_found_once_as_own(store, search):
    fill(store, document("Acme builds.", "shared"))
    fill(store, document("Acme builds.", "own"), client="seller")
    assert titles(search.search('"Acme"')) == ["own"]


def test_what_was_published_after_the_reference_date_is_not_found_and_undated_is(store):
    add_client(store)
    fill(
        store,
        document("Acme before.", "before", published_at=date(2026, 6, 30)),
        document("Acme after.", "after", published_at=date(2026, 7, 1)),
        document("Acme at no time.", "undated", **UNDATED),
    )
    found = CorpusSearch(store, "seller", date(2026, 6, 30)).search('"Acme"')
    assert sorted(titles(found)) == ["before", "undated"]


def test_since_leaves_out_older_documents_and_keeps_undated_ones(store, search):
    fill(
        store,
        document("Acme old.", "old", published_at=date(2020, 1, 1), published_precision=Precision.YEAR),
        document("Acme new.", "new"),
        document("Acme undated.", "undated", **UNDATED),
    )
    assert sorted(titles(search.search('"Acme"', since=date(2025, 1, 1)))) == ["new", "undated"]


@pytest.mark.parametrize("domain", ["paper.example", "https://www.Paper.example/"])
def test_domains_keep_a_site_and_what_is_under_it(store, search, domain):
    fill(
        store,
        document("Acme one.", "site", url="https://www.paper.example/1"),
        document("Acme two.", "below", url="https://news.paper.example/2"),
        document("Acme three.", "lookalike", url="https://badpaper.example/paper.example"),
        document("Acme four.", "none"),
    )
    assert sorted(titles(search.search('"Acme"', domains=[domain]))) == ["below", "site"]


def test_a_percent_sign_in_a_domain_matches_nothing_but_itself(store, search):
    fill(store, document("Acme one.", url="https://paper.example/1"))
    assert search.search('"Acme"', domains=["%", "p_per.example"]) == []


def test_at_most_as_many_hits_as_asked_for_and_always_the_same(store, search):
    fill(store, *(document(f"Acme text {n}.", f"t{n}") for n in range(30)))
    first = search.search('"Acme"', limit=7)
    assert len(first) == 7
    assert first == search.search('"Acme"', limit=7) == search.search('"Acme"', limit=20)[:7]


def test_the_order_does_not_depend_on_the_order_of_import(store, upgraded, tmp_path):
    import shutil

    from dossier.store.database import Store

    made = [document(f"Acme word{n % 3} builds plant.", f"t{n}") for n in range(20)]
    other = Store.open(f"sqlite:///{shutil.copyfile(upgraded, tmp_path / 'other.db')}")
    found = []
    for place, documents in ((store, made), (other, made[::-1])):
        add_client(place)
        fill(place, *documents)
        found.append([(h.source.id, h.score) for h in CorpusSearch(place, "seller").search('"Acme" plant word1')])
    assert found[0] == found[1]


def test_a_broad_question_still_finds_the_text_with_its_rarest_word(store, search, monkeypatch):
    monkeypatch.setattr("dossier.store.candidates._BROAD", 5)
    fill(
        store, *(document(f"A new plant, number {n}.", f"t{n}") for n in range(20)), document("New zirconium.", "rare")
    )
    assert titles(search.search("new zirconium plant"))[0] == "rare"
    assert len(search.search("new plant", limit=50)) == 20


def test_a_query_without_words_finds_nothing(store, search):
    fill(store, document("Acme."))
    assert search.search("...") == search.search("") == []


def test_a_deleted_document_leaves_the_index(store, search):
    fill(store, document("Acme for the seller."), client="seller")
    assert len(search.search('"Acme"')) == 1
    with store.transaction() as session:
        session.delete(session.get_one(sources.SourceRow, 1))
    assert search.search('"Acme"') == []


def test_a_new_title_of_a_text_is_found(store, search):
    fill(store, document("Same text.", "Old name", published_at=date(2026, 5, 1)))
    fill(store, document("Same text.", "Better headline", published_at=date(2026, 4, 1)))
    assert titles(search.search('"better headline"')) == ["Better headline"]
    assert search.search('"old name"') == []


def test_the_library_gives_texts_in_the_order_that_was_asked(store, search):
    fill(store, document("One."), document("Two."))
    ids = [source_id(digest(text)) for text in ("Two.", "One.")]
    assert [doc.text for doc in StoredLibrary(store, "seller").documents(ids)] == ["Two.", "One."]
    with pytest.raises(KeyError):
        StoredLibrary(store, "seller").documents(["src_unknown"])
