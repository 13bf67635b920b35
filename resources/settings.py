"""What the environment says: home folder, databases, provider, search, and whether sensors start by themselves.

Here: names, defaults and checks of the variables of CONTRACT 3 that this version reads. Not here: what is built
from them (`resources/engines.py`, `resources/runs.py`). `.env.example` explains each variable in one line.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dossier.errors import BadInput, BadVariable
from dossier.store.addresses import (
    DAGSTER_SCHEMA,
    DAGSTER_VARIABLE,
    in_schema,
    is_postgresql,
    normal_url,
    sqlite_file,
)

HomeFolder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """The settings of one process; what is given by name goes before the environment.

    Raises BadVariable that names the variable which has a value it cannot have.
    """

    model_config = SettingsConfigDict(
        env_prefix="DOSSIER_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )
    home: HomeFolder = Field(default=Path(".dossier"), validate_default=True)
    database_url: str = Field(default_factory=lambda known: sqlite_file(known["home"] / "dossier.db"), repr=False)
    dagster_database_url: str | None = Field(default=None, repr=False)
    provider: Literal["auto", "extractive", "anthropic"] = "auto"
    search: Literal["auto", "corpus", "anthropic", "exa", "tavily", "brave", "serpapi"] = "auto"
    registers: str = ""
    search_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    start_sensors: bool = False
    budget_usd_run: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    budget_usd_day: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    budget_usd_week: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    anthropic_api_key: str | None = Field(default=None, repr=False, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(default=None, validation_alias="ANTHROPIC_BASE_URL")
    claude_via: Literal["api", "bedrock", "vertex", "foundry"] = "api"
    claude_cache: Literal["5m", "1h", "off"] = "5m"
    model_fast: str = "claude-haiku-5-5"
    model_smart: str = "claude-sonnet-5-5"

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            faults = [f"{_variable(e['loc'][0])}: {e['msg']}" for e in error.errors(include_input=False)]
            raise BadVariable(
                "A variable has a value it cannot have.", "; ".join(faults), "Correct or unset it; see .env.example."
            ) from None

    @field_validator("dagster_database_url")
    @classmethod
    def _what_was_told(cls, given: str | None, known: ValidationInfo) -> str | None:
        """Take what `tell_dagster` left in the environment for no setting: settings stay equal to what they were."""
        return None if given == _in_the_same_database(known.data.get("database_url", "")) else given

    @property
    def dagster_storage(self) -> str | None:
        """The address of Dagster's own storage on PostgreSQL; None where it is SQLite files in the home.

        Without an address of its own it is a schema in the database of the store. Raises BadInput for another
        kind of database.
        """
        if self.dagster_database_url is None:
            return _in_the_same_database(self.database_url)
        if not is_postgresql(self.dagster_database_url):
            raise BadInput(f"{DAGSTER_VARIABLE} is not an address of PostgreSQL.", "", "Correct or unset it.")
        return normal_url(self.dagster_database_url).render_as_string(hide_password=False)

    def tell_dagster(self) -> None:
        """Put the address of Dagster's storage into the environment, where `dagster.yaml` looks for it."""
        if self.dagster_storage:
            os.environ[DAGSTER_VARIABLE] = self.dagster_storage

    @property
    def dagster_home(self) -> Path:
        """The folder of Dagster's instance: `dagster.yaml`, logs of processes and, without PostgreSQL, its files."""
        return self.home / "dagster"


def _variable(field: object) -> str:
    name = str(field).upper()
    return name if name.startswith("ANTHROPIC_") else f"DOSSIER_{name}"


def _in_the_same_database(database_url: str) -> str | None:
    """Return the address of Dagster's schema in the store's database, None where that is not PostgreSQL."""
    return in_schema(database_url, DAGSTER_SCHEMA) if is_postgresql(database_url) else None
