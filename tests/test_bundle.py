"""The bundle and the versions of a run's files: whole or absent, exact, and never overwritten."""

import hashlib
import json
import os

import pytest
from dossier_fixture import RUN_ID, documents, dossier, empty_dossier, raw_claim_ids

from dossier.errors import BadInput, Permanent
from dossier.evidence.invariants import broken
from dossier.exports import bundle, files, json_file, whole_files
from dossier.keys import digest
from dossier.models import Dossier

STEPS = [{"step": "search_builder", "raw_output": "line one\nline two\u2028three\x1b[31m"}, {"step": "insight"}]


def names(folder) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_bundle_can_be_checked_from_its_files_alone(tmp_path):
    bundle.write(dossier(), documents(), STEPS, tmp_path / "made" / "here")
    out = tmp_path / "made" / "here"
    whole = Dossier.model_validate_json((out / "dossier.json").read_text("utf-8"))
    texts = {s.id: (out / "sources" / f"{s.sha256}.txt").read_bytes().decode("utf-8") for s in whole.sources}
    assert broken(whole, texts, raw_claim_ids()) == []
    assert whole == dossier()


def test_a_bundle_holds_exactly_the_files_of_the_contract(tmp_path):
    bundle.write(dossier(), documents(), STEPS, tmp_path / "out")
    expected = [f"sources/{one.sha256}.txt" for one in documents()]
    assert names(tmp_path / "out") == sorted(
        ["dossier.html", "dossier.json", "dossier.md", "step_runs.jsonl", *expected]
    )


def test_source_texts_are_the_very_bytes_that_were_stored(tmp_path):
    text = "a\rb\r\nc\ufeff é 𝄞\n"
    odd = documents()[0].model_copy(update={"text": text, "sha256": digest(text)})
    bundle.write(empty_dossier(), [odd], [], tmp_path / "out")
    assert (tmp_path / "out" / "sources" / f"{odd.sha256}.txt").read_bytes() == text.encode("utf-8")


def test_a_text_that_was_changed_after_it_was_stored_is_not_handed_out(tmp_path):
    first, *others = documents()
    changed = first.model_copy(update={"text": f"{first.text} And more."})
    with pytest.raises(Permanent, match=f"source {first.id} was changed"):
        bundle.write(dossier(), [changed, *others], STEPS, tmp_path / "out")
    assert os.listdir(tmp_path) == []


def test_step_runs_are_one_json_object_a_line_whatever_they_hold(tmp_path):
    bundle.write(dossier(), documents(), STEPS, tmp_path / "out")
    lines = (tmp_path / "out" / "step_runs.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == STEPS


def test_a_bundle_of_the_same_run_is_replaced_whole(tmp_path):
    bundle.write(dossier(), documents(), STEPS, tmp_path / "out")
    bundle.write(empty_dossier(), [], [], tmp_path / "out")
    assert names(tmp_path / "out") == ["dossier.html", "dossier.json", "dossier.md", "step_runs.jsonl"]
    assert names(tmp_path) == [f"out/{name}" for name in names(tmp_path / "out")]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "out").mkdir()
    bundle.write(dossier(), documents(), [], tmp_path / "out")
    assert (tmp_path / "out" / "dossier.json").is_file()


@pytest.mark.parametrize("content", ["my notes", '{"run_id": "other--run-00000000-1"}', "[]"])
def test_a_folder_with_anything_else_is_left_alone(tmp_path, content):
    out = tmp_path / "out"
    out.mkdir()
    (out / "dossier.json").write_text(content)
    with pytest.raises(BadInput, match="nothing is overwritten"):
        bundle.write(dossier(), documents(), [], out)
    assert (out / "dossier.json").read_text() == content


def test_a_bundle_that_fails_midway_leaves_nothing(tmp_path):
    bad = documents()[0].model_copy(update={"text": "\udc80", "sha256": digest("\udc80")})
    with pytest.raises(UnicodeEncodeError):
        bundle.write(dossier(), [*documents(), bad], [], tmp_path / "out")
    assert os.listdir(tmp_path) == []


