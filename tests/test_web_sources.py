"""From a vendor's hits to stored sources of a client: which text is kept, what is left out and why, once a day."""

import threading
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import search_servers as web
from search_servers import Item, Reply, as_json, serving
from sqlalchemy import select
from store_fixture import add_client

from dossier.errors import BadVariable, Permanent, Retryable
from dossier.models import Query, SearchPlan, Tier
from dossier.steps.sources import gather
from dossier.store import searches
from dossier.store.tables_money import SearchRow
from dossier.store.tables_queue import SourceRow
from resources.corpus_search import CorpusSearch, StoredLibrary
from resources.fetch import Fetcher
from resources.pace import SEC
from resources.public_network import system_resolve
from resources.searches import REGISTERS, SearchSettings, Web, WithRegisters, make_search
from resources.web_sources import MOST_HITS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LONG = "Acme Corp builds a plant in Boise. " * 10
KEYS = {f"{name}_api_key": "k-1" for name in ("exa", "tavily", "brave", "serpapi", "sam")}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(SEC, "_gap", 0.0)


@pytest.fixture
def vendor():
    with serving(lambda _: as_json({})) as server:
        yield server


@pytest.fixture
def site():
    """The web: every host name leads to it, and each path is a page."""
    with serving(lambda asked: web.page(Item(title=f"Page {asked.path}", text=f"{LONG}{asked.path} "))) as server:
        yield server


@pytest.fixture
def settings(monkeypatch):
    for name in (*KEYS, "DOSSIER_REGISTERS", "DOSSIER_CONTACT"):
        monkeypatch.delenv(name.upper(), raising=False)
    return SearchSettings(**KEYS, contact="team@seller.example")


def at(site, path="1", host="paper.example"):
    return f"http://{host}:{site.port}/{path}"


def search_of(store, vendor, site, choice, settings, now=NOW, reference_date=None, slug="seller", **more):
    add_client(store, slug)
    fetcher = Fetcher(
        "Dossier",
        allowed=frozenset({("127.0.0.1", site.port)}),
        resolve=lambda host, port: ["127.0.0.1"] if host.endswith(".example") else system_resolve(host, port),
    )
    names = ("exa", "tavily", "brave", "serpapi", *REGISTERS)
    way = Web(web.wire(), fetcher, lambda: now, {name: f"{vendor.url}/{name}" for name in names})
    return make_search(choice, store, slug, reference_date or now.date(), settings=settings, web=way, **more)


def answering(vendor, name, items, **more):
    vendor.answer = lambda _: as_json(getattr(web, name)(items, **more))


def kept(store):
    with store.reading() as session:
        return [row.hits for row in session.scalars(select(SearchRow).order_by(SearchRow.created_at, SearchRow.digest))]


def titles(hits):
    return [hit.source.title for hit in hits]


def test_hits_become_stored_sources_of_the_client_in_the_vendors_order(store, vendor, site, settings):
    answering(vendor, "brave", [Item(at(site, "b"), text="Words."), Item(at(site, "a"), text="Words.")])
    hits = search_of(store, vendor, site, "brave", settings).search('"Acme Corp" plant')
    assert titles(hits) == ["Page /b", "Page /a"]
    assert [hit.score for hit in hits] == [1.0, 0.5]
    assert "Acme Corp" in hits[0].snippet
    source = hits[0].source
    assert (source.url, source.publisher, source.tier) == (at(site, "b"), "The Paper", Tier.OTHER)
    assert source.published_at == date(2026, 5, 4)
    [document] = StoredLibrary(store, "seller").documents([source.id])
    assert "/b" in document.text
    assert "Home About" not in document.text
    add_client(store, "other")
    with pytest.raises(KeyError):
        StoredLibrary(store, "other").documents([source.id])
    assert titles(CorpusSearch(store, "seller").search('"Acme Corp"')) != []


