"""The wheel is whole: installed into a fresh environment it loads the graph, the prompts, the migrations and the
samples from itself, not from this checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOOK = """
import json
from pathlib import Path

import dossier
from dossier.prompt_files import load_prompts
from dossier.sample_files import sample_clients, sample_documents
from dossier.store.database import Store
from dossier_assets.definitions import build_defs

store = Store.open("sqlite:///fresh.db")
store.upgrade()
print(json.dumps({
    "package": str(Path(dossier.__file__).parent),
    "prompts": len(load_prompts()),
    "samples": [str(path) for path in (*sample_clients(), sample_documents())],
    "revision": store.revision(),
    "assets": len(build_defs().resolve_asset_graph().get_all_asset_keys()),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def seen(wheel, tmp_path_factory):
    """What a fresh environment finds in the installed wheel; it borrows only the dependencies of this one."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home / "env", with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home / "env")}))
    python = home / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--quiet", wheel], check=True)
    borrowed = _without_this_checkout(home / "borrowed")
    (packages / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DOSSIER", "DAGSTER"))
    }
    ran = subprocess.run([python, "-c", LOOK], cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    return {**found, "site": str(packages), "command": str(python.with_name("dossier"))}


def _without_this_checkout(folder):
    """Link every installed package but this one, whose editable install points back to the checkout."""
    folder.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if entry.suffix != ".pth" and not entry.name.startswith(("dossier", "_dossier")):
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.mark.whole
def test_everything_is_loaded_from_the_wheel(seen):
    places = [seen["package"], *seen["samples"]]
    assert all(place.startswith(seen["site"]) for place in places), places


@pytest.mark.whole
def test_the_installed_command_answers(seen):
    said = subprocess.run([seen["command"], "--help"], capture_output=True, text=True, check=True).stdout
    assert "retry" in said


@pytest.mark.whole
def test_the_installed_graph_has_its_eighteen_assets(seen):
    assert seen["assets"] == 18


@pytest.mark.whole
def test_the_installed_store_can_be_upgraded(seen):
    assert seen["revision"]


@pytest.mark.whole
def test_the_wheel_ships_a_prompt_for_every_step_that_asks(seen):
    from dossier.answers import ANSWERS
    from dossier.setup_answers import SETUP_ANSWERS

    assert seen["prompts"] == len(ANSWERS) + len(SETUP_ANSWERS)


@pytest.mark.whole
def test_the_wheel_holds_no_tests_and_no_caches(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/")) or "__pycache__" in name]
    assert any(name.startswith("dossier/samples/") for name in names)
    assert any(name.endswith(".html.j2") for name in names), "templates of the exports"
    assert "dossier/exports/templates/paper.typ" in names
    assert "dossier/exports/profiles/hubspot.yaml" in names
