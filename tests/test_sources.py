"""Finding sources: the limits of each search, one entry per source, and what is left out and counted."""

from datetime import date

from dossier.errors import BudgetReached
from dossier.models import Query, SearchPlan, SearchStrategy
from dossier.steps.sources import BROADEST_LIMIT, LIMIT, find_sources, is_on
from dossier.testing import FixedSearch, a_document, a_run


def a_plan(*queries, recency="any", exclude=()):
    return SearchPlan(
        objective="o",
        queries=[Query(query=query) for query in queries],
        search_strategy=SearchStrategy(recency=recency),
        domains_to_exclude=list(exclude),
    )


def found(documents, plan, by_query=None):
    search = FixedSearch(documents, by_query or {})
    ctx, _, recorder = a_run(documents, search=search)
    return find_sources(ctx, plan), search, recorder


ONE = a_document("One.", url="https://news.example/1", published_at=date(2026, 6, 30))
TWO = a_document("Two.", url="https://www.spam.example/2")
LATE = a_document("Late.", published_at=date(2026, 7, 1))
UNDATED = a_document("Undated.", published_at=None)


def test_each_source_is_one_entry_with_all_queries_that_found_it_best_first():
    result, _, _ = found([ONE, TWO, UNDATED], a_plan("a", "b"), {"a": [ONE.id], "b": [TWO.id, ONE.id]})
    by_id = {entry.source.id: entry for entry in result.found}
    assert by_id[ONE.id].queries == [0, 1]
    assert by_id[TWO.id].queries == [1]
    assert by_id[ONE.id].score == 1.0
    assert [entry.score for entry in result.found] == sorted((e.score for e in result.found), reverse=True)
    assert result.hits == 3


def test_ties_are_broken_by_source_id():
    result, _, _ = found([ONE, TWO], a_plan("a", "b"), {"a": [ONE.id], "b": [TWO.id]})
    assert [entry.source.id for entry in result.found] == sorted([ONE.id, TWO.id])


def test_sources_after_the_reference_date_are_left_out_and_counted_once():
    result, _, _ = found([ONE, LATE, UNDATED], a_plan("a", "b"))
    assert {entry.source.id for entry in result.found} == {ONE.id, UNDATED.id}
    assert result.left_out_after_reference == 1
    assert result.left_out_excluded == 0


def test_sources_on_excluded_domains_are_left_out_and_counted():
    result, _, _ = found([ONE, TWO], a_plan("a", exclude=["spam.example"]))
    assert [entry.source.id for entry in result.found] == [ONE.id]
    assert result.left_out_excluded == 1


def test_a_domain_excludes_its_hosts_and_nothing_that_only_looks_like_it():
    assert is_on("https://a.spam.example/x", ["www.SPAM.example."])
    assert is_on("https://spam.example", ["spam.example"])
    assert not is_on("https://notspam.example", ["spam.example"])
    assert not is_on("https://spam.example.evil", ["spam.example"])
    assert not is_on(None, ["spam.example"])
    assert not is_on("https://[broken", ["spam.example"])
    assert not is_on("https://spam.example", ["", " "])


def test_only_the_broadest_query_has_the_large_limit_and_no_limit_in_time():
    _, search, _ = found([ONE], a_plan("narrow", "broad", recency="month"))
    assert search.asked == [("narrow", date(2026, 5, 30), LIMIT), ("broad", None, BROADEST_LIMIT)]


def test_nothing_found_is_an_empty_set():
    result, _, recorder = found([], a_plan("a"))
    assert (result.found, result.hits) == ([], 0)
    assert recorder.closed("sources").counts == {"found": 0, "hits": 0, "left_out": 0}


def test_the_search_leaves_one_step_run_with_its_plan():
    _, _, recorder = found([ONE, LATE], a_plan("a"))
    assert recorder.steps() == ["sources"]
    assert recorder.closed("sources").counts == {"found": 1, "hits": 2, "left_out": 1}
    assert recorder.one("sources").variables["search_plan"].source_step == "search_builder"


def test_a_budget_that_is_reached_ends_the_searches_and_keeps_what_was_found():
    class Dear(FixedSearch):
        def search(self, query, **more):
            if query == "b":
                raise BudgetReached("sources", "The budget is reached: run.", "Of 1 USD 1 are spent.")
            return super().search(query, **more)

    ctx, _, _ = a_run([ONE], search=Dear([ONE]))
    result = find_sources(ctx, a_plan("a", "b", "c"))
    assert [entry.source.id for entry in result.found] == [ONE.id]
    assert result.not_searched == "2 of 3 searches were not made. The budget is reached: run. Of 1 USD 1 are spent."
