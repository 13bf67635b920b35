"""The walls of the house, held over the syntax tree: who may import whom, who reads the environment, what is
never loaded. Each rule is a pure function from a file's tree to complaints, and each has examples it refuses.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("prompts", "dossier", "resources", "io_managers", "sensors", "dossier_assets")
# What each package may import of the others. dossier_assets/definitions.py composes all, launch.py starts it.
MAY_IMPORT = {
    "prompts": (),
    "dossier": ("prompts",),
    "resources": ("dossier", "prompts"),
    "io_managers": ("resources", "dossier", "prompts"),
    "dossier_assets": ("dossier", "prompts"),
    "sensors": ("dossier", "dossier_assets.partitions", "dossier_assets.jobs"),
}
COMPOSERS = ("dossier_assets/definitions.py", "dossier_assets/launch.py")
EXTENDS_DAGSTER = {"dossier_assets/sqlite_events.py", "dossier_assets/inside_dagster.py"}  # dagster is pinned exactly
VENDOR_AND_HTTP = {"anthropic", "httpx", "httpx2", "httpcore2", "requests", "aiohttp", "urllib.request", "http.client"}
UNSAFE_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
SAFE_YAML = {"safe_load", "safe_load_all", "safe_dump", "safe_dump_all", "SafeLoader", "YAMLError"}


def is_command_line(path: str) -> bool:
    """The command line is the one part of dossier/ that sees everything, inside functions."""
    return path.startswith("dossier/cli")


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every imported module, `from a import b` as both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def within(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in names)


def wrong_direction(path: str, tree: ast.Module) -> list[str]:
    """Imports against the direction, relative ones, private ones of Dagster, and Dagster inside dossier/."""
    home = path.split("/")[0]
    allowed = (home, *MAY_IMPORT[home])
    at_top = {id(node) for node in tree.body}
    complaints = []
    for node, module in imports(tree):
        lazy_cli = is_command_line(path) and id(node) not in at_top
        if module.startswith("."):
            complaints.append(f"{path}:{node.lineno} relative import")
        elif within(module, ("dagster",)) and home == "dossier" and not lazy_cli:
            complaints.append(f"{path}:{node.lineno} dossier/ knows nothing of Dagster: {module}")
        elif module.startswith("dagster._") and path not in EXTENDS_DAGSTER:
            complaints.append(f"{path}:{node.lineno} {module} is private to Dagster")
        elif within(module, PACKAGES) and path not in COMPOSERS and not lazy_cli:
            # `from sensors' allowed package import name` reads as the package first, then the full name
            package_of_allowed = any(name.startswith(module + ".") for name in allowed)
            if not within(module, allowed) and not package_of_allowed:
                complaints.append(f"{path}:{node.lineno} {home} never imports {module}")
    return complaints


def imports_the_root(path: str, tree: ast.Module) -> list[str]:
    """definitions.py is imported by launchers, the command line and tests, by nobody else."""
    if path in COMPOSERS or is_command_line(path):
        return []
    return [
        f"{path}:{node.lineno} nobody imports the composition root"
        for node, module in imports(tree)
        if within(module, ("dossier_assets.definitions", "dossier_assets.launch"))
    ]


def speaks_to_the_outside(path: str, tree: ast.Module) -> list[str]:
    """Only resources/ imports a model's vendor or an HTTP client."""
    if path.startswith("resources/"):
        return []
    return [
        f"{path}:{node.lineno} {module}: put the adapter into resources/, behind a port of dossier/ports.py"
        for node, module in imports(tree)
        if within(module, tuple(VENDOR_AND_HTTP))
    ]


def reads_the_environment(path: str, tree: ast.Module) -> list[str]:
    """Only resources/ and the command line know of environment variables."""
    if path.startswith("resources/") or is_command_line(path):
        return []
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "EnvVar", "BaseSettings"}
    found = [
        node
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and any(alias.name in names for alias in node.names))
    ]
    return [f"{path}:{node.lineno} only resources/ and dossier/cli*.py read the environment" for node in found]


