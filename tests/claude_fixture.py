"""Claude over loopback: the product's own engine and ledger over a real store, the real SDK, the model server.

Here: a run in hand with an engine, what the ledger says afterwards, and prices counted by hand. Not here: answers and
faults, which are those of `dossier/testing.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text
from store_fixture import add_run, take

from dossier.ports import LlmAnswer, LlmRequest
from dossier.store.budgets import Budgets
from dossier.store.calls import CallBook
from dossier.store.database import Store
from dossier.store.taking import TakenRun
from dossier.testing import ModelServer
from resources.claude import Calls, Claude, ClaudeLlm, ClaudeSettings

KEY = "key-of-the-test-that-nobody-may-see"
SMART, FAST = "claude-sonnet-5-5", "claude-haiku-5-5"
SCHEMA = {"type": "object", "properties": {"gap": {"type": "string"}}, "required": ["gap"]}
REQUEST = LlmRequest(
    step="media",
    role="smart",
    prompt="Say what is missing.",
    system="You look for pictures.",
    variables={},
    schema=SCHEMA,
    max_tokens=1_000,
    timeout_seconds=20.0,
)
# nano-dollars a token: uncached, out, written for five minutes, for an hour, read (the vendor's page of 2026-11)
PRICES = {
    SMART: (2_000, 10_000, 2_500, 4_000, 100),
    FAST: (100, 500, 125, 200, 10),
    f"{FAST} above 100k": (500, 2_500, 625, 1_000, 50),
}


@dataclass(frozen=True)
class Call:
    """A call as the oracle's view shows it, with its attempts: status and kind of fault of each."""

    state: str
    cost: int
    held: int
    key: str
    attempts: Sequence[tuple[int | None, str | None]]


@dataclass(frozen=True)
class World:
    """A store with one run in hand, and how Claude is reached from it."""

    store: Store
    run: TakenRun
    claude: Claude

    def llm(self, of: TakenRun | None = None, **caps: Any) -> ClaudeLlm:
        """The engine of the run, or of another one, under these budgets in nano-dollars."""
        return ClaudeLlm(Calls(self.claude, CallBook(self.store, of or self.run, Budgets(**caps))))

    def ask(self, **more: Any) -> LlmAnswer:
        """Ask the one question of these tests, changed as told."""
        return self.llm().complete(replace(REQUEST, **more))

    def another_run(self, name: str = "Beta") -> TakenRun:
        """A second run of the same client, in hand of the same process."""
        return take(self.store, add_run(self.store, name, f"{name.lower()}.example"), f"dagster-{name}")

    def calls(self) -> list[Call]:
        """All calls in the order in which they were begun."""
        with self.store.reading() as session:
            rows = session.execute(text("SELECT * FROM oracle_calls ORDER BY created_at, call_id")).all()
            tries = session.execute(text("SELECT * FROM v2_llm_attempts ORDER BY created_at, n")).all()
        return [
            Call(
                row.state,
                row.cost,
                row.held,
                row.key,
                [(one.http_status, one.error_type) for one in tries if one.call_id == row.call_id],
            )
            for row in rows
        ]

    def attempts(self) -> list[int | None]:
        """The status of every HTTP attempt, None where no answer came."""
        return [status for call in self.calls() for status, _ in call.attempts]

    def booked(self) -> int:
        """What the ledger says that all this cost, in nano-dollars."""
        return sum(call.cost for call in self.calls())


def world_of(store: Store, url: str, **settings: Any) -> World:
    """A world over a store, with Claude at `url`."""
    given = {"api_key": KEY, "base_url": url, "fast": FAST, "smart": SMART, **settings}
    return World(store, take(store, add_run(store)), Claude(ClaudeSettings(**given), store))


def by_hand(usage: Mapping[str, Any], model: str = SMART) -> int:
    """What a usage costs in nano-dollars, counted by hand."""
    written = usage["cache_creation"]
    total = usage["input_tokens"] + usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"]
    uncached, out, for_minutes, for_an_hour, read = PRICES[
        f"{model} above 100k" if model == FAST and total > 100_000 else model
    ]
    cost: int = (
        usage["input_tokens"] * uncached
        + usage["output_tokens"] * out
        + written["ephemeral_5m_input_tokens"] * for_minutes
        + written["ephemeral_1h_input_tokens"] * for_an_hour
        + usage["cache_read_input_tokens"] * read
    )
    return cost


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model server of the test's own."""
    with ModelServer() as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits a thousandth of what it would between its attempts."""
    monkeypatch.setattr("anthropic._base_client.INITIAL_RETRY_DELAY", 0.0005)
