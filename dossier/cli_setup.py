"""The verbs around the work: `init`, `doctor`, `dev`.

Here: making a home, judging an installation, starting Dagster's pages. Not here: what the checks look at in
detail; each asks the part that knows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from dossier.cli_desk import FAILED, OK, Desk, Outcome, table, verb
from dossier.errors import BadInput, BadVariable, DossierError, Permanent


@verb
def init(desk: Desk) -> Outcome:
    """Create the home: database, Dagster's instance, folders. Safe to repeat.

    Example: dossier init --home .dossier
    """
    set_up(desk)
    settings = desk.settings
    document = {
        "home": str(desk.home),
        "database_url": desk.store.url_without_password,
        "dagster_home": str(settings.dagster_home),
    }
    return Outcome(document, [f"{name}: {value}" for name, value in document.items()])


@verb
def doctor(
    desk: Desk,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask the model's service whether it takes the key; free of charge.")
    ] = False,
) -> Outcome:
    """Check every part, and say how to mend what is missing.

    Examples:
      dossier doctor --json
      dossier doctor --online
    """
    looks = {**_LOOKS, "engine": _engine_asked} if online else _LOOKS
    checks = _each_once([_check(name, partial(look, desk)) for name, look in looks.items()])
    shown = table(
        ("", "part", "found", "what to do"),
        [("ok" if check["ok"] else "!!", check["name"], check["detail"], check["hint"]) for check in checks],
    )
    return Outcome({"checks": checks}, [shown], OK if all(check["ok"] for check in checks) else FAILED)


@verb
def dev(
    desk: Desk,
    port: Annotated[int, typer.Option("--port", help="Port of Dagster's pages.")] = 3000,
) -> Outcome:
    """Serve Dagster's pages, with the sensors on. Ctrl-C ends everything.

    Example: dossier dev --port 3000
    """
    from dossier_assets.dev import serve

    set_up(desk)
    desk.tell(f"Dagster's pages: http://127.0.0.1:{port}  (Ctrl-C ends)")
    environment = {**os.environ, "DOSSIER_HOME": str(desk.home)}
    code = serve(environment, desk.settings.dagster_home, port)
    return Outcome({"port": port}, code=FAILED if code else OK)


def set_up(desk: Desk) -> None:
    """Create what a home needs; what is there stays."""
    from dossier.store.database import Store
    from dossier_assets.dev import check_place
    from dossier_assets.launch import prepare_instance

    check_place(desk.settings.dagster_home, desk.settings.dagster_storage)
    try:
        desk.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"Cannot create the home {desk.home}.", str(error), "Name another: --home DIR") from error
    Store.open(desk.settings.database_url).upgrade()
    prepare_instance(desk.settings)


def _check(name: str, look: Callable[[], str]) -> dict[str, object]:
    try:
        return {"name": name, "ok": True, "detail": look(), "hint": ""}
    except DossierError as error:
        return {"name": name, "ok": False, "detail": f"{error.what} {error.why}".strip(), "hint": error.next_step}
    except (OSError, ImportError) as error:
        hint = "Install Dossier again: make demo"
        return {"name": name, "ok": False, "detail": f"{type(error).__name__}: {error}", "hint": hint}


def _each_once(checks: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return `checks`, a fault of the settings only with them: parts that need them were not looked at."""
    [settings] = [check for check in checks if check["name"] == "settings"]
    if settings["ok"]:
        return checks
    unseen = {"detail": "Not looked at.", "hint": "First mend: settings"}
    return [
        check | unseen if check is not settings and check["detail"] == settings["detail"] else check for check in checks
    ]


def _settings(desk: Desk) -> str:
    try:
        desk.settings  # noqa: B018 - reading them is the check
    except BadVariable:
        raise
    except BadInput:
        return "an address cannot be used, see database"
    return "every variable has a value that it can have"


def _python(desk: Desk) -> str:
    if not (3, 11) <= sys.version_info < (3, 13):
        raise Permanent(f"Python {sys.version.split()[0]}.", "Dossier needs 3.11 or 3.12.", "make PYTHON=python3.11")
    return sys.version.split()[0]


def _home(desk: Desk) -> str:
    if not desk.home.is_dir():
        raise Permanent(f"{desk.home} does not exist.", "", f"Run: dossier init --home {desk.home}")
    if not os.access(desk.home, os.W_OK):
        raise Permanent(f"{desk.home} cannot be written.", "", "Change its owner, or name another: --home DIR")
    return str(desk.home)


def _database(desk: Desk) -> str:
    server = f", {desk.store.server_version}" if desk.store.server_version else ""
    return f"{desk.store.url_without_password} at revision {desk.store.revision()}{server}"


def _dagster(desk: Desk) -> str:
    from dossier_assets.dev import is_on_postgresql, write_instance

    path, storage = desk.settings.dagster_home / "dagster.yaml", desk.settings.dagster_storage
    if not path.is_file():
        raise Permanent(f"{path} does not exist.", "", f"Run: dossier init --home {desk.home}")
    write_instance(desk.settings.dagster_home, storage)
    if is_on_postgresql(path):
        return f"{path}, runs in {_reached(storage or '')}"
    left = " (to move them into PostgreSQL, delete the file and run: dossier init)" if storage else ""
    return f"{path}, runs in SQLite in the same folder{left}"


def _reached(url: str) -> str:
    """Return the address of Dagster's storage as it may be shown. Raises what keeps it from being used."""
    from dossier.store.database import Store

    storage = Store.open(url)
    try:
        return f"{storage.url_without_password}, {storage.server_version}"
    finally:
        storage.close()


def _prompts(desk: Desk) -> str:
    from dossier.prompt_files import load_prompts

    return f"{len(load_prompts())} prompts, one for every step that asks"


def _language(desk: Desk) -> str:
    from resources.spacy_language import SpacyLanguage

    return SpacyLanguage().name


def _engine(desk: Desk) -> str:
    from resources.engines import provider_of

    chosen = provider_of(desk.settings)
    return f"{chosen}; whether its key is taken says: dossier doctor --online" if chosen == "anthropic" else chosen


def _engine_asked(desk: Desk) -> str:
    from resources.engines import claude_settings, provider_of

    chosen = provider_of(desk.settings)
    if chosen != "anthropic":
        return f"{chosen}, which asks nobody"
    from resources.claude_check import check_key

    return f"{chosen}: {check_key(claude_settings(desk.settings))}"


def _graph(desk: Desk) -> str:
    from dossier_assets.definitions import build_defs

    assets = build_defs().resolve_asset_graph().get_all_asset_keys()
    return f"{len(assets)} assets load"


def _samples(desk: Desk) -> str:
    from dossier.sample_files import samples_folder

    return str(samples_folder())


_LOOKS: dict[str, Callable[[Desk], str]] = {
    "python": _python,
    "settings": _settings,
    "home": _home,
    "database": _database,
    "dagster": _dagster,
    "prompts": _prompts,
    "language": _language,
    "engine": _engine,
    "graph": _graph,
    "samples": _samples,
}