def loads_unsafely(path: str, tree: ast.Module) -> list[str]:
    """Nothing that can execute what it loads (F49)."""
    complaints = [
        f"{path}:{node.lineno} {module} executes what it loads"
        for node, module in imports(tree)
        if within(module, tuple(UNSAFE_MODULES))
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
            complaints.append(f"{path}:{node.lineno} {node.func.id} executes text")
        named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml"
        if named and node.attr.endswith(("load", "load_all", "Loader")) and node.attr not in SAFE_YAML:
            complaints.append(f"{path}:{node.lineno} yaml.{node.attr} builds objects: yaml.safe_load")
        if isinstance(node, ast.ImportFrom) and node.module == "yaml":
            unsafe = [alias.name for alias in node.names if alias.name not in SAFE_YAML]
            complaints += [f"{path}:{node.lineno} yaml.{name}: yaml.safe_load" for name in unsafe]
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            complaints.append(f"{path}:{node.value.lineno} allow_pickle executes what it loads")
    return complaints


def is_more_than_a_docstring(path: str, tree: ast.Module) -> list[str]:
    """An `__init__.py` with code makes import cycles."""
    if not path.endswith("__init__.py") or (len(tree.body) == 1 and ast.get_docstring(tree)):
        return []
    return [f"{path} holds one docstring and nothing else"]


def does_not_say_what_it_is_for(path: str, tree: ast.Module) -> list[str]:
    """Every module opens with what it is for."""
    return [] if ast.get_docstring(tree) else [f"{path} opens without a docstring"]


RULES = (
    wrong_direction,
    imports_the_root,
    speaks_to_the_outside,
    reads_the_environment,
    loads_unsafely,
    is_more_than_a_docstring,
    does_not_say_what_it_is_for,
)


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module(rule):
    assert modules()
    complaints = []
    for module in modules():
        path = module.relative_to(ROOT).as_posix()
        complaints += rule(path, ast.parse(module.read_text(encoding="utf-8"), filename=path))
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (wrong_direction, "dossier/steps/score.py", "from resources.store import StoreResource"),
        (wrong_direction, "dossier/models.py", "import dagster as dg"),
        (wrong_direction, "dossier/models.py", "from . import keys"),
        (wrong_direction, "dossier/cli.py", "import dagster"),
        (wrong_direction, "dossier/cli.py", "from dossier_assets.launch import run_dossiers"),
        (wrong_direction, "resources/store.py", "from io_managers import artifacts"),
        (wrong_direction, "dossier_assets/signals.py", "from resources.engines import engine"),
        (wrong_direction, "sensors/new_leads.py", "from dossier_assets.definitions import defs"),
        (wrong_direction, "sensors/new_leads.py", "from dossier_assets import signals"),
        (wrong_direction, "resources/store.py", "from dagster._core.instance import DagsterInstance"),
        (imports_the_root, "sensors/new_leads.py", "import dossier_assets.definitions"),
        (speaks_to_the_outside, "dossier/exchange.py", "import anthropic"),
        (speaks_to_the_outside, "dossier/steps/sources.py", "from urllib.request import urlopen"),
        (reads_the_environment, "dossier/logging.py", "import os\nos.environ['HOME']"),
        (reads_the_environment, "dossier_assets/launch.py", "from os import getenv"),
        (reads_the_environment, "dossier_assets/definitions.py", "import dagster as dg\ndg.EnvVar('X')"),
        (loads_unsafely, "io_managers/artifacts.py", "import pickle"),
        (loads_unsafely, "dossier/intake/clients.py", "import yaml\nyaml.load('')"),
        (loads_unsafely, "dossier/intake/clients.py", "import yaml\nyaml.full_load('')"),
        (loads_unsafely, "dossier/intake/clients.py", "from yaml import unsafe_load"),
        (loads_unsafely, "dossier/templates.py", "eval('1')"),
        (loads_unsafely, "dossier/ranking.py", "import numpy\nnumpy.load('x', allow_pickle=True)"),
        (is_more_than_a_docstring, "dossier/__init__.py", '"""Doc."""\nfrom dossier import models'),
        (is_more_than_a_docstring, "dossier/__init__.py", ""),
        (does_not_say_what_it_is_for, "dossier/keys.py", "import re"),
    ],
)
def test_the_rule_refuses(rule, path, source):
    assert rule(path, ast.parse(source))


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (
            wrong_direction,
            "dossier/cli_run.py",
            "def run():\n    from dossier_assets.launch import run_dossiers",
        ),
        (wrong_direction, "sensors/new_leads.py", "from dossier_assets.partitions import RUNS"),
        (wrong_direction, "dossier_assets/definitions.py", "from resources.store import StoreResource"),
        (loads_unsafely, "dossier/intake/clients.py", "import yaml\nyaml.safe_load('')"),
        (reads_the_environment, "resources/settings.py", "from pydantic_settings import BaseSettings"),
    ],
)
def test_the_rule_allows(rule, path, source):
    assert not rule(path, ast.parse(source))
