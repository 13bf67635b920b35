"""The rate limits of the model server: requests and input tokens per minute and model, and the headers that tell them.

Here: two token buckets per model. Not here: faults told by script (`faults.py`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NOMINAL = {"requests": 4_000, "input-tokens": 2_000_000, "output-tokens": 400_000}


@dataclass(slots=True)
class RateBook:
    """Counts requests and input tokens against limits per minute; None is no limit. `clock` is in seconds."""

    requests_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    clock: Callable[[], float] = time.monotonic
    _levels: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, model: str, tokens: int) -> tuple[dict[str, str], float]:
        """Take one request with `tokens` of input; return the headers and the seconds to wait, 0 if it is let in.

        A request larger than a whole minute's tokens is let in when the bucket is full: it could never go else.
        """
        asked = (("requests", self.requests_per_minute, 1), ("input-tokens", self.input_tokens_per_minute, tokens))
        with self._lock:
            now = self.clock()
            waits = [self._wait(model, kind, limit, need, now) for kind, limit, need in asked]
            wait = max(waits)
            if not wait:
                for kind, limit, need in asked:
                    level = self._level(model, kind, limit, now)
                    self._levels[model, kind] = (level - need, now)
            return self._headers(model, now), float(math.ceil(wait))

    def _level(self, model: str, kind: str, limit: int | None, now: float) -> float:
        most = float(limit or NOMINAL[kind])
        level, since = self._levels.get((model, kind), (most, now))
        return min(most, level + (now - since) * most / 60)

    def _wait(self, model: str, kind: str, limit: int | None, need: float, now: float) -> float:
        if limit is None:
            return 0.0
        lacking = min(need, limit) - self._level(model, kind, limit, now)
        return lacking * 60 / limit if lacking > 0 else 0.0

    def _headers(self, model: str, now: float) -> dict[str, str]:
        limits = {"requests": self.requests_per_minute, "input-tokens": self.input_tokens_per_minute}
        headers: dict[str, str] = {}
        for kind, nominal in NOMINAL.items():
            limit = limits.get(kind) or nominal
            left = self._level(model, kind, limits.get(kind), now)
            full = datetime.now(UTC) + timedelta(seconds=(limit - left) * 60 / limit)
            headers[f"anthropic-ratelimit-{kind}-limit"] = str(limit)
            headers[f"anthropic-ratelimit-{kind}-remaining"] = str(max(0, int(left)))
            headers[f"anthropic-ratelimit-{kind}-reset"] = full.strftime("%Y-%m-%dT%H:%M:%SZ")
        for name in ("limit", "remaining", "reset"):
            headers[f"anthropic-ratelimit-tokens-{name}"] = headers[f"anthropic-ratelimit-input-tokens-{name}"]
        return headers
