"""Message Batches of the vendor: made once even when the answer to the making is lost, polled, and collected.

Here: one round over all batches of the store. Not here: which calls are in which batch (`dossier/store/batches.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dossier.errors import DossierError
from dossier.logging import get_logger
from dossier.models import JsonDict
from dossier.store import batches
from dossier.store.batches import OpenBatch
from dossier.store.calls import Answered
from resources.claude import Claude, answered
from resources.claude_http import is_message

if TYPE_CHECKING:
    from anthropic import Anthropic

SEEN_AFTER_SECONDS = (
    60.0  # by then a batch whose making was answered to nobody stands in the vendor's list, or never will
)
_SKEW = timedelta(minutes=5)
_PAGE = 100
log = get_logger(__name__)


def advance(claude: Claude) -> int:
    """Make what is intended, poll what is made, collect what has ended; return how many runs may go on.

    A fault with one batch is logged and leaves it for the next round.
    """
    store = claude.store
    with store.transaction() as session:
        batches.intend(session)
        found = batches.open_batches(session)
    released = 0
    for batch in found:
        try:
            released += _collect(claude, batch) if batch.vendor_id else _make(claude, batch)
        except DossierError as fault:
            log.warning("batch", batch=batch.id, fault=str(fault))
    return released


def _make(claude: Claude, batch: OpenBatch) -> int:
    """Make an intended batch. One whose making got no answer is looked for first, and made again if it is not there."""
    store = claude.store
    if batch.sent_at is not None:
        return _adopt(claude, batch)
    with store.transaction() as session:
        if not batches.begin_sending(session, batch.id):
            return 0
        requests = batches.requests_of(session, batch.id)
    return _send(claude, batch, [{"custom_id": name, "params": body} for name, body in requests])


def _send(claude: Claude, batch: OpenBatch, requests: list[JsonDict]) -> int:
    import anthropic

    client: Anthropic = claude.client.with_options(max_retries=0)  # a repeated create makes a second batch
    try:
        made = client.messages.batches.create(requests=requests)  # type: ignore[arg-type]
    except anthropic.APIStatusError as error:
        return _refused(claude, batch, error)
    except (anthropic.APIError, ValueError) as error:
        log.warning("batch_answer_lost", batch=batch.id, error=type(error).__name__)
        return 0
    with claude.store.transaction() as session:
        batches.made(session, batch.id, made.id)
    return 0


def _refused(claude: Claude, batch: OpenBatch, error: Any) -> int:
    """A passing refusal waits for the next round; another one lets the calls go alone, which say what is wrong."""
    passing = error.status_code >= 500 or error.status_code in (408, 409, 429)
    with claude.store.transaction() as session:
        if passing and error.status_code in (409, 429, 503, 529):
            batches.send_again(session, batch.id)  # the vendor says that it did not take it
            return 0
        if passing:
            return 0
        return batches.failed(session, batch.id, f"HTTP {error.status_code}, {error.type or 'error'}")


def _adopt(claude: Claude, batch: OpenBatch) -> int:
    """Look in the vendor's list for a batch of ours whose making was answered to nobody."""
    import anthropic

    assert batch.sent_at is not None
    with claude.store.reading() as session:
        ours = batches.known_ids(session)
    earliest = batch.sent_at - _SKEW
    try:
        for listed in claude.client.messages.batches.list(limit=_PAGE):
            created = listed.created_at.astimezone(UTC) if isinstance(listed.created_at, datetime) else None
            if created is None or created < earliest:
                break
            if listed.id not in ours and _size(listed) == batch.requests:
                with claude.store.transaction() as session:
                    batches.made(session, batch.id, listed.id)
                return 0
    except (anthropic.APIError, ValueError) as error:
        log.warning("batch_list", batch=batch.id, error=type(error).__name__)
        return 0
    if batch.age_s > SEEN_AFTER_SECONDS:
        with claude.store.transaction() as session:
            batches.send_again(session, batch.id)
    return 0


def _size(listed: Any) -> int:
    counts = listed.request_counts
    return sum(getattr(counts, name, 0) for name in ("processing", "succeeded", "errored", "canceled", "expired"))


def _collect(claude: Claude, batch: OpenBatch) -> int:
    """Collect a batch that has ended. Results that break off are collected again in the next round."""
    import anthropic

    try:
        state = claude.client.messages.batches.retrieve(batch.vendor_id or "")
        if state.processing_status != "ended":
            return 0
        with claude.store.reading() as session:
            models = {name: str(body["model"]) for name, body in batches.requests_of(session, batch.id)}
        results = dict(_results(claude, batch.vendor_id or "", models))
    except anthropic.NotFoundError:
        with claude.store.transaction() as session:
            return batches.failed(session, batch.id, "The vendor does not know it any more.")
    except (anthropic.APIError, ValueError) as error:
        log.warning("batch_results", batch=batch.id, error=type(error).__name__)
        return 0
    with claude.store.transaction() as session:
        if results and not models.keys() & results.keys():  # adopted by mistake: it is another one's
            batches.send_again(session, batch.id)
            return 0
        return batches.collected(session, batch.id, results)


def _results(claude: Claude, vendor_id: str, models: Mapping[str, str]) -> list[tuple[str, Answered | str]]:
    """Return what came of each call, read from our own base URL: the vendor's link would leave it, with the key.

    `models` are those that were asked, by custom_id. Raises ValueError for a line that is cut off.
    """
    told: str = claude.client.get(f"/v1/messages/batches/{vendor_id}/results", cast_to=str)
    lines = [json.loads(line) for line in told.split("\n") if line.strip()]
    return [(line["custom_id"], _outcome(line["result"], models.get(line["custom_id"], ""))) for line in lines]


def _outcome(result: JsonDict, model: str) -> Answered | str:
    message = result.get("message")
    if model and result.get("type") == "succeeded" and is_message(message) and isinstance(message, dict):
        return answered(model, message, None, 0, batch=True)
    error = result.get("error") or {}
    inner = error.get("error") if isinstance(error, dict) else None
    said = inner.get("type") if isinstance(inner, dict) else None
    return f"In its batch it is {result.get('type')}{f': {said}' if said else ''}."
