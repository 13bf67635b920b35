"""Dagster's own storage on PostgreSQL, with connections that stay open.

Here: the one change to Dagster's own class, which connects anew for every event: a dossier is about 150 of them. Not
here: what is stored, which is Dagster's, and whether this class is used (`dev.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dagster_postgres import DagsterPostgresStorage
from sqlalchemy import Engine, create_engine

from dossier.store.addresses import normal_url

KEPT, MOST = 2, 20
_SETTINGS = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "application_name": "dagster"}


class KeptPostgresStorage(DagsterPostgresStorage):
    """Dagster's storage on PostgreSQL; runs, events and schedules of one process share a pool of connections."""

    def __init__(self, postgres_url: str, inst_data: Any = None) -> None:
        super().__init__(postgres_url, inst_data=inst_data)
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            part._engine = _pool(postgres_url)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> KeptPostgresStorage:
        """Make the storage that `dagster.yaml` describes."""
        return cls(normal_url(config_value["postgres_url"]).render_as_string(hide_password=False), inst_data)


@lru_cache(maxsize=4)
def _pool(url: str) -> Engine:
    """Return this process's connections, one pool for all instances: Dagster makes one for every tick."""
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=KEPT,
        max_overflow=MOST,
        pool_pre_ping=True,
        connect_args=_SETTINGS,
        hide_parameters=True,
    )
