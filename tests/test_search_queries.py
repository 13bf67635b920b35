"""The search plan: what is asked for, the rules every plan is held to, and the plan that stands in."""

import pytest

from dossier.errors import Retryable, StepFailed
from dossier.models import StepStatus
from dossier.steps.search_queries import plan_queries
from dossier.testing import a_client, a_lead, a_run


def a_plan(*queries, **more):
    return {"objective": "o", "queries": [{"query": query} for query in queries], **more}


def planned(answer, **kwargs):
    ctx, llm, recorder = a_run(script={"search_builder": answer}, **kwargs)
    return plan_queries(ctx), llm, recorder


def test_the_builder_is_given_all_its_variables():
    client = a_client(
        seed_data={"seed": {"company_name": "Harbor Foods"}, "hint": "Ohio", "exclude_domains": ["b.example"]},
        icp_config={"signals": [], "exclude_domains": ["a.example", 7]},
    )
    _, llm, _ = planned(a_plan('"Harbor Foods"'), client=client)
    variables = llm.requests[0].variables
    assert variables["seed"] == {"company_name": "Harbor Foods"}
    assert variables["hint"] == "Ohio"
    assert variables["exclude_domains"] == ["a.example", "b.example"]
    assert variables["attempt_log"] == []
    assert variables["current_date"] == "2026-06-30"
    assert variables["client"] == {"name": "Acme Steel", "slug": "acme-steel", "offer": ["steel buildings"]}
    assert variables["lead"]["name"] == "Harbor Foods"


def test_a_good_plan_is_kept_as_it_is():
    plan, _, _ = planned(a_plan('"Harbor Foods" plant', '"Harbor Foods" jobs', '"Harbor Foods"'))
    assert [query.query for query in plan.queries] == ['"Harbor Foods" plant', '"Harbor Foods" jobs', '"Harbor Foods"']


def test_excluded_domains_are_passed_on_even_if_the_answer_forgets_them():
    client = a_client(seed_data={"exclude_domains": ["spam.example"]})
    plan, _, _ = planned(a_plan('"Harbor Foods"', domains_to_exclude=["ads.example"]), client=client)
    assert plan.domains_to_exclude == ["ads.example", "spam.example"]


def test_a_plan_whose_last_query_misses_the_lead_gets_one_by_its_names():
    plan, _, _ = planned(a_plan("new plants in Ohio"), lead=a_lead("Harbor Foods, Inc."))
    assert len(plan.queries) == 2
    assert '"Harbor Foods' in plan.queries[-1].query


def test_no_plan_has_more_than_five_queries_and_the_broad_one_survives():
    plan, _, _ = planned(a_plan(*(f"plants {n}" for n in range(8))))
    assert [query.query for query in plan.queries[:4]] == ["plants 0", "plants 1", "plants 2", "plants 3"]
    assert '"Harbor Foods"' in plan.queries[4].query
    assert len(plan.queries) == 5


def test_the_same_query_is_planned_once_and_empty_ones_not_at_all():
    plan, _, _ = planned(a_plan('"Harbor  Foods"', '"Harbor Foods"', "  "))
    assert len(plan.queries) == 1


@pytest.mark.parametrize(
    "answer", ["no JSON", '{"objective": "o", "queries": []}', StepFailed("search_builder", "No.")]
)
def test_without_a_usable_answer_the_extractive_plan_stands_in(answer):
    client = a_client(seed_data={"exclude_domains": ["spam.example"]})
    plan, _, recorder = planned(answer, client=client)
    assert len(plan.queries) >= 3
    assert all('"Harbor Foods"' in query.query for query in plan.queries)
    assert plan.domains_to_exclude == ["spam.example"]
    assert recorder.closed("search_builder").status is StepStatus.FAILED


def test_a_passing_fault_is_left_to_the_queue():
    with pytest.raises(Retryable):
        planned(Retryable("busy"))