def test_the_same_search_is_asked_once_a_day(store, vendor, site, settings):
    answering(vendor, "serpapi", [Item(at(site))])
    first = search_of(store, vendor, site, "serpapi", settings).search('"Acme Corp" plant')
    again = search_of(store, vendor, site, "serpapi", settings).search("“acme corp”  plant")
    assert again == first != []
    assert (len(vendor.asked), len(site.asked)) == (1, 1)
    tomorrow = datetime(2026, 6, 2, 1, tzinfo=UTC)
    search_of(store, vendor, site, "serpapi", settings, now=tomorrow).search('"Acme Corp" plant')
    assert len(vendor.asked) == 2
    with store.reading() as session:
        assert len(session.scalars(select(SourceRow)).all()) == 1


@pytest.mark.parametrize(
    "other",
    [{"query": '"Acme" plant'}, {"since": date(2026, 1, 1)}, {"domains": ["paper.example"]}, {"limit": 7}],
)
def test_another_search_is_asked(store, vendor, site, settings, other):
    answering(vendor, "brave", [Item(at(site))])
    ours = search_of(store, vendor, site, "brave", settings)
    ours.search('"Acme Corp" plant')
    ours.search(**{"query": '"Acme Corp" plant', **other})
    assert len(vendor.asked) == 2


def test_another_client_does_not_see_what_a_search_gave(store, vendor, site, settings):
    answering(vendor, "brave", [Item(at(site))])
    search_of(store, vendor, site, "brave", settings).search('"Acme Corp"')
    search_of(store, vendor, site, "brave", settings, slug="other").search('"Acme Corp"')
    assert len(vendor.asked) == 2


def test_a_search_whose_sources_are_gone_is_made_again(store, vendor, site, settings):
    answering(vendor, "brave", [Item(at(site))])
    ours = search_of(store, vendor, site, "brave", settings)
    ours.search('"Acme Corp"')
    with store.transaction() as session:
        for row in session.scalars(select(SourceRow)):
            session.delete(row)
    assert len(ours.search('"Acme Corp"')) == 1
    assert len(vendor.asked) == 2
    assert len(kept(store)) == 1


def test_a_text_that_comes_whole_saves_the_page(store, vendor, site, settings):
    for name in ("exa", "tavily"):
        answering(vendor, name, [Item(at(site), text=LONG)])
        [hit] = search_of(store, vendor, site, name, settings).search('"Acme Corp"')
        assert StoredLibrary(store, "seller").documents([hit.source.id])[0].text == LONG
    assert site.asked == []


def test_a_text_that_comes_whole_and_says_nothing_does_not_save_the_page(sqlite_store, vendor, site, settings):
    answering(vendor, "exa", [Item(at(site), text="Just a moment")])
    [hit] = search_of(sqlite_store, vendor, site, "exa", settings).search('"Acme Corp"')
    assert "Acme Corp builds" in StoredLibrary(sqlite_store, "seller").documents([hit.source.id])[0].text


def test_a_page_that_cannot_be_had_gives_way_to_the_vendors_words_if_they_are_enough(store, vendor, site, settings):
    site.answer = lambda _: Reply(403, b"", {"Content-Type": "text/html"})
    long, short = (
        Item(at(site, "long"), text=f"<strong>{LONG[:150]}</strong> &amp; more"),
        Item(at(site, "short"), text="Acme Corp."),
    )
    answer = web.brave([long, short])
    answer["web"]["results"][0]["extra_snippets"] = ["Acme Corp says &amp; means so. " * 10]
    vendor.answer = lambda _: as_json(answer)
    [hit] = search_of(store, vendor, site, "brave", settings).search('"Acme Corp"')
    text = StoredLibrary(store, "seller").documents([hit.source.id])[0].text
    assert hit.source.url == at(site, "long")
    assert "<" not in text
    assert "Acme Corp says & means so." in text
    assert kept(store) == [
        [
            {"source_id": hit.source.id, "address": at(site, "long"), "reasons": ["page: HTTP 403"]},
            {
                "address": at(site, "short"),
                "reasons": ["page: HTTP 403", "vendor: its text is shorter than 200 characters"],
            },
        ]
    ]


