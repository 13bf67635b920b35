"""Claude behind the port `Llm`: each call is looked up, held, waited for, made, booked and judged, in this order.

Here: the body of a request, one call's way, and what each kind of failure means for the run. Not here: the wire
(`claude_http.py`), prices (`prices.py`), the ledger (`dossier/store/calls.py`) and validation of answers
(`dossier/exchange.py`). The SDK is imported at the first call: it takes a second.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from dossier import stopping
from dossier.errors import BadInput, DossierError, Paused, Permanent, Retryable, StepFailed
from dossier.models import JsonDict
from dossier.ports import LlmAnswer, LlmRequest
from dossier.store import limits
from dossier.store.budgets import dollars
from dossier.store.calls import Answered, Ask, CallBook
from dossier.store.database import Store
from resources.prices import cost_nusd, price_table, worst_nusd

if TYPE_CHECKING:
    from anthropic import Anthropic

    from resources.claude_http import Tracked

AT_ONCE = 10  # calls of this process that are open at the same time
RETRIES = 2  # the SDK's own, for transport faults and 5xx
SPEND_PAUSE_SECONDS = 3_600.0
LONGEST_TURN = 300.0
SLOW_SECONDS = 5.0
BYTES_A_TOKEN = 4  # of English text, for the shared limits only; money is held by the byte
REPAIRED_CHARS = 200_000  # more than an answer within its max_tokens has
_SENDABLE = re.compile("[!-~]+")
_LOOK = "Look at ANTHROPIC_BASE_URL, at a proxy between, and at the network."
_WITHOUT_KEY = "Set it, or choose the engine that needs none: DOSSIER_PROVIDER=extractive."
_REPAIR = "Your answer cannot be used as it is. Give the whole answer again with this mended, and nothing else changed:"
_STOPS = {
    "refusal": ("The model refused.", "A refusal is not asked again.", "was refused by the model"),
    "max_tokens": ("The answer was cut off.", "It reached the prompt's max_tokens.", "was cut off"),
    "model_context_window_exceeded": ("The answer was cut off.", "The context window was full.", "was cut off"),
}


@dataclass(frozen=True, slots=True)
class ClaudeSettings:
    """How Claude is reached: `via` names the platform, `models` the model of each role."""

    api_key: str | None = field(repr=False)
    base_url: str | None
    fast: str
    smart: str
    via: str = "api"
    cache_ttl: str = "5m"

    def model(self, role: str) -> str:
        """Return the model of `role`, `fast` or `smart`."""
        return self.fast if role == "fast" else self.smart

    def without_key(self, said: str) -> str:
        """Return what the vendor said without the key, should it stand in it."""
        return said.replace(self.api_key, "[key]") if self.api_key else said


class Claude:
    """One process's way to the vendor: client, places for calls, and the shared limits. Safe to use from threads."""

    def __init__(self, settings: ClaudeSettings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.places = BoundedSemaphore(AT_ONCE)

    @cached_property
    def client(self) -> Anthropic:
        """The SDK's client. Raises BadInput where the key is missing."""
        return make_client(self.settings)

    @property
    def place(self) -> str:
        """Host and port that calls go to: no path and no key."""
        return place_of(self.client)

    def wait_for_turn(self, model: str, tokens: int) -> None:
        """Wait until the shared limits let `model` take so many tokens more.

        Raises Retryable after five minutes, and Stopped as soon as the process is told to end.
        """
        deadline = time.monotonic() + LONGEST_TURN
        while True:
            with self.store.transaction(flushed=False) as session:
                wait = limits.turn(session, model, tokens)
            if not wait:
                return
            if time.monotonic() + wait > deadline:
                raise Retryable(f"{model} takes no more calls now.", "Its rate limit is used up.", retry_after=wait)
            stopping.pause(wait + random.uniform(0, 0.1))

    def heard(self, model: str, call: Tracked) -> None:
        """Learn from what the vendor said of its limits."""
        if call.headers:
            with self.store.transaction(flushed=False) as session:
                limits.learn(session, model, call.headers)

    def slow_down(self, model: str, seconds: float) -> None:
        """Let no process ask `model` for so long."""
        with self.store.transaction(flushed=False) as session:
            limits.slow(session, model, max(seconds, SLOW_SECONDS))

    def pause(self, why: str) -> Paused:
        """Let no process ask anything for an hour: the vendor's limit of spending is reached. Return the error."""
        with self.store.transaction(flushed=False) as session:
            said = why or "The vendor's limit of spending is reached."
            pause = limits.pause(session, said, SPEND_PAUSE_SECONDS)
        return Paused(pause.reason, pause.until)


class ClaudeLlm:
    """The port `Llm` for one run."""

    provider = "anthropic"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def complete(self, request: LlmRequest) -> LlmAnswer:
        """Answer `request` from what is kept, or by a call.

        Raises Retryable (transport, 5xx, 429), StepFailed (refused, cut off, empty), BudgetExceeded, BudgetReached,
        NoCallLeft, Superseded, and Permanent for what the vendor rejects.
        """
        body = body_of(request, self._calls.settings)
        made = self._calls.make(
            request.step, body, is_repair=request.repair is not None, timeout_seconds=request.timeout_seconds
        )
        return answer_of(request.step, made)

    def accept(self, answer: LlmAnswer) -> None:
        """Let every run of this client reuse the answer."""
        if answer.key:
            self._calls.accept(answer.key)


@dataclass(frozen=True, slots=True)
class Made:
    """A whole message as it came, under the key of its body; `paid` is None where it was kept."""

    key: str
    response: JsonDict
    paid: Answered | None = None


class Calls:
    """The calls of one run: each is made at most once, whatever asks for it."""

    def __init__(self, claude: Claude, book: CallBook) -> None:
        self._claude = claude
        self._book = book

    @property
    def settings(self) -> ClaudeSettings:
        """How Claude is reached."""
        return self._claude.settings

    def accept(self, key: str) -> None:
        """Let every run of this client reuse what was answered under `key`."""
        self._book.accept(key)

    def make(
        self, step: str, body: JsonDict, *, is_repair: bool = False, timeout_seconds: float, worst: int | None = None
    ) -> Made:
        """Return the answer to `body`, kept or asked for. `worst` is its most in nano-dollars, if not by its size.

        Holds, waits, sends and books. Whatever ends the call ends its hold; a lost answer is booked as paid.
        """
        key = key_of(body)
        kept = self._book.kept(key, step)
        if kept is not None:
            return Made(key, kept.response, kept.paid)
        stopping.pause(0)  # nothing new is asked by a process that is told to end
        from resources.claude_http import Tracked

        model, size = body["model"], len(canonical(body).encode("utf-8", "surrogatepass"))
        most = worst_nusd(model, size, body["max_tokens"]) if worst is None else worst
        ask = Ask(step, key, model, most, is_repair=is_repair)
        if self._book.in_batches and not is_repair and "tools" not in body:
            halved = worst_nusd(model, size, body["max_tokens"], batch=True)
            self._book.park(replace(ask, worst_nusd=halved, tier="batch"), body)
        call = Tracked(self._book.hold(ask), self._book.attempted)
        call.before_retry = lambda: self._hold_again(call, ask)
        begun = time.monotonic()
        try:
            self._claude.wait_for_turn(model, size // BYTES_A_TOKEN)
            response = self._send(step, body, timeout_seconds, call)
            paid = answered(model, response, call.request_id, _ms(begun))
        except BaseException as error:
            booked = most if call.is_open else 0
            self._book.failed(call.call_id, f"{type(error).__name__}: {error}", booked, _ms(begun))
            raise
        self._book.settle(call.call_id, paid)
        self._claude.heard(model, call)
        return Made(key, response, paid)

    def _hold_again(self, call: Tracked, ask: Ask) -> None:
        """Book the attempt whose answer was lost at its worst case, and hold as much for the next one."""
        self._book.failed(call.call_id, "The answer was lost.", ask.worst_nusd, 0)
        call.call_id = self._book.hold(ask)

    def _send(self, step: str, body: JsonDict, timeout_seconds: float, call: Tracked) -> JsonDict:
        """Return the whole message as it came. Every failure of the SDK becomes one of ours."""
        import anthropic

        from resources.claude_http import SpendLimit, TimeOver, TooMany, WebPage, tracked

        model = body["model"]
        with self._claude.places:
            call.deadline = time.monotonic() + timeout_seconds
            try:
                with tracked(call):
                    raw = self._claude.client.messages.with_raw_response.create(**body, timeout=timeout_seconds)
                return dict(json.loads(raw.text()))
            except TooMany as fault:
                self._claude.slow_down(model, fault.retry_after)
                raise Retryable(f"{model} takes no more calls now.", str(fault), "", fault.retry_after) from None
            except SpendLimit as fault:
                said = self._claude.settings.without_key(str(fault))
                raise self._claude.pause(said) from None
            except WebPage:
                raise Retryable(*_page_of(self._claude.place, 200)) from None
            except anthropic.APIStatusError as error:
                raise rejected(error, self._claude.settings, self._claude.place) from None
            except (anthropic.APIError, anthropic.RetryableError, TimeOver) as error:
                why = f"{type(error).__name__} after {call.attempts} attempts"
                if call.attempts and not call.is_reached:
                    what = "The model's service was never reached."
                    raise Retryable(what, f"{why}, at {self._claude.place}.", _LOOK) from None
                raise Retryable("The model's answer was lost.", f"{why}.") from None


def place_of(client: Anthropic) -> str:
    """Return host and port that calls go to."""
    url = client.base_url
    return f"{url.host}:{url.port or (80 if url.scheme == 'http' else 443)}"


def make_client(settings: ClaudeSettings) -> Anthropic:
    """Return the SDK's client for the platform that the settings name. Raises BadInput without what it needs.

    On other platforms than the vendor's own, region, project and credentials come from the variables that the SDK
    documents for them.
    """
    import anthropic

    from resources.claude_http import DeadlineClient, watch

    shared: dict[str, Any] = {
        "max_retries": RETRIES,
        "http_client": DeadlineClient(),
        "middleware": [watch],
        "open_telemetry": False,
    }
    if settings.base_url:
        shared["base_url"] = settings.base_url
    if settings.via == "api":
        if not settings.api_key:
            raise BadInput("ANTHROPIC_API_KEY is not set.", "The provider anthropic needs a key.", _WITHOUT_KEY)
        if not _SENDABLE.fullmatch(settings.api_key):
            raise BadInput("ANTHROPIC_API_KEY cannot be sent.", "It holds a space, a line break or a letter like é.")
        return anthropic.Anthropic(api_key=settings.api_key, **shared)
    platform = {
        "bedrock": anthropic.AnthropicBedrock,
        "vertex": anthropic.AnthropicVertex,
        "foundry": anthropic.AnthropicFoundry,
    }[settings.via]
    try:
        client: Anthropic = platform(**shared)
        return client
    except (ValueError, TypeError, anthropic.AnthropicError) as error:
        raise BadInput(
            f"Claude cannot be reached by {settings.via}.", str(error)[:300], "See docs/model-calls.md."
        ) from None


def body_of(request: LlmRequest, settings: ClaudeSettings) -> JsonDict:
    """Return the body of the message request: what is the same for every lead first, marked for the prompt cache."""
    from anthropic import transform_schema

    stable, rest = request.prompt[: request.stable_chars], request.prompt[request.stable_chars :]
    cached = {} if settings.cache_ttl == "off" else {"cache_control": {"type": "ephemeral", "ttl": settings.cache_ttl}}
    first = [{"type": "text", "text": stable, **cached}] if stable else []
    messages: list[JsonDict] = [{"role": "user", "content": [*first, {"type": "text", "text": rest}]}]
    if request.repair:
        messages += [
            {"role": "assistant", "content": request.repair.answer.strip()[:REPAIRED_CHARS] or "(empty)"},
            {"role": "user", "content": f"{_REPAIR}\n\n{request.repair.complaint}"},
        ]
    output: JsonDict = {"format": {"type": "json_schema", "schema": transform_schema(dict(request.schema))}}
    if request.effort:
        output["effort"] = request.effort
    return {
        "model": settings.model(request.role),
        "max_tokens": request.max_tokens,
        "system": [{"type": "text", "text": request.system}],
        "messages": messages,
        "output_config": output,
    }


def canonical(body: Mapping[str, Any]) -> str:
    """Return a body as JSON with sorted keys and without white space."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def key_of(body: Mapping[str, Any]) -> str:
    """Return the sha256 of the canonical body: the same question has the same key."""
    return hashlib.sha256(canonical(body).encode("utf-8", "surrogatepass")).hexdigest()


def answered(
    model: str, response: JsonDict, request_id: str | None, duration_ms: int, *, batch: bool = False
) -> Answered:
    """Return what the ledger keeps of a message."""
    usage = response["usage"]
    cached = (usage.get("cache_creation_input_tokens") or 0) + (usage.get("cache_read_input_tokens") or 0)
    return Answered(
        response=response,
        usage=usage,
        cost_nusd=cost_nusd(model, response, batch=batch),
        tokens_in=usage["input_tokens"] + cached,
        tokens_out=usage["output_tokens"],
        stop_reason=response.get("stop_reason"),
        message_id=response.get("id"),
        request_id=request_id,
        prices=price_table(),
        duration_ms=duration_ms,
    )


def answer_of(step: str, made: Made) -> LlmAnswer:
    """Return a message as the answer to `step`: its last text. Kept ones cost nothing.

    Raises StepFailed, with what it cost, for a refusal, an answer that was cut off, and one without text.
    """
    response, paid = made.response, made.paid
    texts = [block["text"] for block in response["content"] if block.get("type") == "text"]
    reply = LlmAnswer(
        text=_storable(texts[-1]) if texts else "",
        model=response.get("model") or "",
        calls=1 if paid else 0,
        tokens_in=paid.tokens_in if paid else 0,
        tokens_out=paid.tokens_out if paid else 0,
        cost_usd=dollars(paid.cost_nusd) if paid else 0.0,
        cached=paid is None,
        response_id=response.get("id"),
        key=made.key,
    )
    stop = response.get("stop_reason")
    if stop in _STOPS:
        what, why, gap = _STOPS[stop]
        raise StepFailed(step, what, why, "The ledger keeps the answer.", reply, gap)
    if stop not in ("end_turn", "stop_sequence"):
        raise StepFailed(step, "The answer is not whole.", f"It stopped for {stop or 'no reason'}.", "", reply)
    if not reply.text.strip():
        raise StepFailed(step, "The answer is empty.", "", "", reply)
    return reply


def _page_of(place: str, status: int) -> tuple[str, str, str]:
    """Return the words for a page for people that came instead of an answer."""
    return "A web page came instead of the model's answer.", f"{place} answered HTTP {status} with HTML.", _LOOK


def rejected(error: Any, settings: ClaudeSettings, place: str) -> DossierError:
    """Return what an answer of 4xx or 5xx means. Paths, headers and the key are never told."""
    from resources.claude_http import is_page

    if is_page(error.response.content):
        is_passing = error.status_code in (408, 409) or error.status_code >= 500
        return (Retryable if is_passing else Permanent)(*_page_of(place, error.status_code))
    said = f"HTTP {error.status_code}, {error.type or 'error'}, request {error.request_id or 'unknown'}."
    if error.status_code in (408, 409) or error.status_code >= 500:
        return Retryable("The model's service failed.", said)
    if error.status_code in (401, 403):
        return Permanent("The model's service refuses the key.", said, "Check ANTHROPIC_API_KEY and what it may do.")
    why = settings.without_key(str(error.api_message or ""))[:300]
    return Permanent("The model's service rejects the request.", f"{said} {why}".strip())


def _storable(text: str) -> str:
    """Return `text` without half characters, which no file and no wire can hold."""
    return text.encode("utf-8", "replace").decode()


def _ms(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
