"""The table of searches for leads that nobody named: what each tried, and what came of it.

Here: columns and checks. Not here: what is written into it and read from it (`discovery.py`).
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossier.store.columns import Base, JsonDict, RunOwned


class DiscoveryRow(RunOwned, Base):
    """One search of a client, the run's last: with a lead, or with the reason why there is none.

    `n` is its number among the client's searches, `attempt` all that it tried and read (`dossier.models.Attempt`).
    """

    __tablename__ = "v2_discoveries"
    __table_args__ = (
        UniqueConstraint("pipeline_run_id"),
        CheckConstraint("lead_name IS NOT NULL OR reason IS NOT NULL", name="outcome"),
    )

    n: Mapped[int]
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("v2_leads.id", ondelete="SET NULL"), index=True)
    lead_name: Mapped[str | None]
    reason: Mapped[str | None]
    exhausted: Mapped[bool]
    attempt: Mapped[JsonDict]