def test_a_page_without_any_of_the_phrases_is_left_out(store, vendor, site, settings):
    site.answer = lambda _: web.page(Item(title="Another", text="Somebody else builds a plant in Boise. " * 9))
    answering(vendor, "serpapi", [Item(at(site), text="Words.")])
    ours = search_of(store, vendor, site, "serpapi", settings)
    assert ours.search('"Acme Corp"') == []
    assert kept(store)[0][0]["reasons"][0] == "page: it holds none of the phrases"
    assert titles(ours.search("plant boise")) == ["Another"]


HOSTILE = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://169.254.169.254/latest/meta-data/?token=geheim",
    "http://user:geheim@127.0.0.1:{port}/",
    "http://hop.example:{hop}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
]


def test_hostile_hits_reach_nothing_and_each_refusal_is_recorded(sqlite_store, vendor, site, settings):
    with serving(lambda _: as_json({})) as inner:
        site.answer = lambda _: Reply(302, b"", {"Location": f"{inner.url}/?token=geheim"})
        urls = [url.format(port=inner.port, hop=site.port) for url in HOSTILE]
        answering(vendor, "brave", [Item(url, text="Acme Corp.") for url in urls])
        assert search_of(sqlite_store, vendor, site, "brave", settings).search('"Acme Corp"') == []
        assert inner.connections == 0
    [entries] = kept(sqlite_store)
    assert len(entries) == len(HOSTILE)
    assert all(entry["reasons"][0].startswith("page: ") and "source_id" not in entry for entry in entries)
    assert "geheim" not in str(entries)


def test_the_pages_own_date_and_publisher_go_before_the_vendors(store, vendor, site, settings):
    site.answer = lambda _: web.page(Item(), day="2026-03-02")
    answering(vendor, "brave", [Item(at(site), text="Words.")])
    [hit] = search_of(store, vendor, site, "brave", settings).search('"Acme Corp"')
    assert (hit.source.published_at, hit.source.publisher) == (date(2026, 3, 2), "The Paper")


def test_one_text_at_two_addresses_is_one_source_with_the_earliest_date(store, vendor, site, settings):
    items = [Item(at(site, "b"), text=LONG, day="2026-05-04"), Item(at(site, "a"), text=LONG, day="2026-05-01")]
    answering(vendor, "exa", items)
    [hit] = search_of(store, vendor, site, "exa", settings).search('"Acme Corp"')
    assert (hit.source.url, hit.source.published_at) == (at(site, "a"), date(2026, 5, 1))
    with store.reading() as session:
        [row] = session.scalars(select(SourceRow))
        assert [r["found_by"] for r in row.references] == ["exa", "exa"]


def test_an_address_that_comes_twice_is_read_once(store, vendor, site, settings):
    answering(vendor, "brave", [Item(at(site)), Item(at(site) + "#part")])
    assert len(search_of(store, vendor, site, "brave", settings).search('"Acme Corp"')) == 1
    assert len(site.asked) == 1


def test_older_pages_and_other_sites_are_not_returned_and_undated_ones_are(store, vendor, site, settings):
    items = [
        Item(at(site, "old"), "old", f"{LONG} old", "2024-05-04"),
        Item(at(site, "new"), "new", f"{LONG} new", "2026-05-04"),
        Item(at(site, "undated"), "undated", f"{LONG} undated", "some day"),
        Item(at(site, "foreign", "foreign.example"), "foreign", f"{LONG} foreign"),
    ]
    answering(vendor, "exa", items)
    ours = search_of(store, vendor, site, "exa", settings)
    found = ours.search('"Acme Corp"', since=date(2026, 1, 1), domains=["paper.example"])
    assert titles(found) == ["new", "undated"]


