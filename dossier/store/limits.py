"""What a model still takes this minute, shared by all processes: two token buckets a model, and pauses.

Here: taking a turn, learning from a vendor's answers, and pausing. Not here: waiting (`resources/claude.py`) and
budgets (`budgets.py`). Buckets fill evenly over the minute by the database's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dossier.models import RunStatus
from dossier.store.clock import db_now
from dossier.store.locks import one_at_a_time
from dossier.store.tables_money import RateLimitRow
from dossier.store.tables_queue import RunRow

REQUESTS_A_MINUTE = 1_000
TOKENS_A_MINUTE = 2_000_000
ALL = "*"
_REMAINING = "anthropic-ratelimit-{}-remaining"
_LIMIT = "anthropic-ratelimit-{}-limit"


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nothing may be asked, and until when."""

    until: datetime
    reason: str


def turn(session: Session, model: str, tokens: int) -> float:
    """Take a request and `tokens` input tokens out of the model's buckets; return 0, or the seconds to wait first.

    More tokens than a minute's worth wait for a full bucket and leave it empty.
    """
    row, now = _row(session, model)
    if row.paused_until and row.paused_until > now:
        return (row.paused_until - now).total_seconds()
    wanted = min(tokens, row.tokens_limit)
    short = max(
        (1 - row.requests_left) / row.requests_limit,
        (wanted - row.tokens_left) / row.tokens_limit,
    )
    if short > 0:
        return short * 60
    row.requests_left -= 1
    row.tokens_left -= wanted
    return 0.0


def learn(session: Session, model: str, headers: Mapping[str, str]) -> None:
    """Correct the buckets by what the vendor said of its own: its limits, and never more left than it has."""
    row, _ = _row(session, model)
    for name, limit, left in (
        ("requests", "requests_limit", "requests_left"),
        ("input-tokens", "tokens_limit", "tokens_left"),
    ):
        told, remaining = _number(headers.get(_LIMIT.format(name))), _number(headers.get(_REMAINING.format(name)))
        if told:
            setattr(row, limit, told)
        if remaining is not None:
            setattr(row, left, min(getattr(row, left), float(remaining)))


def slow(session: Session, model: str, seconds: float) -> None:
    """Let nobody ask `model` for so long: the vendor said that it is too much."""
    row, now = _row(session, model)
    row.requests_left = min(row.requests_left, 0.0)
    row.paused_until = max(filter(None, (row.paused_until, now + timedelta(seconds=seconds))))


def pause(session: Session, reason: str, seconds: float) -> Pause:
    """Let nobody ask any model for so long, whatever the budget says; `reason` is told to whoever asks."""
    row, now = _row(session, ALL)
    row.paused_until, row.reason = now + timedelta(seconds=seconds), reason
    return Pause(row.paused_until, reason)


def go_on(session: Session) -> None:
    """End a pause; the runs that it held are due at once."""
    row, _ = _row(session, ALL)
    if row.paused_until:
        held = update(RunRow).where(RunRow.status == RunStatus.PENDING, RunRow.not_before <= row.paused_until)
        session.execute(held.values(not_before=None))
    row.paused_until = row.reason = None


def paused(session: Session) -> Pause | None:
    """Return the pause that holds for every model, None if there is none."""
    row = session.get(RateLimitRow, ALL)
    now = session.scalar(select(db_now()))
    if row is None or row.paused_until is None or now is None or row.paused_until <= now:
        return None
    return Pause(row.paused_until, row.reason or "")


def _row(session: Session, model: str) -> tuple[RateLimitRow, datetime]:
    """Return the model's buckets, filled up to now, and nobody else's until the transaction ends."""
    one_at_a_time(session, f"limits {model}")
    now = session.scalar(select(db_now()))
    assert isinstance(now, datetime)
    row = session.get(RateLimitRow, model, populate_existing=True)
    if row is None:
        row = RateLimitRow(
            model=model,
            requests_limit=REQUESTS_A_MINUTE,
            tokens_limit=TOKENS_A_MINUTE,
            requests_left=float(REQUESTS_A_MINUTE),
            tokens_left=float(TOKENS_A_MINUTE),
            updated_at=now,
        )
        session.add(row)
    minutes = max((now - row.updated_at).total_seconds(), 0.0) / 60
    row.requests_left = min(row.requests_left + minutes * row.requests_limit, row.requests_limit)
    row.tokens_left = min(row.tokens_left + minutes * row.tokens_limit, row.tokens_limit)
    row.updated_at = now
    return row, now


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
