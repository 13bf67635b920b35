"""The graph as a whole: frozen in docs/graph.txt, its 18 assets described, owned and checked, and it loads.

After a change that is meant, accept it with: .venv/bin/python tests/test_graph.py > docs/graph.txt
"""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from dossier.answers import ANSWERS
from dossier.prompt_files import load_prompts
from dossier_assets.artifact import Stage, artifact
from dossier_assets.columns import table_schema
from dossier_assets.definitions import ASSET_ORDER, OPS, build_defs
from dossier_assets.graph import POOL, dagster_type
from dossier_assets.metadata import Shown
from resources.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = """
    search_queries sources signals entity_research contact_research enrichment claims merged_claims score insight
    dossier_plan contacts outreach sections fact_check dossier delivery context_packs
""".split()


def artifacts():
    return {one.name: one for branches in OPS.values() for branch in branches for one in branch}


def frozen() -> str:
    """The graph as text: what it is made of, in order, without digests that change with every prompt."""
    defs = build_defs(Settings(home=Path("home")))
    [schedule] = defs.schedules
    lines = [
        "job build_dossier: all assets of one partition of dossier_run, in one process",
        *(
            f"sensor {sensor.name}: every {sensor.minimum_interval_seconds} s, {sensor.default_status.value.lower()}"
            for sensor in defs.sensors
        ),
        f"schedule {schedule.name}: {schedule.cron_schedule} {schedule.execution_timezone}, "
        f"{schedule.default_status.value.lower()}",
    ]
    for op, branches in OPS.items():
        for branch in branches:
            for one in branch:
                checks = [f"{check.name}{' (blocks)' if check.blocking else ''}" for check in one.checks]
                lines += [
                    "",
                    f"{one.stage.value} / {one.name}: {dagster_type(one.type).display_name}, op {op}",
                    f"    {one.description}",
                    f"    from: {', '.join(one.inputs) or 'the run'}",
                    f"    shown as: {', '.join(sorted(one.kinds))}"
                    + (f"; fields of {one.columns.__name__}" if one.columns else ""),
                    *([f"    steps: {', '.join(one.steps)}"] if one.steps else []),
                    *([f"    checks: {', '.join(checks)}"] if checks else []),
                ]
    return "\n".join(lines) + "\n"


def test_the_graph_is_the_one_in_the_documentation():
    kept = (ROOT / "docs" / "graph.txt").read_text(encoding="utf-8")
    assert frozen() == kept, (
        "The graph changed. If that is meant: .venv/bin/python tests/test_graph.py > docs/graph.txt"
    )


@pytest.fixture(scope="module")
def defs(tmp_path_factory):
    return build_defs(Settings(home=tmp_path_factory.mktemp("home")))


def test_it_has_the_eighteen_assets_of_the_contract(defs):
    keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert keys == set(CONTRACT) == set(ASSET_ORDER)
    assert len(ASSET_ORDER) == 18


def test_nothing_in_the_order_comes_before_what_it_needs():
    for position, name in enumerate(ASSET_ORDER):
        assert set(artifacts()[name].inputs) <= set(ASSET_ORDER[:position])


def test_everything_leads_to_the_delivery(defs):
    graph = defs.resolve_asset_graph()
    leaves = [key for key in graph.get_all_asset_keys() if not graph.get(key).child_keys]
    assert leaves == [dg.AssetKey("delivery")], "the run ends with its delivery, so nothing may come after it"


def test_contacts_and_sections_do_not_wait_for_each_other():
    assert "sections" not in {*artifacts()["contacts"].inputs, *artifacts()["outreach"].inputs}
    assert not {"contacts", "outreach"} & artifacts()["sections"].inputs.keys()
    assert len(OPS["final_branches"]) == 2


def test_fact_check_sees_all_text_that_ships():
    assert {"contacts", "outreach", "sections"} <= artifacts()["fact_check"].inputs.keys()


def test_every_asset_is_described_in_one_line_owned_and_of_a_kind(defs):
    graph = defs.resolve_asset_graph()
    for name in CONTRACT:
        node = graph.get(dg.AssetKey(name))
        assert node.description
        assert "\n" not in node.description
        assert node.owners
        assert node.kinds
        assert node.group_name in {stage.value for stage in Stage}