def test_no_more_hits_than_wanted_and_never_more_than_the_most(store, vendor, site, settings):
    answering(vendor, "exa", [Item(at(site, f"{n}"), f"t{n}", f"{LONG} {n}") for n in range(70)])
    ours = search_of(store, vendor, site, "exa", settings)
    assert len(ours.search('"Acme Corp"', limit=3)) == 3
    assert len(ours.search('"Acme Corp"', limit=200)) == MOST_HITS
    assert [asked.body["numResults"] for asked in vendor.asked] == [3, MOST_HITS]


def test_what_was_published_after_the_reference_date_is_counted_by_the_step(store, vendor, site, settings):
    items = [Item(at(site, "late"), text=f"{LONG} late", day="2026-05-20"), Item(at(site, "early"), text=LONG)]
    answering(vendor, "exa", items)
    day = date(2026, 5, 10)
    ours = search_of(store, vendor, site, "exa", settings, reference_date=day)
    plan = SearchPlan(objective="find", queries=[Query(query='"Acme Corp"')])
    found = gather(SimpleNamespace(search=ours, reference_date=day, target=object()), plan)
    assert [entry.source.url for entry in found.found] == [at(site, "early")]
    assert found.left_out_after_reference == 1
    assert vendor.asked[0].body["endPublishedDate"] == "2026-05-10T23:59:59.999Z"


def test_a_run_that_counts_to_today_asks_for_no_end(sqlite_store, vendor, site, settings):
    answering(vendor, "exa", [])
    search_of(sqlite_store, vendor, site, "exa", settings).search("acme")
    assert "endPublishedDate" not in vendor.asked[0].body


def test_an_answer_that_cannot_be_read_is_an_empty_result_that_says_why_and_is_not_kept_for_the_day(
    store, vendor, site, settings
):
    vendor.answer = lambda _: Reply(200, b"<html>")
    ours = search_of(store, vendor, site, "tavily", settings)
    assert ours.search('"Acme Corp"') == []
    [[entry]] = kept(store)
    assert entry == {"fault": "Tavily answered what cannot be read: not JSON (Expecting value)"}
    answering(vendor, "tavily", [Item(at(site), text=LONG)])
    assert len(ours.search('"Acme Corp"')) == 1


def test_nothing_is_kept_of_a_search_that_failed(store, vendor, site, settings):
    vendor.answer = lambda _: as_json({}, 429)
    ours = search_of(store, vendor, site, "exa", settings)
    with pytest.raises(Retryable):
        ours.search('"Acme Corp"')
    assert kept(store) == []


@pytest.mark.parametrize("text", ["with a \x00 in it", "with half a \ud800 pair"])
def test_a_text_that_cannot_be_stored_is_left_out_with_the_reason(store, vendor, site, settings, text):
    answering(vendor, "exa", [Item(at(site), text=LONG + text)])
    assert search_of(store, vendor, site, "exa", settings).search('"Acme Corp"') == []
    assert kept(store)[0][0]["reasons"][0].startswith("vendor: the text holds")


@pytest.mark.parametrize(
    "markup",
    ["<p>Acme Corp</p>" * 50_001, "<p " + " ".join(f"a{n}='x'" for n in range(15_000)) + f">{LONG}</p>"],
    ids=["tags", "attributes"],
)
def test_a_page_whose_markup_would_take_long_to_read_is_left_out(sqlite_store, vendor, site, settings, markup):
    body = f"<html><body>{markup}</body></html>".encode()
    site.answer = lambda _: Reply(200, body, {"Content-Type": "text/html"})
    answering(vendor, "brave", [Item(at(site), text="Words.")])
    assert search_of(sqlite_store, vendor, site, "brave", settings).search('"Acme Corp"') == []
    assert kept(sqlite_store)[0][0]["reasons"][0] == "page: its markup would take too long to read"


