"""What is told of a client configuration that is taken all the same, and that the guide of its keys is true."""

import json
import re
from pathlib import Path

import pytest
import yaml

from dossier.extractive.signal_names import literal_words, telling_words
from dossier.intake.client_keys import known_keys, misspelt, unread
from dossier.intake.client_remarks import remarks
from dossier.intake.clients import SCORING, parse_client
from dossier.models import Client, ClientConfig, Disqualifier, Geography, IcpConfig, IcpSignal
from dossier.steps.score_formulas import FORMULAS

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "clients.md"


def client(**parts) -> Client:
    return parse_client({"client": {"name": "C"}, **parts}, "c.yaml")


@pytest.mark.parametrize(
    ("config", "wrong", "meant"),
    [
        ({"icp_confg": {}}, "icp_confg", "icp_config"),
        ({"Scoring": "rubric"}, "Scoring", "scoring"),
        ({"time-zone": "UTC"}, "time-zone", "timezone"),
        ({"signals": []}, "signals", "icp_config.signals"),
        ({"target_titles": []}, "target_titles", "icp_config.target_titles"),
        ({"icp_config": {"taget_titles": []}}, "icp_config.taget_titles", "icp_config.target_titles"),
        ({"icp_config": {"excluded_domains": []}}, "icp_config.excluded_domains", "icp_config.exclude_domains"),
        ({"icp_config": {"geography": {"tier_1": []}}}, "icp_config.geography.tier_1", "icp_config.geography.tier1"),
        ({"icp_config": {"signals": [{"teir": "hot"}]}}, "icp_config.signals[].teir", "icp_config.signals[].tier"),
        ({"research_context": {"competitor": []}}, "research_context.competitor", "research_context.competitors"),
        ({"seed_data": {"seed": {"company": "A"}}}, "seed_data.seed.company", "seed_data.seed.company_name"),
    ],
)
def test_a_mistyped_key_is_told_with_the_one_that_was_meant(config, wrong, meant):
    assert misspelt(config) == {wrong: meant}
    assert not unread(config)


@pytest.mark.parametrize(
    "config",
    [
        {"_note": "mine", "icp_config": {"_why": 1}},
        {"client": {"name": "C", "founded": 1990}, "research_context": {"history": "long"}},
        {"icp_config": {"target_markets": {"anything_at_all": 0.5}, "scoring_weights": {"x": 1}}},
    ],
)
def test_notes_and_what_a_writer_is_given_whole_are_not_complained_about(config):
    assert (misspelt(config), unread(config)) == ({}, [])


def test_a_key_that_is_like_no_other_is_named_once_and_kept():
    made = client(icp_config={"signals": [{"name": "new_plant", "priority": 1}, {"name": "layoff", "priority": 2}]})
    [said] = remarks(made)
    assert said.count("icp_config.signals[].priority") == 1
    assert (made.config.icp_config.signals[0].model_extra or {})["priority"] == 1


def test_points_that_the_formula_does_not_have_are_told():
    [said] = remarks(client(icp_config={"scoring_weights": {"signal_hott": 30, "signal_hot": 20}}))
    assert "scoring_weights.signal_hott" in said
    assert "Did you mean signal_hot?" in said


def test_every_formula_can_be_chosen_and_one_that_is_not_there_yet_is_told():
    assert set(FORMULAS) <= set(SCORING)
    told = {name: remarks(client(scoring=name)) for name in SCORING}
    assert {name for name, said in told.items() if said} == set(SCORING) - set(FORMULAS)


@pytest.mark.parametrize(
    ("name", "literal"),
    [
        ("new_plant_announced", []),
        ("plant_closure_notice", []),
        ("general_commitment_without_site", []),
        ("general_commitment_without_robots", []),
        ("conference_attendance", ["attendance"]),
        ("robotaxi_rollout", ["robotaxi", "rollout"]),
        ("hiring_or_glamping", ["glamping"]),
    ],
)
def test_words_of_a_signal_that_the_engine_does_not_know_are_taken_literally(name, literal):
    assert literal_words(name) == literal


def test_a_signal_whose_name_tells_no_event_is_told():
    assert telling_words("new_announcement") == ["new"]
    assert telling_words("general_announcement") == []
    [said] = remarks(client(icp_config={"signals": [{"name": "general_announcement"}]}))
    assert "never found" in said


def test_the_samples_give_nothing_to_tell():
    for path in sorted((ROOT / "samples" / "clients").iterdir()):
        assert remarks(parse_client(yaml.safe_load(path.read_text("utf-8")), path.name)) == []


# ---------------------------------------------------------------- the keys and the code


def test_every_key_that_the_code_reads_beside_the_models_is_known():
    read = re.compile(r"""(?:icp_config|icp)\.model_extra or \{\}\)\.get\(["'](\w+)["']""")
    setting = re.compile(r"""\.setting\(["'](\w+)["']\)""")
    found = set[str]()
    for path in [*(ROOT / "dossier" / "steps").glob("*.py"), *(ROOT / "dossier" / "extractive").glob("*.py")]:
        text = path.read_text("utf-8")
        found |= {*read.findall(text), *setting.findall(text)}
    assert {"budget_usd", "buyer_types", "min_employees_affected"} <= found
    assert found <= known_keys()["icp_config"]


# ---------------------------------------------------------------- the guide


def rows() -> dict[str, list[str]]:
    """The rows of the guide's tables by key: meaning, and the default where there is one."""
    lines = re.findall(r"^\| `([^`]+)` \|(.*)\|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    return {key: [cell.strip() for cell in rest.split(" | ")] for key, rest in lines}


def test_the_guide_names_every_key_that_is_read_and_no_other():
    known = {f"{part}.{key}" if part else key for part, keys in known_keys().items() for key in keys}
    assert set(rows()) == known


@pytest.mark.parametrize(
    ("part", "model"),
    [
        ("", ClientConfig),
        ("icp_config.", IcpConfig),
        ("icp_config.signals[].", IcpSignal),
        ("icp_config.disqualifiers[].", Disqualifier),
        ("icp_config.geography.", Geography),
    ],
)
def test_the_guide_states_the_defaults_of_the_models(part, model):
    for name, field in model.model_fields.items():
        _, stated, *_ = rows()[part + name]
        if field.is_required():
            assert stated == "required", name
        else:
            default = field.get_default(call_default_factory=True)
            shown = default.model_dump(exclude_unset=True) if hasattr(default, "model_dump") else default
            assert json.loads(stated.strip("`")) == shown, name


def test_the_example_of_the_guide_has_every_key_and_nothing_to_tell():
    [example] = re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    config = yaml.safe_load(example)
    assert remarks(parse_client(config, "clients.md")) == []

    def keys(value, part=""):
        if isinstance(value, dict):
            for key, item in value.items():
                yield part + key
                yield from keys(item, f"{part}{key}.")
        elif isinstance(value, list):
            for item in value:
                yield from keys(item, part.removesuffix(".") + "[].")

    assert set(rows()) <= set(keys(config))
