"""Scores the values found in sentences: dates, periods, durations, money, numbers, percentages, ways to reach somebody.

Here: which function of the pipeline reads which type, laying its values beside the gold ones, counting. Not here:
the parsers (`dossier/evidence/`: dates, periods, durations, money, quantities, counts, addresses).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from dossier.evaluate.labelled import LIST, MAYBE_TEXT, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import measured, ratio
from dossier.evidence import addresses, counts, durations, money, periods, quantities
from dossier.models import JsonDict
from dossier.ports import Language

SPECS = Form(
    "specs.jsonl",
    "results",
    {"id": TEXT, "type": TEXT, "input": TEXT, "results": LIST, "reference_datetime": MAYBE_TEXT},
    lambda row: str(row["id"]),
)
ABSOLUTE = "date_absolute"
_HUNDREDTHS = ("Cent", "Pence", "Penny")  # ours are told in dollars and pounds
_FOUR_DIGITS = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Value:
    """A value at `text[start:end]`; `readings` are the ways to write it that count as the same, none if it has none."""

    start: int
    end: int
    readings: frozenset[str]
    absolute: bool = False


@dataclass(slots=True)
class _Tally:
    """The counts of one type. `spurious` are finds that touch no gold span."""

    n: int = 0
    spans: int = 0
    found: int = 0
    gold: int = 0
    right: int = 0
    valued: int = 0
    spurious: int = 0

    def add(self, gold: list[Value], found: list[Value]) -> None:
        """Count one sentence."""
        by_span = {(value.start, value.end): value for value in found}
        self.n += 1
        self.gold += len(gold)
        self.found += len(found)
        self.spans += sum((value.start, value.end) in by_span for value in gold)
        valued = [value for value in gold if value.readings]
        self.valued += len(valued)
        self.right += sum(
            bool(value.readings & other.readings)
            for value in valued
            if (other := by_span.get((value.start, value.end))) is not None
        )
        self.spurious += sum(all(one.end <= v.start or one.start >= v.end for v in gold) for one in found)

    @property
    def value_exact(self) -> float:
        """Right values among the gold ones and the spurious finds."""
        return ratio(self.right, self.valued + self.spurious)


def score(sets: Labelled, language: Language) -> Scores:
    """Return span F1 and exact values per type, and of the dates and periods that the words alone fix."""
    rows = [row for row in sets.rows(SPECS) if row["type"] in _FINDERS]
    if not rows:
        raise nothing_to_score(sets, SPECS)
    tallies: dict[str, _Tally] = {}
    for row in rows:
        gold, found = list(gold_values(row)), _FINDERS[row["type"]](row["input"], _reference(row))
        tallies.setdefault(row["type"], _Tally()).add(gold, found)
        fixed = [value for value in gold if value.absolute]
        if fixed:
            tallies.setdefault(ABSOLUTE, _Tally()).add(fixed, found)
    scores: Scores = {}
    for kind, tally in sorted(tallies.items()):
        if kind != ABSOLUTE:
            scores[f"{kind}.span_f1"] = measured(tally.spans, tally.found, tally.gold).f1
        scores[f"{kind}.value_exact"] = tally.value_exact
        scores[f"n.{kind}"] = tally.n if kind != ABSOLUTE else tally.gold
    return scores


def gold_values(row: JsonDict) -> Iterator[Value]:
    """Yield what the set says of one sentence. A result without a place is looked for from the last one on."""
    text, at = row["input"].lower(), 0
    for result in row["results"]:
        start = int(result["Start"]) if "Start" in result else max(0, text.find(str(result["Text"]).lower(), at))
        at = start + len(str(result["Text"]))
        timex = str((result.get("Value") or {}).get("Timex", "X"))
        dated = row["type"] in ("date", "dateperiod") and "X" not in timex
        yield Value(start, at, _readings(row["type"], result), dated and bool(_FOUR_DIGITS.search(result["Text"])))


def _readings(kind: str, result: JsonDict) -> frozenset[str]:
    if "Value" in result:
        resolved = [(result["Value"] or {}).get(key) or {} for key in ("FutureResolution", "PastResolution")]
        return frozenset(text for one in resolved if (text := _written(kind, one)))
    resolution = result.get("Resolution") or {}
    value = str(resolution.get("value", "null")).lower()
    if value in ("null", "none", ""):
        return frozenset()
    if kind in ("currency", "number") and not _is_number(value):
        return frozenset([value])
    if kind == "currency":
        amount = float(value) / (100 if resolution.get("unit") in _HUNDREDTHS else 1)
        return frozenset([f"{number_text(amount)} {resolution.get('isoCurrency') or 'any'}"])
    return frozenset([number_text(float(value)) if kind == "number" else value])


def _written(kind: str, resolved: JsonDict) -> str:
    if kind == "date":
        return str(resolved.get("date", ""))
    if kind == "duration":
        return str(resolved.get("duration", ""))
    ends = (resolved.get("startDate", ""), resolved.get("endDate", ""))
    return f"{ends[0]}/{ends[1]}" if any(ends) else ""


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        float(text)
        return True
    return False


def number_text(number: float) -> str:
    """Return a number as both sides write it: twelve digits are enough to tell two apart."""
    return f"{number:.12g}"


def _reference(row: JsonDict) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(str(row.get("reference_datetime") or "")[:10])
    return None


def _days(text: str, reference: date | None) -> list[Value]:
    found = periods.find_periods(text, reference)
    return [_value(one.start, one.end, one.first.isoformat()) for one in found if one.is_day and one.first]


def _spans_of_days(text: str, reference: date | None) -> list[Value]:
    found = [one for one in periods.find_periods(text, reference) if not one.is_day]
    return [_value(one.start, one.end, f"{one.first or ''}/{one.behind or ''}") for one in found]


def _durations(text: str, _: date | None) -> list[Value]:
    return [_value(one.start, one.end, f"{one.seconds:.10g}") for one in durations.find_durations(text)]


def _money(text: str, _: date | None) -> list[Value]:
    return [
        Value(
            one.start,
            one.end,
            frozenset(f"{number_text(one.value.amount)} {code}" for code in ("any", one.value.currency)),
        )
        for one in money.find_money(text)
    ]


def _numbers(text: str, _: date | None) -> list[Value]:
    return [_value(one.start, one.end, number_text(one.number)) for one in quantities.find_numbers(text)]


def _percentages(text: str, _: date | None) -> list[Value]:
    found = counts.find_counts(text)
    return [_value(one.start, one.end, f"{one.value.number:g}%") for one in found if one.value.unit == "percent"]


def _reached(find: Callable[[str], list[addresses.FoundAddress]]) -> Callable[[str, date | None], list[Value]]:
    return lambda text, _: [_value(one.start, one.end, one.text.lower()) for one in find(text)]


def _value(start: int, end: int, reading: str) -> Value:
    return Value(start, end, frozenset([reading]))


_FINDERS: dict[str, Callable[[str, date | None], list[Value]]] = {
    "date": _days,
    "dateperiod": _spans_of_days,
    "duration": _durations,
    "currency": _money,
    "number": _numbers,
    "percentage": _percentages,
    "phone": _reached(lambda text: addresses.find_phones(text)),
    "email": _reached(lambda text: addresses.find_emails(text)),
    "url": _reached(lambda text: addresses.find_urls(text)),
}
