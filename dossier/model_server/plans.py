"""The searches that the model server plans, of the lead's names, the client's profile and the year.

Here: the answer of the planning step. Not here: what the searches find (`research.py`).
"""

from __future__ import annotations

import re
from typing import Any

from dossier.model_server.reading import Reading

JsonDict = dict[str, Any]


def planning_knowledge(reading: Reading) -> JsonDict:
    """Return a plan of three to five searches, the most specific first, the lead's name alone last."""
    names = " OR ".join(f'"{name}"' for name in reading.names)
    signals = [str(one.get("name")) for one in reading.profile.get("signals") or () if isinstance(one, dict)]
    year = reading.today.year if reading.today else ""
    geography = reading.profile.get("geography") or {}
    places = [str(place) for place in (geography.get("tier1") or ())][:3]
    seed = " ".join([*reading.texts("seed"), *reading.texts("hint")])
    wanted = [(f"{signal.replace('_', ' ')} {year}".strip(), [signal]) for signal in signals[:3]]
    wanted = wanted or [(f"new project {year}".strip(), []), ("contract award", [])]
    queries = [(f"{names} {words}".strip(), served) for words, served in wanted]
    if names:
        queries.append((names, signals[:5]))
    else:
        queries = [(_phrases(words, places), served) for words, served in wanted]
        if seed:
            queries.insert(0, (re.sub(r"\s+", " ", re.sub(r'[{}"\[\]]', " ", seed))[:150].strip(), signals[:1]))
        queries.append(
            (" ".join(signal.replace("_", " ") for signal in signals[:5]) or "new project announced", signals[:5])
        )
    rows = [
        {
            "query": query,
            "rationale": "It asks for one kind of event." if n < len(queries) else "It asks for all that is known.",
            "target_signals": served,
            "priority": n,
            "expected_sources": ["news", "public records"],
        }
        for n, (query, served) in enumerate(queries[:5], 1)
    ]
    whom = reading.names[0] if reading.names else "an organisation of the profile"
    return {
        "objective": f"Find out whether {whom} is about to buy.",
        "queries": rows,
        "search_strategy": {
            "primary_signals": signals[:5],
            "geographies": places,
            "recency": "any",
            "source_types": ["news", "public records"],
        },
        "domains_to_exclude": reading.items("excluded domains"),
    }


def _phrases(words: str, places: list[str]) -> str:
    """Return a query that names nobody: the words of the event as alternatives, and the places beside them."""
    quoted = " OR ".join(f'"{word}"' for word in words.split() if len(word) > 4 and not word.isdigit())
    return " ".join([quoted or words, *places])
