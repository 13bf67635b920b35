"""Tables of what is asked and paid outside: calls to a model, their attempts and holds, limits, searches.

Here: columns, checks and indexes; money is integer nano-dollars (1 USD = 1,000,000,000). Not here: what is decided by
them (`calls.py`, `budgets.py`, `limits.py`, `searches.py`). A call outlives its run: what was spent stays spent.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossier.store.columns import Base, ClientOwned, JsonDict, Row, StoredText, one_of

CALL_STATES = ("inflight", "answered", "failed", "unknown")
TIERS = ("standard", "batch")
VENDOR_SEARCH = "vendor_search"  # the step of a request to a search vendor: money, but no call of a model


class LlmCallRow(ClientOwned, Base):
    """One message request that was or will be paid, by the digest `key` of its body.

    `inflight` until its end is known; `answered` holds the whole `response`, and `accepted` says that it passed every
    check, so that whoever asks the same may reuse it; `failed` cost nothing; `unknown` (a lost answer, a dead worker)
    is booked at its worst case. `fence` and
    `attempt` are those of the run at the call.
    """

    __tablename__ = "v2_llm_calls"
    __table_args__ = (
        CheckConstraint("cost_nusd >= 0", name="cost"),
        Index("ix_v2_llm_calls_client_id_key", "client_id", "key"),
        Index("ix_v2_llm_calls_client_id_created_at", "client_id", "created_at"),
        Index("ix_v2_llm_calls_created_at", "created_at"),
    )

    pipeline_run_id: Mapped[str | None] = mapped_column(
        ForeignKey("v2_pipeline_runs.id", ondelete="SET NULL"), index=True
    )
    run_id: Mapped[str | None]
    step: Mapped[str]
    key: Mapped[str] = mapped_column(StoredText(64))
    model: Mapped[str]
    tier: Mapped[str] = mapped_column(one_of("tier", TIERS), default="standard")
    state: Mapped[str] = mapped_column(one_of("state", CALL_STATES), default="inflight")
    is_repair: Mapped[bool] = mapped_column(default=False)
    fence: Mapped[int]
    attempt: Mapped[int]
    accepted: Mapped[bool] = mapped_column(default=False)
    cost_nusd: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    usage: Mapped[JsonDict | None]
    response: Mapped[JsonDict | None]
    stop_reason: Mapped[str | None]
    message_id: Mapped[str | None]
    request_id: Mapped[str | None]
    prices: Mapped[str | None]
    duration_ms: Mapped[int | None]
    error: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class LlmAttemptRow(ClientOwned, Base):
    """One HTTP attempt of a call: the SDK's own retries are attempts too. `http_status` is null without an answer."""

    __tablename__ = "v2_llm_attempts"
    __table_args__ = (UniqueConstraint("call_id", "n"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("v2_llm_calls.id", ondelete="CASCADE"))
    n: Mapped[int]
    http_status: Mapped[int | None]
    error_type: Mapped[str | None]
    request_id: Mapped[str | None]
    retry_after_s: Mapped[float | None]
    duration_ms: Mapped[int]


class BudgetHoldRow(Base):
    """The worst case of a call that is not settled yet: it counts as spent until it goes."""

    __tablename__ = "v2_budget_holds"

    call_id: Mapped[str] = mapped_column(
        StoredText(36), ForeignKey("v2_llm_calls.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[str] = mapped_column(ForeignKey("v2_clients.id", ondelete="CASCADE"), index=True)
    amount_nusd: Mapped[int] = mapped_column(BigInteger)


class RateLimitRow(Base):
    """What a model still takes this minute, for all processes together; `*` pauses every model."""

    __tablename__ = "v2_rate_limits"

    model: Mapped[str] = mapped_column(StoredText(100), primary_key=True)
    requests_limit: Mapped[int]
    tokens_limit: Mapped[int]
    requests_left: Mapped[float]
    tokens_left: Mapped[float]
    updated_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    reason: Mapped[str | None]


class SearchRow(ClientOwned, Base):
    """A search that a vendor answered: the same one on the same day is not asked, nor paid, again."""

    __tablename__ = "v2_searches"
    __table_args__ = (UniqueConstraint("client_id", "digest"),)

    vendor: Mapped[str]
    digest: Mapped[str] = mapped_column(StoredText(64))
    query: Mapped[str]
    hits: Mapped[list[JsonDict]]
    cost_nusd: Mapped[int] = mapped_column(BigInteger, default=0)


class BatchRow(ClientOwned, Base):
    """A batch of calls at half price: `intended` before it is made, so that it is made once.

    `vendor_id` is null until the vendor's answer is known; `purpose` is the digest of the calls' keys.
    """

    __tablename__ = "v2_batches"
    __table_args__ = (Index("ix_v2_batches_state", "state"),)

    state: Mapped[str] = mapped_column(one_of("state", ("intended", "created", "collected", "failed")))
    purpose: Mapped[str] = mapped_column(StoredText(64))
    requests: Mapped[int]
    vendor_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None]


class BatchItemRow(Row, Base):
    """One call of a batch, or one that waits for the next. `alone`: it failed there and goes as a call of its own."""

    __tablename__ = "v2_batch_items"
    __table_args__ = (Index("ix_v2_batch_items_state", "state"),)

    client_id: Mapped[str] = mapped_column(ForeignKey("v2_clients.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("v2_batches.id", ondelete="CASCADE"), index=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("v2_llm_calls.id", ondelete="CASCADE"), unique=True)
    body: Mapped[JsonDict]
    state: Mapped[str] = mapped_column(one_of("state", ("waiting", "sent", "answered", "alone")), default="waiting")
