"""How alike two sentences are, by their telling words; and whether they say the same.

Here: the measure and its threshold. Not here: whether two facts are one (`similarity.py`), where values decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from dossier.evidence.words import overlap, weighted_stems

SAME = 0.5  # chosen on the first half of a public set of sentence pairs, see docs/evaluation.md


def likeness(a: str, b: str) -> float:
    """Return how alike `a` and `b` are, 0 to 1. Symmetric."""
    return overlap(_read(a), _read(b))


def is_paraphrase(a: str, b: str) -> bool:
    """Return whether `a` and `b` say the same in other words."""
    return likeness(a, b) >= SAME


@lru_cache(maxsize=20_000)
def _read(text: str) -> Mapping[str, float]:
    """Read a text once for the many it is compared with."""
    return MappingProxyType(weighted_stems(text))
