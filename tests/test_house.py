"""What the files around the code promise each other: one name for the code location, one list of variables,
no lock file of a private index, targets that exist."""

import re
import tomllib
from pathlib import Path

import yaml

from resources.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SKIP = {
    ".venv",
    ".git",
    ".dossier",
    ".dossier-demo",
    "demo",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".pytest_cache",
}
INDEX = re.compile(r"https?://[^\s\"',)]+", re.IGNORECASE)
PUBLIC_INDEX = ("https://pypi.org/", "https://files.pythonhosted.org/")


def tree() -> list[Path]:
    """The files of the repository, without what the targets make."""
    kept = [path for path in ROOT.iterdir() if path.name not in SKIP]
    return [path for top in kept for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file()]


def private_indexes(text: str) -> list[str]:
    """The package indexes that a lock file names, other than the public one."""
    return [url for url in INDEX.findall(text) if not url.startswith(PUBLIC_INDEX)]


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_workspace_and_project_name_the_same_code_location():
    [entry] = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    named = project()["tool"]["dg"]["project"]
    module = entry["python_module"]
    assert module["module_name"] == named["code_location_target_module"]
    assert module["location_name"] == named["code_location_name"] == "dossier"
    assert module["working_directory"] == "."


def test_no_lock_file_names_a_private_index():
    locks = [path for path in tree() if path.suffix == ".lock" or path.name.startswith("requirements")]
    settings = [path for path in tree() if path.name in {"pip.conf", ".pypirc", "uv.toml"}]
    assert not [path for path in locks if private_indexes(path.read_text(encoding="utf-8"))]
    assert not settings, "where packages come from is the machine's affair, not the repository's"


def test_a_private_index_is_recognised():
    assert private_indexes('source = { registry = "https://mirror.example/simple" }')
    assert not private_indexes('url = "https://files.pythonhosted.org/packages/x.whl"')


def test_the_wheel_ships_every_package_of_the_repository():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages == set(project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_the_make_targets_of_the_contract_stand():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"demo", "test", "check", "dev", "bench"} <= targets
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make check" in script
    assert "make test" in script
    assert "CI=true" in script


def variables_in_code() -> set[str]:
    """The variables of ours that the code names: in full, or as a field of the settings."""
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("resources", "dossier")
        for path in (ROOT / folder).rglob("*.py")
    )
    named = {name: field.validation_alias for name, field in Settings.model_fields.items()}
    fields = {str(alias or f"DOSSIER_{name.upper()}") for name, alias in named.items()}
    return fields | set(re.findall(r"[\"']((?:DOSSIER|ANTHROPIC|SMTP|NOTION|SLACK)_[A-Z_]+)[\"']", text))


def test_every_variable_in_the_code_is_explained_in_one_line():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    explained = {match[1] for line in lines if (match := re.match(r"#?([A-Z_]+)=.*", line))}
    assert variables_in_code() <= explained


def test_pre_commit_and_make_check_run_the_same_tools():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in hooks:
        tool = hook["entry"].split()[0].removeprefix(".venv/bin/")
        assert f"$(BIN)/{tool}" in makefile


def test_no_file_names_a_path_of_a_machine():
    pattern = re.compile(r"(?:^|[\s\"'(=])/(?:root|home/[a-z]+|Users|work)/")
    text_files = [
        path for path in tree() if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".json", ".csv"}
    ]
    assert not [path for path in text_files if pattern.search(path.read_text(encoding="utf-8", errors="replace"))]
