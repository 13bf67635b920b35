"""Client configurations and documents from file to store: dates, twins, hostile rows, and text kept to the letter."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_fixture import add_client, document

from dossier.errors import BadInput
from dossier.intake import strict_json
from dossier.intake.clients import read_client
from dossier.intake.documents import parse_date, read_documents
from dossier.intake.leads import read_leads
from dossier.keys import digest, source_id
from dossier.models import Precision, Tier
from dossier.ranking import SearchTerms
from dossier.store import sources
from dossier.store.candidates import candidates
from dossier.store.tables_queue import SourceRow


def write(tmp_path: Path, content: str | bytes, name: str) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path: Path, *rows: dict | str, name: str = "documents.jsonl"):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    [batch] = read_documents([write(tmp_path, "\n".join(lines), name)])
    return batch


def one(tmp_path: Path, **fields):
    batch = read(tmp_path, {"title": "T", "text": "Some text.", **fields})
    assert not batch.rejected, batch.rejected
    return batch.documents[0]


def reason(tmp_path: Path, row: dict | str) -> str:
    batch = read(tmp_path, row, {"title": "good", "text": "Good text."})
    assert [doc.title for doc in batch.documents] == ["good"], "good rows go in"
    [rejected] = batch.rejected
    assert (rejected.row, rejected.file) == (1, "documents.jsonl")
    return rejected.reason


def save(store, *documents, client=None):
    with store.transaction() as session:
        return sources.save_documents(session, documents, client)


# ---------------------------------------------------------------- client configurations


def test_yaml_and_json_give_the_same_client_and_unknown_fields_stay(tmp_path):
    config = {"client": {"name": "Sample Builders", "offer": ["steel"]}, "icp_config": {"own": 1}, "house_rules": [1]}
    as_json = read_client(write(tmp_path, json.dumps(config), "c.json"))
    as_yaml = read_client(write(tmp_path, f"# comment\n{json.dumps(config)}", "c.yaml"))
    assert as_json == as_yaml
    assert as_json.slug == "sample-builders"
    kept = as_json.config.model_dump()
    assert (kept["house_rules"], kept["icp_config"]["own"], kept["industry_research"]) == ([1], 1, {})


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "client: Field required"),
        ({"client": {}}, "client.name is missing"),
        ({"client": {"name": "  "}}, "client.name is missing"),
        ({"client": {"name": "C"}, "icp_config": {"signals": [{"tier": "hot"}]}}, r"icp_config\.signals\[0\]\.name"),
        ({"client": {"name": "C"}, "icp_config": {"signals": [{"name": "s", "weight": 99}]}}, "weight"),
        ({"client": {"name": "C"}, "timezone": "Mars/Olympus"}, "unknown timezone"),
        ({"client": {"name": "C"}, "scoring": "columline"}, "Did you mean columnline"),
        ({"client": {"name": "C"}, "budgets": {"run_usd": "a lot"}}, "budgets.run_usd is 'a lot'"),
        ({"client": {"name": "C"}, "budgets": {"day_usd": -1}}, "budgets.day_usd"),
        ({"client": {"name": "C"}, "budgets": 5}, "budgets is no mapping"),
        ({"client": {"name": "C"}, "crm": {"hubspot": {"contacts": {"Emial": "E"}}}}, "Emial"),
        ({"client": {"name": "C"}, "scoring": "nonsense"}, "One of: columnline, rubric"),
        ({"client": {"name": "C"}, "seed_data": {"mode": "seeds"}}, "Did you mean seed"),
        ({"client": {"name": "C"}, "research_context": {"copy_style": {"ps": "nevr"}}}, "Did you mean never"),
        ({"client": {"name": "C"}, "research_context": {"copy_style": {"length": 70}}}, "One of: 50-60, 60-75, <=100"),
        ({"client": {"name": "C"}, "timezone": "../../etc/passwd"}, "unknown timezone"),
        ([], "no client configuration"),
    ],
)
def test_a_fault_in_a_configuration_names_its_field(tmp_path, config, said):
    with pytest.raises(BadInput, match=said):
        read_client(write(tmp_path, json.dumps(config), "c.json"))


@pytest.mark.parametrize(
    "content",
    [
        "client: !!python/object/apply:os.system ['true']",
        "a: &a [x]\nclient: {name: C, b: *a}",
        "client: {name: [",
        "\x00",
    ],
)
def test_yaml_that_builds_objects_or_grows_is_refused(tmp_path, content):
    with pytest.raises(BadInput):
        read_client(write(tmp_path, content, "c.yaml"))


def test_parts_that_are_null_count_as_missing(tmp_path):
    client = read_client(write(tmp_path, '{"client": {"name": "C"}, "seed_data": null, "icp_config": null}', "c.json"))
    assert (client.config.seed_data, client.config.timezone) == ({}, "UTC")


@pytest.mark.parametrize(
    "text",
    [
        "- " * 400_000,
        "? " * 400_000,
        "- ? " * 200_000,
        "[" * 900_000,
        "{a: " * 200_000,
        "\n".join(" " * n + "a:" for n in range(1_300)),
    ],
    ids=["lists", "keys", "both", "brackets", "braces", "blocks"],
)
def test_yaml_that_is_nested_without_end_is_refused_where_it_gets_too_deep(tmp_path, text):
    began = time.process_time()
    with pytest.raises(BadInput, match="nested too deep"):
        read_client(write(tmp_path, text, "c.yaml"))
    assert time.process_time() - began < 5, "read to its end it takes half a minute"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {b: [1, .nan]}", "none at all"),
        ("a: [{b: -.inf}]", "none at all"),
        ("a: {1: x}", "the key 1 is no text"),
        ("on: x", "the key True is no text"),
        ("~: x", "the key None is no text"),
        ("a: {2026-01-01: x}", "the key 2026-01-01 is no text"),
    ],
)
def test_yaml_that_json_could_not_hold_is_refused(tmp_path, text, said):
    with pytest.raises(BadInput, match=said):
        read_client(write(tmp_path, f"client: {{name: A}}\n{text}\n", "c.yaml"))


# ---------------------------------------------------------------- rows of documents


def test_aliases_of_fields_are_known_and_unknown_fields_are_kept(tmp_path):
    doc = one(
        tmp_path,
        doc_id="d1",
        date="2025-08-25",
        source_tier="GOV",
        publisher="A Ministry",
        focal_org="acme",
        mentions=[["acme", 0, 4]],
        organization="Acme",
    )
    assert (doc.published_at, doc.published_precision) == (date(2025, 8, 25), Precision.DAY)
    assert doc.reference == {"file": "documents.jsonl", "id": "d1"}
    assert doc.extra == {"focal_org": "acme", "mentions": [["acme", 0, 4]], "organization": "Acme"}


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2018", date(2018, 1, 1), Precision.YEAR),
        ("2018-05", date(2018, 5, 1), Precision.MONTH),
        ("2018-05-09", date(2018, 5, 9), Precision.DAY),
        ("2018-Q3", date(2018, 7, 1), Precision.QUARTER),
        ("2018-h2", date(2018, 7, 1), Precision.HALF),
        ("2018-05-09T23:59:59Z", date(2018, 5, 9), Precision.DAY),
        (" 2018 ", date(2018, 1, 1), Precision.YEAR),
        (None, None, None),
        ("", None, None),
    ],
)
def test_a_date_keeps_its_precision(text, value, precision):
    assert parse_date(text) == (value, precision)


@pytest.mark.parametrize(
    "text", ["2018-13", "2018-02-30", "2018-Q5", "May 2018", "09/05/2018", "20180509", "0001", "2018-5"]
)
def test_a_date_that_cannot_be_read_refuses_the_row(tmp_path, text):
    assert text in reason(tmp_path, {"title": "T", "text": "x", "date": text})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "x"}, "no title"),
        ({"title": "T"}, "no text"),
        ({"title": "T", "text": " \n "}, "no text"),
        ({"title": "T", "text": ["x"]}, "no text"),
        ({"title": {"a": 1}, "text": "x"}, "title is not text"),
        ({"title": "t" * 5000, "text": "x"}, "title is longer"),
        ({"title": "T", "text": "a\x00b"}, "NUL"),
        ({"title": "T", "text": "x", "url": "javascript:alert(1)"}, "no web address"),
        ({"title": "T", "text": "x", "url": "file:///etc/passwd"}, "no web address"),
        ('{"title": "T", "text": "\\ud83d"}', "surrogate"),
        ('{"title": "T", "text": "x", "text": "y"}', "stands twice"),
        ('{"title": "T", "text": "x", "n": Infinity}', "Infinity"),
        ('{"title": "T", "text": "x", "n": 1e999}', "too large"),
        ("[" * 100_000, "too deep"),
        ('{"title": "T", "text": "x", "n": ' + "[" * 60 + "]" * 60 + "}", "too deep"),
        ("torn", "not JSON"),
    ],
)
def test_a_hostile_or_broken_row_is_refused_with_its_reason(tmp_path, row, said):
    assert said in reason(tmp_path, row)


def test_a_line_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(strict_json, "MAX_LINE_BYTES", 1000)
    assert "longer than 1000 bytes" in reason(tmp_path, {"title": "T", "text": "x" * 5000})


def test_bytes_that_are_no_utf8_refuse_their_row_only(tmp_path):
    content = b'{"title": "T", "text": "caf\xe9"}\n{"title": "good", "text": "Good."}\n'
    [batch] = read_documents([write(tmp_path, content, "d.jsonl")])
    assert [doc.title for doc in batch.documents] == ["good"]
    assert "UTF-8" in batch.rejected[0].reason


def test_the_text_is_kept_to_the_letter_but_for_ends_of_line(tmp_path):
    text = "\ufeff  Cafe\u0301 \u2014 \u201cquoted\u201d\u00a0\u2060\r\n\tindented\rlast ï»¿ "
    assert one(tmp_path, text=text).text == text[1:].replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r\ufeff"), min_size=1))
def test_any_text_that_can_be_stored_comes_back_unchanged(tmp_path_factory, text):
    if text.strip():
        assert one(tmp_path_factory.mktemp("any"), text=text).text == text


# ---------------------------------------------------------------- files and folders


def test_a_folder_gives_its_text_files_with_their_first_heading_as_title(tmp_path):
    write(tmp_path, "Some words.\n\n# Acme builds a plant #\n\nText.", "note.md")
    write(tmp_path, "# not a heading in plain text", "b_plain-note.txt")
    write(tmp_path, "no heading", "c.md")
    write(tmp_path, "ignored", "picture.png")
    [batch] = read_documents([tmp_path])
    assert [doc.title for doc in batch.documents] == ["b plain note", "c", "Acme builds a plant"]
    assert batch.documents[2].text == "Some words.\n\n# Acme builds a plant #\n\nText."


HEADS = {
    "front matter": "---\ntitle: 'Acme: a plant'\ndate: 2026-03-01\npublisher: The Paper\nurl: https://a.example/\n"
    "organization: Acme\ntags: [steel]\n---\n\n",
    "lines": "Title: Acme: a plant\nDate: 2026-03-01\nPublisher: The Paper\nURL: https://a.example/\n"
    "Organization: Acme\n\n",
    "bold lines": "**Headline:** Acme: a plant\n**Published:** March 1, 2026\n**Source name**: The Paper\n"
    "**Link:** https://a.example/\n**Organization:** Acme\n\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("name", ["note.md", "note.txt"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_file_says_of_itself_is_read_and_is_no_part_of_its_text(tmp_path, head, name, end):
    whole = f"{head}Acme builds.\n\nDate: tomorrow.\n"
    [batch] = read_documents([write(tmp_path, whole.replace("\n", end), name)])
    [doc] = batch.documents
    assert (doc.title, doc.publisher, doc.url) == ("Acme: a plant", "The Paper", "https://a.example/")
    assert (doc.published_at, doc.published_precision) == (date(2026, 3, 1), Precision.DAY)
    assert doc.extra["organization"] == "Acme"
    assert doc.text == "Acme builds.\n\nDate: tomorrow.\n"


def test_lines_below_the_first_heading_of_markdown_are_its_head(tmp_path):
    [batch] = read_documents([write(tmp_path, "# Acme builds\n\nDate: May 2026\nPublisher: P\n\nText.", "a.md")])
    [doc] = batch.documents
    assert (doc.title, doc.publisher, doc.published_precision) == ("Acme builds", "P", Precision.MONTH)
    assert doc.text == "# Acme builds\n\nText."


@pytest.mark.parametrize(
    ("text", "kept", "left"),
    [
        ("Title: T\nAuthor: Ada\nDate: 2026-03-01\n\nText.", {"author": "Ada"}, "Text."),
        ("Title: T\nDate: 2026-03-01\nNote: this is text\nand so is this.", {}, "Note: this is text\nand so is this."),
        ("Title: T\nDate: 2026-03-01\nText.\n\nMore: text.", {}, "Text.\n\nMore: text."),
    ],
)
def test_other_lines_belong_to_a_head_that_ends_in_a_blank_line(tmp_path, text, kept, left):
    [batch] = read_documents([write(tmp_path, text, "a.txt")])
    [doc] = batch.documents
    assert (doc.published_at, doc.extra, doc.text) == (date(2026, 3, 1), kept, left)


@pytest.mark.parametrize(
    "text",
    [
        "---\nA line of prose between two rules.\n---\nMore.",
        "Dear reader: this is a letter.\nDate: 2026-01-01\n",
        "From: Acme\nDate: 2026-01-01\n\nText.",
        "---\ntitle: never closed\n",
        "- - -\ntitle: T\n",
    ],
)
def test_what_is_no_head_stays_in_the_text(tmp_path, text):
    [batch] = read_documents([write(tmp_path, text, "a.md")])
    assert [(doc.text, doc.published_at) for doc in batch.documents] == [(text, None)]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("---\ntitle: Acme: a plant\n---\n", "line 1, mapping values are not allowed here: put a value"),
        ("---\ntitle: &a x\nurl: *a\n---\n", "aliases"),
        ("---\ntitle: !!binary aGk=\n---\n", "bytes"),
        ("---\ntitle: [a, b]\n---\n", "title is not text"),
        (f"---\n# note\ntitle: {'x' * 70_000}\n---\n", "longer than"),
        ("---\n" + "\n" * 50_000 + "title: [\n---\n", "not YAML in line"),
        ("Date:03/01/2026\n", "the date '03/01/2026' cannot be read"),
        ("URL: my disk\n", "no web address"),
    ],
)
def test_a_head_that_cannot_be_used_is_a_reason_and_never_silence(tmp_path, head, said):
    [batch] = read_documents([write(tmp_path, head + "Text.", "a.md")])
    assert [said in rejected.reason for rejected in batch.rejected] == [True], batch.rejected


def test_a_page_gives_its_main_text_without_menu_and_script(tmp_path):
    article = " ".join(f"Acme will build plant number {n} in Boise and hire people there." for n in range(12))
    page = f"""<html><head><title>Acme builds</title>
      <meta property="article:published_time" content="2026-03-05T08:00:00Z">
      <link rel="canonical" href="https://news.example/acme"></head>
      <body><nav><a href="/">Home</a> Menu</nav><script>steal()</script>
      <article><h1>Acme builds</h1><p>{article}</p></article></body></html>"""
    [batch] = read_documents([write(tmp_path, page, "page.html")])
    [doc] = batch.documents
    assert "plant number 11" in doc.text
    assert "steal" not in doc.text
    assert "Menu" not in doc.text
    assert (doc.url, doc.published_at) == ("https://news.example/acme", date(2026, 3, 5))


def test_a_page_without_text_and_an_unknown_ending_are_reported(tmp_path):
    paths = [write(tmp_path, "<html></html>", "empty.html"), write(tmp_path, "x", "book.epub")]
    [batch] = read_documents(paths)
    assert [(rejected.file, batch.documents) for rejected in batch.rejected] == [("empty.html", []), ("book.epub", [])]


def test_a_path_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no file"):
        list(read_documents([tmp_path / "none.jsonl"]))


def test_large_files_come_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr("dossier.intake.documents.BATCH", 2)
    rows = [json.dumps({"title": "T", "text": f"Text {n}."}) for n in range(5)]
    batches = list(read_documents([write(tmp_path, "\n".join(rows), "d.jsonl")]))
    assert [len(batch.documents) for batch in batches] == [2, 2, 1]


# ---------------------------------------------------------------- storing


def test_a_text_is_stored_once_and_its_id_follows_from_it(store):
    first = save(store, document("Acme builds."), document("Acme builds."))
    again = save(store, document("Acme builds."))
    assert (first.added, first.unchanged, again.added, again.unchanged) == (1, 1, 0, 1)
    wanted = source_id(digest("Acme builds."))
    with store.reading() as session:
        [found] = sources.documents(session, [wanted])
    assert (found.id, found.text, found.sha256) == (wanted, "Acme builds.", digest("Acme builds."))


def test_of_several_references_the_earliest_date_wins_then_the_smallest_url(store):
    later = {"published_at": date(2026, 3, 1), "url": "https://a.example/"}
    early_b = {"published_at": date(2026, 2, 1), "url": "https://b.example/", "tier": Tier.GOV}
    early_c = {"published_at": date(2026, 2, 1), "url": "https://c.example/"}
    undated = {"published_at": None, "published_precision": None, "url": "https://0.example/"}
    for order in ([later, early_c, early_b, undated], [undated, early_b, later, early_c]):
        with store.transaction() as session:
            session.query(SourceRow).delete()
        for number, reference in enumerate(order):
            save(store, document("The same text.", f"Title {number}", **reference))
        with store.reading() as session:
            [source] = sources.documents(session, [source_id(digest("The same text."))])
            [row] = session.query(SourceRow).all()
            assert (source.url, source.tier, source.published_at) == ("https://b.example/", Tier.GOV, date(2026, 2, 1))
            assert len(row.references) == 4


def source(store, text="Acme builds.", client=None):
    with store.reading() as session:
        [found] = sources.documents(session, [source_id(digest(text))], client)
    return found


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({}, {}),
        ({"reference": {"file": "a.jsonl"}}, {"reference": {"file": "b.jsonl"}}),
        ({"url": "https://a.example/"}, {"url": "https://a.example/"}),
        ({"reference": {"file": "a.md"}}, {"reference": {"file": "a.md"}, "url": "https://a.example/"}),
        ({"url": "https://b.example/", "reference": {"file": "a", "id": "1"}}, {"reference": {"file": "a", "id": "1"}}),
    ],
    ids=["no place", "another file", "same address", "an address at last", "same row"],
)
def test_a_text_that_comes_again_takes_over_what_is_said_of_it_now(store, first, again):
    save(store, document("Acme builds.", "Wrong", **first))
    mended = {"published_at": date(2026, 3, 4), "publisher": "The Herald"}
    report = save(store, document("Acme builds.", "Right", **mended, **again))
    assert (report.added, report.updated, report.unchanged) == (0, 1, 0)
    found = source(store)
    assert (found.title, found.publisher, found.published_at) == ("Right", "The Herald", date(2026, 3, 4))
    assert found.id == source_id(digest("Acme builds."))
    assert found.url == (again.get("url") or first.get("url")), "what is left out stays"
    assert save(store, document("Acme builds.", "Right", **mended, **again)).unchanged == 1


def test_a_title_that_was_mended_is_searched_for(store):
    save(store, document("Acme builds.", "Wrong"))
    save(store, document("Acme builds.", "Groundbreaking"))
    with store.reading() as session:
        found = candidates(session, SearchTerms(phrases=(), words=("groundbreaking",)), None)
        assert [one.source_id for one in found] == [source_id(digest("Acme builds."))]
        assert not candidates(session, SearchTerms(phrases=(), words=("wrong",)), None)


def test_another_place_of_a_text_corrects_nothing(store):
    save(store, document("Acme builds.", "Early", url="https://a.example/", published_at=date(2026, 1, 1)))
    report = save(store, document("Acme builds.", "Late", url="https://b.example/", published_at=date(2026, 2, 1)))
    assert (report.updated, report.unchanged, source(store).title) == (0, 1, "Early")
    save(store, document("Acme builds.", "Early", url="https://a.example/", published_at=date(2026, 3, 1)))
    assert source(store).title == "Late", "corrected, the first is no longer the earliest"


def test_undated_documents_are_counted_once_each(store):
    undated = {"published_at": None, "published_precision": None}
    report = save(store, document("One.", **undated), document("One.", "Twice", **undated), document("Two."))
    assert report.undated == {source_id(digest("One."))}
    assert save(store, document("One.", "Once more")).undated == set()


def test_a_reference_of_an_early_version_without_tier_is_still_read(store):
    save(store, document("Acme builds.", "Old", url="https://a.example/"))
    with store.transaction() as session:
        row = session.query(SourceRow).one()
        row.references = [{k: v for k, v in row.references[0].items() if not k.startswith("tier")}]
    save(store, document("Acme builds.", "New", url="https://b.example/", published_at=date(2026, 9, 9)))
    assert (source(store).title, source(store).tier) == ("Old", Tier.OTHER)


def test_a_clients_own_text_is_seen_by_that_client_only(store):
    add_client(store, "one")
    add_client(store, "two")
    save(store, document("Only for one."), client="one")
    wanted = [source_id(digest("Only for one."))]
    with store.reading() as session:
        assert sources.documents(session, wanted, "one")[0].text == "Only for one."
        for other in ("two", None):
            with pytest.raises(KeyError):
                sources.documents(session, wanted, other)


def test_a_text_that_is_shared_and_a_clients_own_keeps_both_references_apart(store):
    add_client(store, "one")
    add_client(store, "two")
    save(store, document("Same.", "Shared title"))
    assert save(store, document("Same.", "Own title"), client="one").added == 1
    wanted = [source_id(digest("Same."))]
    with store.reading() as session:
        titles = [sources.documents(session, wanted, slug)[0].title for slug in ("one", "two", None)]
    assert titles == ["Own title", "Shared title", "Shared title"]


def test_labels_of_a_document_are_stored_and_never_returned(store):
    save(store, document("Acme builds.", extra={"org_ids": ["secret-label"]}))
    with store.reading() as session:
        [found] = sources.documents(session, [source_id(digest("Acme builds."))])
        assert "secret-label" not in found.model_dump_json()
        assert session.query(SourceRow).one().extra == {"org_ids": ["secret-label"]}


def test_letters_behind_a_closing_quotation_mark_reject_their_row_and_no_other(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text('name,domain\nA1,a1x.com\n"x"y,q2.com\n"C, Inc",c1x.com\n', "utf-8")
    read = read_leads(path)
    assert [row.name for row in read.rows] == ["A1", "C, Inc"]
    assert [(bad.row, "quotation mark" in bad.reason) for bad in read.rejected] == [(3, True)]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        'client: {name: "a\\0b"}',
        "client: {name: H, n: 0x" + "f" * 9000 + "}",
    ],
)
def test_hostile_yaml_is_refused_as_bad_input(tmp_path, text):
    path = tmp_path / "client.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read_client(path)


def test_a_key_that_stands_twice_among_many_is_found_at_once():
    many = ",".join(f'"k{n}": 1' for n in range(60_000))
    with pytest.raises(strict_json.BadJson, match="twice"):
        strict_json.loads(("{" + many + ', "z": 1, "z": 2}').encode())


def test_a_link_that_leads_out_of_the_folder_is_told_and_not_followed(tmp_path):
    secret = write(tmp_path, "A secret of somebody else.", "secret.txt")
    (tmp_path / "far").mkdir()
    write(tmp_path / "far", "Far away.", "far.txt")
    folder = tmp_path / "notes"
    (folder / "deep").mkdir(parents=True)
    write(folder, "A note of ours.", "note.txt")
    (folder / "deep" / "out.txt").symlink_to(secret)
    (folder / "away").symlink_to(tmp_path / "far")
    (folder / "again.txt").symlink_to(folder / "note.txt")
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    [batch] = read_documents([folder])
    assert [document.text for document in batch.documents] == ["A note of ours.", "A note of ours."]
    assert [bad.file for bad in batch.rejected] == ["away", "deep/out.txt", "gone.txt"]
    assert all("leads out of the folder" in bad.reason for bad in batch.rejected)
    [linked] = read_documents([folder / "deep" / "out.txt"])
    assert len(linked.documents) == 1, "a link that a person names is what they mean"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_named(tmp_path, encoding):
    (tmp_path / "leads.csv").write_bytes("name,domain\nAcme Größe,acme.com\n".encode(encoding))
    with pytest.raises(BadInput, match="UTF-16 without a byte order mark"):
        read_leads(tmp_path / "leads.csv")
    (tmp_path / "a.txt").write_bytes("Acme builds a plant.".encode(encoding))
    [batch] = read_documents([tmp_path / "a.txt"])
    assert "UTF-16" in batch.rejected[0].reason
    marked = "\ufeffname\nAcme\n".encode(encoding)
    (tmp_path / "leads.csv").write_bytes(marked)
    assert [row.name for row in read_leads(tmp_path / "leads.csv").rows] == ["Acme"]


def test_a_client_has_a_name_of_at_most_200_characters(tmp_path):
    assert read_client(write(tmp_path, f"client: {{name: {'x' * 200}}}", "c.yaml")).name == "x" * 200
    with pytest.raises(BadInput, match="longer than 200 characters"):
        read_client(write(tmp_path, f"client: {{name: {'x' * 201}}}", "c.yaml"))