def test_an_asset_that_asks_an_engine_is_of_the_kind_prompt_and_any_other_of_the_kind_python():
    for one in artifacts().values():
        assert ("prompt" in one.kinds, "python" in one.kinds) == (bool(one.steps), not one.steps), one.name
        assert len(one.kinds) <= 3, "Dagster shows no more"


def test_groups_sorted_by_name_stand_in_the_order_of_the_work():
    stages = [one.stage.value for name in ASSET_ORDER for one in [artifacts()[name]]]
    assert stages == sorted(stages)


def test_an_artifact_with_rows_has_the_fields_of_their_model_as_columns(defs):
    graph = defs.resolve_asset_graph()
    for name, one in artifacts().items():
        schema = graph.get(dg.AssetKey(name)).metadata.get("dagster/column_schema")
        assert schema == (table_schema(one.columns) if one.columns else None)


def test_a_workplace_that_delivers_nothing_for_days_is_seen(defs):
    node = defs.resolve_asset_graph().get(dg.AssetKey("delivery"))
    policy = node.freshness_policy_or_from_metadata
    assert policy.warn_window.to_timedelta().days == 4, "a long weekend is no reason to look"
    assert policy.fail_window.to_timedelta().days == 8


def test_every_step_that_asks_versions_exactly_one_asset():
    steps = [step for one in artifacts().values() for step in one.steps]
    assert sorted(steps) == sorted(ANSWERS)
    assert len(steps) == len(set(steps))


def test_a_changed_prompt_changes_the_version_of_its_asset_and_of_no_other(monkeypatch):
    before = versions()
    changed = load_prompts()
    prompt = changed["insight"]
    other = {**changed, "insight": prompt.model_copy(update={"content": prompt.content + "\nBe brief."})}
    other["insight"].__dict__.pop("digest", None)
    monkeypatch.setattr("dossier_assets.definitions.load_prompts", lambda: other)
    after = versions()
    assert [name for name in after if after[name] != before[name]] == ["insight"]


def versions():
    graph = build_defs(Settings(home=Path("home"))).resolve_asset_graph()
    return {name: graph.get(dg.AssetKey(name)).code_version for name in CONTRACT}


def test_nothing_is_opened_or_made_when_the_definitions_load(tmp_path):
    build_defs(Settings(home=tmp_path / "home")).resolve_all_job_defs()
    assert not (tmp_path / "home").exists()


def test_the_definitions_load_as_dagster_loads_them(tmp_path):
    loaded = subprocess.run(
        [sys.executable, "-c", "import dossier_assets.definitions as d; print(len(d.defs().assets))"],
        cwd=ROOT,
        env={"DOSSIER_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.stdout.strip() == str(len(OPS)), loaded.stderr
    assert not loaded.stderr.strip(), "no warning on loading"


def test_the_executor_is_in_process_for_runs_from_the_pages_too(defs):
    job = defs.resolve_implicit_global_asset_job_def()
    assert job.executor_def is dg.in_process_executor


def test_the_ops_that_may_ask_a_model_share_a_pool_and_no_others_do(defs):
    ops = {asset.op.name: asset.op.pool for asset in defs.resolve_asset_graph().assets_defs if asset.is_executable}
    asking = {name for name, branches in OPS.items() if any(one.steps for branch in branches for one in branch)}
    assert ops == {name: POOL if name in asking else None for name in OPS}
    assert asking != set(OPS)


def test_no_resource_shows_an_address_or_a_secret(defs):
    shown = {name: str(getattr(resource, "config_schema", "")) for name, resource in defs.resources.items()}
    assert set(shown) == {"runs", "io_manager"}
    assert "sqlite" not in str(shown)


def test_an_asset_has_to_say_what_it_takes_and_makes():
    def nameless(upstream: int) -> int:
        """Not of a run."""
        return upstream

    def untyped(run):
        """Of nothing."""

    for wrong in (nameless, untyped):
        with pytest.raises(Exception, match="is not written as"):
            artifact(Stage.JUDGE, show=lambda value, inputs: Shown())(wrong)


if __name__ == "__main__":
    print(frozen(), end="")
