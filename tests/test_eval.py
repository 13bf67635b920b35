"""`dossier eval`: each name on a tiny made-up set, its keys and its errors."""

import json

import pytest
from typer.testing import CliRunner

from dossier.cli import app
from dossier.errors import BadInput
from dossier.evaluate import claim_merge, value_parsing
from dossier.evaluate.catalogue import EVALUATIONS
from dossier.evaluate.labelled import Labelled, NothingToScore, half_of
from dossier.evaluate.ner import tagged_spans
from tests.labelled_fixture import KEYS, SETS, write_sets


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    return write_sets(tmp_path_factory.mktemp("sets"))


def score(name, folder, language, half=None):
    return EVALUATIONS[name].score(Labelled(folder, half), language)


@pytest.mark.parametrize("name", list(EVALUATIONS))
def test_each_name_scores_its_set_with_the_keys_of_the_contract(name, parent, language):
    folder, keys = KEYS[name]
    scores = score(name, parent / folder, language)
    assert set(keys) <= set(scores)
    figures = {key: value for key, value in scores.items() if key != "n" and not key.startswith("n")}
    assert all(0 <= value <= 1 for key, value in figures.items() if "per_text" not in key), figures


@pytest.mark.parametrize("name", list(EVALUATIONS))
def test_a_parent_of_sets_gives_what_the_set_gives(name, parent, language):
    folder, _ = KEYS[name]
    alone, below = score(name, parent / folder, language), score(name, parent, language)
    assert {key: below[key] for key in alone if key != "n"} == {key: alone[key] for key in alone if key != "n"}


def test_what_is_easy_is_scored_right(parent, language):
    assert score("claim-merge", parent, language)["same_event_f1"] == 1
    assert score("claim-merge", parent, language)["contradiction_f1"] == 1
    assert score("claim-merge", parent, language)["bcubed_f1"] == 1
    assert score("warn-amendments", parent, language)["changed_exact"] == 1
    assert score("company-match", parent, language)["f1"] == 1
    assert score("entity-match", parent, language)["persons_pairwise_f1"] == 1
    assert score("value-parsing", parent, language)["date_absolute.value_exact"] == 1
    assert score("similarity", parent / "degrees", language)["spearman"] == pytest.approx(1)
    assert score("fact-check", parent, language)["refutes_recall"] == 1
    assert score("ner", parent, language)["person_f1.sec_filings"] == 1


def test_ids_and_organisations_of_a_set_are_never_read(parent, language, tmp_path):
    folder = tmp_path / "renamed"
    folder.mkdir()
    for name, rows in SETS["merge"].items():
        hidden = [
            row | {"org_id": "?", **({"event_id": row["event_id"][::-1]} if "event_id" in row else {})} for row in rows
        ]
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in hidden))
    assert score("claim-merge", folder, language) == score("claim-merge", parent / "merge", language)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("no json\n", "Row 1"),
        ('{"name_a": "x", "name_b": "y", "label": 1}\n["x"]\n', "Row 2"),
        ('{"name_a": "x", "name_b": "y", "label": 1}\n{"name_a": "x", "label": 1}\n', "'name_b' is missing"),
        ('{"name_a": "x", "name_b": 3, "label": 1}\n', "'name_b' is int, not str"),
        ('{"name_a": "x", "name_b": "y", "label": "yes"}\n', "'label' is str"),
    ],
)
def test_a_file_that_cannot_be_scored_is_named_with_its_row(content, said, tmp_path, language):
    (tmp_path / "pairs.jsonl").write_text(content)
    with pytest.raises(BadInput) as caught:
        score("company-match", tmp_path, language)
    assert said in str(caught.value)
    assert "pairs.jsonl" in str(caught.value)


def test_a_folder_without_the_set_says_what_was_looked_for(tmp_path, language, parent):
    for folder in (tmp_path, parent / "warn"):
        with pytest.raises(NothingToScore, match=r"pairs\.jsonl with the field 'name_a'"):
            score("company-match", folder, language)
    with pytest.raises(BadInput, match="There is no folder"):
        score("company-match", tmp_path / "none", language)


def test_the_halves_share_no_row_and_lose_none(parent):
    forms = (claim_merge.MENTIONS, value_parsing.SPECS)
    for form in forms:
        whole, first, second = (Labelled(parent, half).rows(form) for half in (None, "first", "second"))
        assert len(first) + len(second) == len(whole)
        assert [row for row in whole if row in first] == first
    assert {half_of(str(number)) for number in range(20)} == {"first", "second"}


def test_tags_of_both_schemes_give_the_same_spans():
    assert list(tagged_spans(["I-ORG", "I-ORG", "O", "I-PER"])) == [("organization", 0, 2), ("person", 3, 4)]
    assert list(tagged_spans(["B-person", "B-person", "I-person", "B-location"])) == [
        ("person", 0, 1),
        ("person", 1, 3),
    ]


def test_a_value_counts_only_in_its_place_and_what_touches_nothing_is_spurious():
    gold = [value_parsing.Value(0, 5, frozenset({"1"})), value_parsing.Value(9, 12, frozenset())]
    tally = value_parsing._Tally()
    tally.add(gold, [value_parsing.Value(0, 4, frozenset({"1"})), value_parsing.Value(20, 22, frozenset({"1"}))])
    assert (tally.right, tally.valued, tally.spurious) == (0, 1, 1)
    tally.add(gold, [value_parsing.Value(0, 5, frozenset({"1", "one"}))])
    assert tally.value_exact == pytest.approx(1 / 3)


def run(*words):
    result = CliRunner().invoke(app, ["eval", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def test_the_verb_prints_one_flat_document(parent):
    code, out, _ = run("company-match", "--data", parent / "companies", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["f1"] == 1
    assert all(isinstance(value, int | float) for value in document.values())


def test_all_is_one_table_and_one_document_by_name(parent):
    code, out, _ = run("all", "--data", parent, "--json")
    document = json.loads(out)
    assert code == 0
    assert list(document) == list(EVALUATIONS)
    assert all("seconds" in scores for scores in document.values())
    code, out, _ = run("all", "--data", parent)
    assert code == 0
    assert "floor" in out
    assert "best published" in out
    assert "0.75" in out


def test_all_names_what_is_not_there_and_refuses_an_empty_parent(parent, tmp_path):
    code, out, err = run("all", "--data", parent / "companies", "--json")
    assert (code, list(json.loads(out))) == (0, ["company-match"])
    assert "name-parsing" in err
    assert run("all", "--data", tmp_path)[0] == 2


def test_a_name_or_half_that_does_not_exist_is_bad_usage(parent):
    code, _, err = run("claims", "--data", parent)
    assert code == 2
    assert "claim-merge" in err
    assert run("company-match", "--data", parent, "--half", "third")[0] == 2