def test_a_page_that_breaks_the_reader_is_left_out(sqlite_store, vendor, site, settings, monkeypatch):
    def broken(html):
        raise RuntimeError("broken")

    monkeypatch.setattr("resources.web_sources.page_fields", broken)
    answering(vendor, "brave", [Item(at(site), text="Words.")])
    assert search_of(sqlite_store, vendor, site, "brave", settings).search('"Acme Corp"') == []
    assert kept(sqlite_store)[0][0]["reasons"][0] == "page: no main text was found in it"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Zürich: Acme Corp baut. ".encode("latin-1") * 20, "text/plain; charset=latin-1"),
        ("Zürich: Acme Corp baut. ".encode() * 20, "text/plain"),
    ],
)
def test_plain_text_is_read_in_its_encoding(sqlite_store, vendor, site, settings, body, kind):
    site.answer = lambda _: Reply(200, body, {"Content-Type": kind})
    answering(vendor, "brave", [Item(at(site), text="Words.")])
    [hit] = search_of(sqlite_store, vendor, site, "brave", settings).search('"Acme Corp"')
    assert hit.source.title == "Acme Corp builds a plant"
    assert StoredLibrary(sqlite_store, "seller").documents([hit.source.id])[0].text.startswith("Zürich: Acme")


def test_a_query_without_words_asks_nobody(sqlite_store, vendor, site, settings):
    ours = search_of(sqlite_store, vendor, site, "brave", settings)
    assert ours.search("...") == ours.search("") == []
    assert vendor.asked == []


def test_what_a_search_cost_is_kept_with_it(store, vendor, site, settings):
    answering(vendor, "exa", [Item(at(site), text=LONG)])
    search_of(store, vendor, site, "exa", settings).search('"Acme Corp"')
    with store.reading() as session:
        [row] = session.scalars(select(SearchRow))
        assert (row.vendor, row.query, row.cost_nusd) == ("exa", '"Acme Corp"', 6_000_000)


def test_keeping_a_search_again_adds_its_cost(store):
    add_client(store)
    for hits, cost in (([{"fault": "x"}], 3), ([{"source_id": "src_1"}], 4)):
        with store.transaction() as session:
            searches.keep(session, "seller", "d", vendor="exa", query="q", hits=hits, cost_nusd=cost)
    with store.reading() as session:
        assert searches.known(session, "seller", "d") == [{"source_id": "src_1"}]
        assert searches.known(session, "seller", "e") is None
        assert session.scalar(select(SearchRow.cost_nusd)) == 7


def test_two_workers_that_keep_the_same_search_at_once_do_not_collide(store):
    add_client(store)
    faults = []

    def keep_too():
        try:
            with store.transaction() as session:
                searches.keep(session, "seller", "d", vendor="exa", query="q", hits=[], cost_nusd=4)
        except Exception as fault:  # noqa: BLE001  # whatever it is, the test shows it
            faults.append(fault)

    other = threading.Thread(target=keep_too)
    with store.transaction() as session:
        searches.keep(session, "seller", "d", vendor="exa", query="q", hits=[], cost_nusd=3)
        session.flush()
        other.start()
        other.join(0.3)  # it waits for this transaction to end
    other.join()
    assert faults == []
    with store.reading() as session:
        assert session.scalar(select(SearchRow.cost_nusd)) == 7


