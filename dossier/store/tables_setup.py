"""Tables of the prompt labels and of the set-up flows: onboarding, prepared inputs, batch composer.

Here: columns and checks. Not here: what is written into them (`prompts.py`, `setup.py`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossier.store.columns import Base, ClientOwned, JsonDict, Row, StoredText, now_utc, one_of

FLOW_STATES = ("pending", "running", "waiting_for_approval", "completed", "failed", "rejected")


class PromptLabelRow(Row, Base):
    """A name that points to one version of a prompt: `production`, `latest`, `client:<slug>`."""

    __tablename__ = "v2_prompt_labels"
    __table_args__ = (UniqueConstraint("prompt_id", "label"),)

    prompt_id: Mapped[str] = mapped_column(ForeignKey("v2_prompts.prompt_id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(StoredText(120))
    version_number: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)


class _Flow:
    """What the three set-up flows share. `flow_id` is what people see: `ONB_...`, `PREP_...`, `BATCH_...`."""

    flow_id: Mapped[str] = mapped_column(StoredText(60), unique=True)
    status: Mapped[str] = mapped_column(one_of("status", FLOW_STATES), default="pending")
    inputs: Mapped[JsonDict]
    outputs: Mapped[JsonDict | None]
    current_step: Mapped[str | None]
    steps_completed: Mapped[list[str]] = mapped_column(default=list)
    error_message: Mapped[str | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class OnboardingRow(_Flow, Row, Base):
    """From what a client told to its configurations; the client exists once a person approved them."""

    __tablename__ = "v2_onboarding"

    client_id: Mapped[str | None] = mapped_column(ForeignKey("v2_clients.id", ondelete="CASCADE"), index=True)


class PrepInputsRow(_Flow, ClientOwned, Base):
    """A client's configurations in short form, beside the thorough ones."""

    __tablename__ = "v2_prep_inputs"


class BatchComposerRow(_Flow, ClientOwned, Base):
    """One round of search directions for a client."""

    __tablename__ = "v2_batch_composer"

    thread: Mapped[str]
    batch_number: Mapped[int]
