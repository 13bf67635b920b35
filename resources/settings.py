"""What the environment says: home folder, database, provider, search, and whether sensors start by themselves.

Here: names, defaults and checks of the variables of CONTRACT 3 that this version reads. Not here: what is built
from them (`resources/engines.py`, `resources/runs.py`). `.env.example` explains each variable in one line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from dossier.errors import BadInput

HomeFolder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """The settings of one process; what is given by name goes before the environment.

    Raises BadInput that names the variable which has a value it cannot have.
    """

    model_config = SettingsConfigDict(
        env_prefix="DOSSIER_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )
    home: HomeFolder = Field(default=Path(".dossier"), validate_default=True)
    database_url: str = Field(default_factory=lambda known: f"sqlite:///{known['home'] / 'dossier.db'}", repr=False)
    provider: Literal["auto", "extractive", "anthropic"] = "auto"
    search: Literal["auto", "corpus", "anthropic", "exa", "tavily", "brave", "serpapi"] = "auto"
    start_sensors: bool = False
    budget_usd_run: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            faults = [f"DOSSIER_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
            raise BadInput(
                "A variable has a value it cannot have.", "; ".join(faults), "Correct or unset it; see .env.example."
            ) from None

    @property
    def dagster_home(self) -> Path:
        """The folder of Dagster's instance: `dagster.yaml` and its SQLite files."""
        return self.home / "dagster"