def test_two_workers_that_make_the_same_search_keep_one_row(store, vendor, site, settings):
    answering(vendor, "exa", [Item(at(site), text=LONG)])
    ours = [search_of(store, vendor, site, "exa", settings) for _ in range(4)]
    found = []
    threads = [threading.Thread(target=lambda s=s: found.append(s.search('"Acme Corp"'))) for s in ours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(hits == found[0] for hits in found)
    assert len(kept(store)) == 1


def registers(settings, names):
    return settings.model_copy(update={"registers": names})


def register_answers(site):
    item = Item(at(site), "Acme Corp", LONG)
    return lambda asked: as_json(getattr(web, asked.path.strip("/"))([item]))


def test_registers_are_added_behind_the_search(store, vendor, site, settings):
    vendor.answer = register_answers(site)
    ours = search_of(store, vendor, site, "exa", registers(settings, "usaspending, SAM"))
    hits = ours.search('"Acme Corp"')
    assert titles(hits) == ["Acme Corp", "Contract W1: Acme Corp", "Acme Corp"]
    assert [hit.score for hit in hits] == [1.0, 0.5, 0.333333]
    assert [hit.source.tier for hit in hits[1:]] == [Tier.GOV, Tier.GOV]
    assert titles(ours.search('"Acme Corp"', limit=2)) == ["Contract W1: Acme Corp", "Acme Corp"]


def test_filings_are_fetched_and_are_the_companys_own(sqlite_store, vendor, site, settings, monkeypatch):
    monkeypatch.setattr("resources.edgar._ARCHIVE", at(site, "Archives/edgar/data"))
    vendor.answer = register_answers(site)
    ours = search_of(sqlite_store, vendor, site, "corpus", registers(settings, "edgar"))
    [hit] = ours.search('"Acme Corp"')
    assert (hit.source.tier, hit.source.doc_type) == (Tier.PRIMARY, "8-K")
    assert site.asked[0].path == "/Archives/edgar/data/1234567/000123456726000001/ex99.htm"


def test_a_register_that_does_not_answer_is_left_out_and_a_refused_key_is_not(sqlite_store, vendor, site, settings):
    answers = register_answers(site)
    vendor.answer = lambda asked: as_json({}, 429) if asked.path == "/sam" else answers(asked)
    ours = search_of(sqlite_store, vendor, site, "exa", registers(settings, "sam,usaspending"))
    assert len(ours.search('"Acme Corp"')) == 2
    vendor.answer = lambda asked: as_json({}, 403) if asked.path == "/sam" else answers(asked)
    with pytest.raises(Permanent, match="SAM_API_KEY"):
        ours.search('"Acme Corp"')


def test_the_corpus_is_searched_without_any_key(sqlite_store, vendor, site, monkeypatch):
    for name in KEYS:
        monkeypatch.delenv(name.upper(), raising=False)
    assert isinstance(search_of(sqlite_store, vendor, site, "corpus", SearchSettings()), CorpusSearch)


def test_another_search_is_taken_as_it_is_made(sqlite_store, vendor, site, settings):
    theirs = CorpusSearch(sqlite_store, "seller")
    ours = search_of(sqlite_store, vendor, site, "anthropic", settings, others={"anthropic": lambda: theirs})
    assert ours is theirs
    joined = search_of(
        sqlite_store, vendor, site, "anthropic", registers(settings, "sam"), others={"anthropic": lambda: theirs}
    )
    assert isinstance(joined, WithRegisters)


def test_no_register_is_what_is_said_not_what_the_environment_says(monkeypatch):
    monkeypatch.setenv("DOSSIER_REGISTERS", "edgar")
    assert SearchSettings(registers="").register_names == []
    assert SearchSettings(registers="sam").register_names == ["sam"]


def test_keys_come_from_the_environment_and_are_never_shown(monkeypatch):
    monkeypatch.setenv("EXA_API_KEY", " k-secret ")
    monkeypatch.setenv("DOSSIER_REGISTERS", "edgar, sam ,edgar")
    monkeypatch.setenv("DOSSIER_CONTACT", "team@seller.example")
    settings = SearchSettings()
    assert settings.key("exa") == "k-secret"
    assert settings.register_names == ["edgar", "sam"]
    assert "k-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"), [("DOSSIER_REGISTERS", "edgar,patents"), ("DOSSIER_CONTACT", "team\r\nX-Evil: 1")]
)
def test_a_value_that_cannot_be_is_refused_by_name(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadVariable, match=variable):
        SearchSettings()
