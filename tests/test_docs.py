"""What the guides say is true: their commands exist and run, and their links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dossier.cli import app
from tests.scripted_launcher import install

ROOT = Path(__file__).resolve().parents[1]
GUIDES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "samples" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
EXAMPLE = "facilities"  # the step that docs/add-a-step.md invents
# A placeholder in a command stands for something that is there
STANDS_FOR = {"FILE": "x", "PATH...": "x", "STEP": "signals", "DIR": "x"}


def blocks(guide: Path) -> list[list[str]]:
    """The command lines of each fenced block."""
    found = re.findall(r"^```\w*\n(.*?)^```", guide.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [[line.split("  #")[0].strip() for line in block.splitlines()] for block in found]


def commands(tool: str) -> list[tuple[str, list[str]]]:
    """Every call of `tool` in a block or in a code span of any guide."""
    found = []
    for guide in GUIDES:
        lines = [line for block in blocks(guide) for line in block]
        lines += re.findall(rf"`({tool} [^`]+)`", guide.read_text("utf-8"))
        found += [(guide.name, shlex.split(line)[1:]) for line in lines if line.startswith(tool + " ")]
    return found


def test_the_guides_hold_commands():
    assert len(commands("dossier")) >= 10
    assert len(commands("make")) >= 4


@pytest.mark.parametrize(("guide", "words"), commands("make"), ids=str)
def test_a_make_target_that_is_named_exists(guide, words):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{re.escape(words[0])}:", makefile, re.MULTILINE)


@pytest.mark.parametrize(("guide", "words"), commands("dossier"), ids=str)
def test_a_verb_that_is_named_exists_with_its_options(guide, words):
    command = typer.main.get_command(app)
    words = [STANDS_FOR.get(word, word) for word in words]
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_links_lead_somewhere(guide):
    targets = re.findall(r"\]\(([^)#]+)", guide.read_text("utf-8"))
    assert not [target for target in targets if "://" not in target and not (guide.parent / target).exists()]


def test_the_files_that_the_guides_name_exist():
    for guide in GUIDES:
        named = re.findall(
            r"`((?:dossier|dossier_assets|resources|prompts|tests|samples)/[\w/.-]+\.\w+)`", guide.read_text("utf-8")
        )
        missing = [name for name in named if EXAMPLE not in name and not (ROOT / name).exists()]
        assert not missing, f"{guide.name} names {missing}"


def test_the_commands_of_the_readme_run_in_their_order(tmp_path, monkeypatch):
    launcher = install(monkeypatch)
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DOSSIER_DATABASE_URL", raising=False)
    [block] = [block for block in blocks(ROOT / "README.md") if any(line.startswith("dossier init") for line in block)]
    for line in block:
        if line.startswith("dossier "):
            result = CliRunner().invoke(app, shlex.split(line)[1:])
            assert result.exit_code == 0, f"{line}\n{result.stderr}"
    assert len(launcher.launched) == 1