def test_the_files_of_a_run_lie_where_the_contract_says(tmp_path):
    delivery = files.write_version(tmp_path, dossier(), documents())
    folder = f"runs/harborline-steel/{RUN_ID}/v1"
    assert [one.path for one in delivery.files] == [f"{folder}/dossier.{end}" for end in ("json", "md", "html")]
    assert names(tmp_path) == sorted(one.path for one in delivery.files)
    for one in delivery.files:
        data = (tmp_path / one.path).read_bytes()
        assert (one.bytes, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_new_version_is_a_new_folder_and_the_old_one_stays(tmp_path):
    files.write_version(tmp_path, dossier(), documents())
    before = (tmp_path / "runs/harborline-steel" / RUN_ID / "v1/dossier.json").read_bytes()
    second = files.write_version(tmp_path, dossier(gaps=[]), documents())
    assert second.version == 2
    assert files.versions(tmp_path, RUN_ID) == [1, 2]
    assert (tmp_path / "runs/harborline-steel" / RUN_ID / "v1/dossier.json").read_bytes() == before


def test_a_given_version_may_be_asked_for_again_but_never_changed(tmp_path):
    first = files.write_version(tmp_path, dossier(), documents(), version=3)
    assert files.write_version(tmp_path, dossier(), documents(), version=3) == first
    with pytest.raises(Permanent, match="never changed"):
        files.write_version(tmp_path, dossier(gaps=[]), documents(), version=3)
    assert files.versions(tmp_path, RUN_ID) == [3]


def test_a_version_taken_by_another_process_at_the_last_moment_is_not_overwritten(tmp_path, monkeypatch):
    real = whole_files.put_folder
    stolen = []

    def slow(filled, target):
        if not stolen:
            stolen.append(target)
            target.mkdir(parents=True)
            (target / "dossier.json").write_text("theirs")
        real(filled, target)

    monkeypatch.setattr(files, "put_folder", slow)
    delivery = files.write_version(tmp_path, dossier(), documents())
    assert delivery.version == 2
    assert (stolen[0] / "dossier.json").read_text() == "theirs"


def test_what_a_killed_process_left_behind_is_no_version(tmp_path):
    folder = files.run_folder(tmp_path, RUN_ID)
    (folder / ".v1.abc" / "new").mkdir(parents=True)
    (folder / "v01").mkdir()
    assert files.versions(tmp_path, RUN_ID) == []
    assert files.write_version(tmp_path, dossier(), documents()).version == 1


@pytest.mark.parametrize("run_id", ["../../etc", "a/b--c-00000000-1", "", "harborline--x-0a1b2c3d-0"])
def test_a_run_id_never_leads_out_of_home(tmp_path, run_id):
    with pytest.raises(BadInput):
        files.run_folder(tmp_path, run_id)
    with pytest.raises(BadInput):
        files.write_version(tmp_path, dossier(run_id=run_id), documents())
    assert os.listdir(tmp_path) == []


def test_json_is_stable_and_named_by_its_schema():
    text = json_file.render(dossier())
    assert json.loads(text)["schema"] == "dossier/v1"
    assert json_file.render(Dossier.model_validate_json(text)) == text
    assert text.endswith("}\n")


def test_json_has_the_fields_of_the_contract():
    data = json.loads(json_file.render(dossier()))
    fields = (
        "schema run_id client lead status provider reference_date created_at score why_now sections claims"
        " invalid_claims merged_claims conflicts timelines contacts sources fact_check gaps cost"
    )
    assert set(fields.split()) <= data.keys()
    assert data["claims"][0]["event_date"] is None or len(data["claims"][0]["event_date"]) == 10


def test_a_file_is_replaced_whole_and_a_failure_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "x.txt"
    whole_files.put_file(path, b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        whole_files.put_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["deep/x.txt"]
