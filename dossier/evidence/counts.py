"""Numbers of things in a text: jobs, employees, sites, megawatts, square feet, doses, percent, with bounds.

Here: finding a number with its unit, in running text and as the field of a record (`Employees affected: 97`).
Not here: money (`money.py`) and dates (`dates.py`). Units are a closed list, since only equal units compare.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dossier.evidence.numbers import DIGITS, SCALE, UNREAL, WORDS, read_bound, read_words, scaled
from dossier.evidence.spans import Taken
from dossier.models import Bound, Count


class FoundCount(NamedTuple):
    """A count at `text[start:end]`; `value.text` is exactly those characters."""

    start: int
    end: int
    value: Count


_PLAIN = """
    job position employee worker resident student patient customer member family household home
    apprentice engineer scientist veteran physician nurse unit state country county city community
    site location facility plant factory store restaurant warehouse office building hospital school
    university college campus branch terminal airport port bridge dose vaccine shot vial aircraft
    airplane plane jet helicopter engine rocket satellite ship vehicle car truck bus train
    locomotive charger station turbine reactor panel wafer chip server product drug project contract
    award grant order partner supplier company business organization mile acre ton gallon barrel
    pound kilowatt megawatt gigawatt bed room apartment flight astronaut mission role opening
""".split()
_IRREGULAR = {
    "person": ("people", "persons", "person", "individuals"),
    "employee": ("staff", "staffers", "team members", "team member", "associates", "personnel", "workforce"),
    "square foot": ("square feet", "square-foot", "square foot", "sq. ft.", "sq ft", "sq. ft", "sqft", "sf"),
    "square meter": ("square meters", "square metres", "square-meter", "square meter"),
    "megawatt": ("mw",),
    "gigawatt": ("gw",),
    "metric ton": ("metric tons", "tonnes", "metric ton"),
    "percentage point": ("percentage points", "percentage point"),
}
_PLURALS = {"bus": "buses", "business": "businesses", "branch": "branches", "aircraft": "aircraft"} | {
    word: word[:-1] + "ies" for word in _PLAIN if word.endswith("y")
}
UNITS: dict[str, str] = {form: unit for unit, forms in _IRREGULAR.items() for form in forms}
_SINGULAR = (
    {word for word in _PLAIN if _PLURALS.get(word) != word}
    | {unit for unit in _IRREGULAR if " " in unit}
    | {"team member"}
)
UNITS |= {word: word for word in _PLAIN} | {_PLURALS.get(word, word + "s"): word for word in _PLAIN}
_UNIT = "|".join(re.escape(form).replace(r"\ ", r"\s") for form in sorted(UNITS, key=lambda form: (-len(form), form)))
_STOP = (
    r"of|in|to|for|with|from|at|by|is|are|was|were|be|the|a|an|per|on|as|that|which|who|will|have|has|had|its|their|our|his|her|than"
    r"|into|over|across|within|between|through|after|before|when|while|if|each|this|these|those|it|they|we|not|or|but|million|billion"
    r"|years?|months?|weeks?|days?|hours?|minutes?|percent|hundred|thousand"
)
_MODIFIERS = rf"(?:(?!(?:{_STOP})\b)(?!(?:{_UNIT})\b(?!-))[A-Za-z][A-Za-z’'.-]*,?\s+(?:and\s+)?){{0,4}}?"
_NUMBER = rf"(?P<number>{DIGITS})(?P<plus>\+?)(?P<scale>{SCALE})?(?!%)|\b(?P<words>{WORDS})"
_RANGE = rf"(?:(?P<low>{DIGITS})(?P<lowscale>{SCALE})?(?P<joint>\s?(?:-|–|—|to)\s?))?"
_COUNT = re.compile(
    rf"(?<![\w$€£¥.,/-])(?<!\$\s)(?!3M\b){_RANGE}(?:{_NUMBER})(?:[\s-]{{1,2}}{_MODIFIERS}|(?=[mgs]))(?P<unit>{_UNIT})(?!\w|-\d)",
    re.I,
)  # 3M is a company
_PERCENT = re.compile(
    rf"(?<![\w$€£.,/%])(?:(?P<low>{DIGITS})\s?%?(?P<joint>\s?(?:-|–|—|to)\s?))?"
    rf"(?:(?P<number>-?{DIGITS})|(?P<words>{WORDS}))\s?(?:%(?![\w%])|-?per\s?cents?\b)(?P<points>\s+points?\b)?",
    re.I,
)
_FIELD = re.compile(
    r"\b(?P<unit>employees|workers|jobs|positions)(?:\s+(?:affected|impacted|laid\s+off|terminated|to\s+be\s+affected))?"
    rf"\s*:\s*(?P<number>{DIGITS})(?![\d/-])",
    re.I,
)
_YEARLIKE = re.compile(r"(?:19|20)\d\d")
_YEAR_BEFORE = re.compile(
    r"(?:\b(?i:in|by|since|during|fiscal|year|until|through)|[A-Z][a-z]{2,8}\.?(?:\s\d{1,2},)?)\s$"
)
_NAME_BEFORE = re.compile(r"(?<![.!?:;•\n])\s\b(?!(?:I|Some|About|Over|Up|To|Than|Nearly|And|Of|In)\b)[A-Z][\w&]*\s$")
_NEXT_LINE = re.compile(r"\n\s*[A-Z]|\n\s*\n")
_FROM_BEFORE = re.compile(r"\bfrom\s+$", re.I)
_HAS_NUMBER = re.compile(rf"\d|\b{WORDS}", re.I)


def find_counts(text: str) -> list[FoundCount]:
    """Return the counts in `text`, in order, never overlapping; `unit` is one of `UNITS` or `percent`.

    A range (`30-50 jobs`) gives two counts of the unit, `at_least` the first and `at_most` the second.
    """
    if not _HAS_NUMBER.search(text):
        return []
    taken = Taken(len(text))
    finds = (
        find
        for pattern in (_FIELD, _PERCENT, _COUNT)
        for match in pattern.finditer(text)
        for find in _read(text, match)
    )
    kept = [find for find in finds if abs(find.value.number) < UNREAL and taken.take(find.start, find.end)]
    return sorted(kept, key=lambda find: find.start)


def _read(text: str, match: re.Match[str]) -> list[FoundCount]:
    groups = match.groupdict()
    words, number = groups.get("words"), groups.get("number")
    value = read_words(words) if words else scaled_signed(number or "", groups.get("scale") or "")
    unit = _unit(groups)
    if value is None or _is_torn(match, groups, value):
        return []
    if number and not groups.get("low") and _is_part_of_a_name(text, match, number, groups):
        return []
    start = match.start("number") if number and groups.get("unit") is None else match.start()
    if groups.get("low"):
        low = scaled(groups["low"] or "", groups.get("lowscale") or groups.get("scale") or "")
        second = match.start("number") if number else match.start("words")
        change = _FROM_BEFORE.search(text[max(0, match.start() - 8) : match.start()])
        if change:
            first = _found(text, match.start(), match.end("low"), low, unit, Bound.EXACT)
            return [first, _found(text, second, match.end(), value, unit, Bound.EXACT)]
        if low < value:
            first = _found(text, match.start(), match.end("low"), low, unit, Bound.AT_LEAST)
            return [first, _found(text, second, match.end(), value, unit, Bound.AT_MOST)]
        return [_found(text, second, match.end(), value, unit, Bound.EXACT)]
    return [_found(text, start, match.end(), value, unit, _bound(text, match, groups))]


def scaled_signed(number: str, scale: str) -> float:
    """Return the value of digits that may open with a minus sign."""
    return -scaled(number[1:], scale) if number.startswith("-") else scaled(number, scale)


def _unit(groups: dict[str, str | None]) -> str:
    if groups.get("unit") is None:
        return "percentage point" if groups.get("points") else "percent"
    return UNITS[" ".join((groups["unit"] or "").lower().split())]


def _is_torn(match: re.Match[str], groups: dict[str, str | None], value: float) -> bool:
    """Return whether number and unit do not belong together: `420 mg dose`, or a table's next line."""
    if groups.get("unit") is None or match.re is _FIELD:
        return False
    between = match[0][match.end("number" if groups.get("number") else "words") - match.start() :]
    singular = " ".join((groups["unit"] or "").lower().split()) in _SINGULAR
    return bool(_NEXT_LINE.search(between)) or (singular and value != 1 and not between.startswith("-"))


def _is_part_of_a_name(text: str, match: re.Match[str], number: str, groups: dict[str, str | None]) -> bool:
    """Return whether the number is a year or a name's number: `in 2025 employees ...`, `Boeing 787 jets`."""
    if groups.get("scale") or groups.get("plus") or "," in number or groups.get("unit") is None or match.re is _FIELD:
        return False
    before = text[max(0, match.start() - 24) : match.start()]
    return bool(_NAME_BEFORE.search(before)) or bool(_YEARLIKE.fullmatch(number) and _YEAR_BEFORE.search(before))


def _bound(text: str, match: re.Match[str], groups: dict[str, str | None]) -> Bound:
    if groups.get("plus"):
        return Bound.AT_LEAST
    bound = read_bound(text, match.start(), match.end())
    within = match[0].lower()
    return Bound.ADDITIONAL if bound is Bound.EXACT and re.search(r"\b(?:additional|more)\s", within) else bound


def _found(text: str, start: int, end: int, number: float, unit: str, bound: Bound) -> FoundCount:
    return FoundCount(start, end, Count(number=number, unit=unit, bound=bound, text=text[start:end]))
