"""A home whose dossiers are written by Claude over loopback: its command line in this process, and what stands there.

Here: the home, the verbs, and short looks at runs, steps, calls and dossiers. Not here: the model server's orders.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kill_fixture import CLIENT, Home, dossiers, prepared
from sqlalchemy import text
from typer.testing import CliRunner

from dossier.cli import app
from dossier.sample_files import COLLECTED

KEY = "key-of-the-test-that-nobody-may-see"
LEAD = "General Mills"


@dataclass(frozen=True)
class Place:
    """A home and its command line."""

    home: Home

    def __call__(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run a verb; return its exit code and what it answers as JSON."""
        said = CliRunner().invoke(app, [*words, "--json"])
        assert said.stdout, f"{said.exit_code}: {said.stderr}{said.exception!r}"
        return said.exit_code, json.loads(said.stdout)

    def run(self, *words: str) -> list[dict[str, Any]]:
        """Make dossiers to the day of the samples; return the runs by lead."""
        made = self("run", *words, "--as-of", str(COLLECTED))[1]["runs"]
        return sorted(made, key=lambda run: run["lead"])

    def again(self, *words: str) -> dict[str, Any]:
        """Make the dossier of the one lead once more."""
        [made] = self.run("--client", CLIENT, "--lead", LEAD, *words)
        return made

    def rows(self, select: str, **values: Any) -> Sequence[Any]:
        """Ask the store."""
        with self.home.store() as store, store.reading() as session:
            return session.execute(text(select), values).all()

    def calls(self, run_id: str = "%") -> Sequence[Any]:
        """The calls of a run, or of all."""
        return self.rows("SELECT * FROM oracle_calls WHERE run_id LIKE :run", run=run_id)

    def asked(self, run_id: str) -> dict[str, tuple[int, int]]:
        """The steps of a run that an engine answered: paid calls and kept answers."""
        rows = self.rows(
            "SELECT step, SUM(llm_calls) AS calls, SUM(cached_calls) AS kept FROM v2_step_runs s"
            " JOIN v2_pipeline_runs r ON r.id = s.pipeline_run_id WHERE r.run_id = :run"
            " GROUP BY step HAVING SUM(llm_calls) + SUM(cached_calls) > 0",
            run=run_id,
        )
        return {row.step: (row.calls, row.kept) for row in rows}

    @property
    def dossiers(self) -> dict[str, dict[str, Any]]:
        """The newest dossier of each run."""
        return dossiers(self.home)

    def pages(self, run_id: str) -> str:
        """All delivered files of a run that are text, one after the other."""
        files = sorted(path for path in self.home.folder.glob(f"runs/*/{run_id}/v*/*") if path.is_file())
        return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@contextmanager
def place(folder: Path, url: str, *, most: int | None = 1, **variables: str) -> Iterator[Place]:
    """Give a home with flagged sample leads, at `most` so many, whose engine is Claude at `url`."""
    with prepared(folder, most=most) as home, pytest.MonkeyPatch.context() as patch:
        settings = {"DOSSIER_HOME": str(home.folder), "DOSSIER_DATABASE_URL": home.url, "DOSSIER_PROVIDER": "anthropic"}
        for name, value in {**settings, "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url, **variables}.items():
            patch.setenv(name, value)
        yield Place(home)
