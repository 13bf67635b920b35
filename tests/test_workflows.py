"""The workflows are valid, safe and pinned: checked offline by the tools of others, and by rules of our own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from workflow_fixture import ROOT, WORKFLOWS, load, obeyed, steps

BIN = Path(sys.executable).parent
SCHEDULED = ROOT / ".github" / "workflows" / "scheduled-materialization.yml"
PINNED = re.compile(r"uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)$")


def tool(*command):
    return subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=False)


def schema(name, *paths):
    return tool("check-jsonschema", "--builtin-schema", name, *paths)


def zizmor(path):
    return tool("zizmor", "--offline", "--pedantic", path)


def shellcheck(path):
    return tool("shellcheck", "--shell=bash", "--severity=style", path)


def changed(tmp_path, old, new):
    """A copy of the scheduled workflow in which `old` reads `new`."""
    text = SCHEDULED.read_text("utf-8")
    assert old in text
    copy = tmp_path / ".github" / "workflows" / SCHEDULED.name
    copy.parent.mkdir(parents=True)
    copy.write_text(text.replace(old, new, 1), "utf-8")
    return copy


def test_there_are_workflows():
    assert {path.stem for path in WORKFLOWS} == {"ci", "scheduled-materialization"}


def test_every_workflow_has_a_valid_form_and_a_time_limit():
    for name in ("vendor.github-workflows", "custom.github-workflows-require-timeout"):
        said = schema(name, *WORKFLOWS)
        assert said.returncode == 0, said.stdout
    said = schema("vendor.dependabot", ROOT / ".github" / "dependabot.yml")
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("old", "new"), [("timezone:", "time-zone:"), ("runs-on:", "run-on:"), ("permissions:", "permission:")]
)
def test_a_misspelt_key_is_found(tmp_path, old, new):
    assert schema("vendor.github-workflows", changed(tmp_path, old, new)).returncode == 1


def test_no_workflow_has_a_known_weakness():
    said = zizmor(ROOT / ".github")
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("old", "new", "weakness"),
    [
        ('--leads="$LEADS"', '--leads="${{ inputs.leads }}"', "template-injection"),
        ("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "actions/checkout@v7", "unpinned-uses"),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("permissions:\n  contents: read", "permissions: write-all", "excessive-permissions"),
    ],
)
def test_a_weakness_is_found(tmp_path, old, new, weakness):
    said = zizmor(changed(tmp_path, old, new))
    assert said.returncode != 0
    assert weakness in said.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_shell_of_every_step_is_sound(path, tmp_path):
    for number, (_, step) in enumerate(steps(load(path))):
        if "run" in step:
            script = tmp_path / f"step-{number}.sh"
            script.write_text(step["run"], "utf-8")
            said = shellcheck(script)
            assert said.returncode == 0, said.stdout
            assert "${{" not in step["run"], "what comes from outside goes through env:"


def test_the_scripts_of_the_checks_are_sound_too():
    for script in (ROOT / ".ci").iterdir():
        said = tool("shellcheck", script)
        assert said.returncode == 0, said.stdout


def test_unsound_shell_is_found(tmp_path):
    script = tmp_path / "step.sh"
    script.write_text("rm -rf $FOLDER/*\n")
    assert shellcheck(script).returncode == 1


def test_every_action_is_pinned_by_commit_with_its_version_and_the_same_everywhere():
    pins = {}
    for path in WORKFLOWS:
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line:
                pin = PINNED.search(line)
                assert pin, line
                pins.setdefault(pin["action"], set()).add((pin["commit"], pin["version"]))
    assert set(pins) == {"actions/checkout", "actions/setup-python", "actions/upload-artifact"}
    assert all(len(found) == 1 for found in pins.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_runs_alone_in_its_group(path):
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    assert not any("permissions" in job for job in workflow["jobs"].values())
    checkouts = [step for _, step in steps(workflow) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_a_job_with_a_secret_reads_no_cache():
    for path in WORKFLOWS:
        if "secrets." in path.read_text("utf-8"):
            assert not any("cache" in step.get("with", {}) for _, step in steps(load(path)))


def test_the_name_of_the_artifact_is_one_that_can_be_stored():
    [step] = [step for _, step in steps(load(SCHEDULED)) if "upload-artifact" in step.get("uses", "")]
    assert not set(re.sub(r"\$\{\{.*?\}\}", "", step["with"]["name"])) & set(':|<>"*?\\/\r\n')
    assert re.findall(r"\$\{\{ (.*?) \}\}", step["with"]["name"]) == ["github.run_id", "github.run_attempt"]
    assert "include-hidden-files" not in step["with"]
    assert not any(part.startswith(".") for path in step["with"]["path"].split() for part in path.split("/"))


def test_ci_calls_the_script_of_the_developers_on_every_version_of_python_that_is_promised():
    [(job, step)] = [(job, step) for job, step in steps(load(ROOT / ".github/workflows/ci.yml")) if "run" in step]
    assert step["run"] == "bash .ci/run"
    promised = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert job["strategy"]["matrix"]["python"] == [f"3.{n}" for n in range(int(promised[1]), int(promised[2]))]


@pytest.mark.parametrize(
    ("log", "commands"),
    [
        ("::error::x", ["::error::x"]),
        ("  ::warning title=a::x", ["::warning title=a::x"]),
        ("said: ::error::x", []),
        ("said: ##[error]x", ["said: ##[error]x"]),
        ("::stop-commands::t1\n::error::x\n##[error]y\n::t2::\n::error::z\n::t1::\n::notice::n", ["::notice::n"]),
    ],
)
def test_the_log_is_read_as_the_runner_reads_it(log, commands):
    assert obeyed(log) == commands
