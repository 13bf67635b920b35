"""Whether a sentence says no more than its evidence in values: every name, number and date must stand there.

Here: what a set of quotes holds (`Evidence`), and the names, numbers, dates and bounds of one sentence held against it.
Not here: its words, denials and plans (`entailment.py`, `modality.py`), and the verdict (`verdicts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dossier.evidence.counts import FoundCount, find_counts
from dossier.evidence.dates import find_dates, holds
from dossier.evidence.modality import unlike_bound
from dossier.evidence.money import FoundMoney, find_money
from dossier.evidence.names import fold, is_common_word
from dossier.models import Bound, EventDate

_TOKEN = re.compile(r"[^\W_]+(?:[.’'&][^\W_]+)*\.?")
_DIGITS = re.compile(r"(?<![^\W\d_])\d[\d,]*(?:\.\d+)?")  # not those behind a letter: `CO2` is a name
_BEFORE = re.compile(r"\b([A-Z][\w&]*)[\s-]+$")
_BEHIND = re.compile(r"[\s-]+([^\W\d_]+)")
_LETTER_AND_DIGIT = re.compile(r"[^\W\d_]\d")
_DIGIT_AND_LETTER = re.compile(r"\d[^\W\d_]")
_NEXT_NAME = re.compile(r"\s+([A-Z][\w’'-]*)")
_OPENERS = frozenset(
    """
    a about after all also although an and any as ask at because before both bring but by call congratulate
    contact despite discuss during each email even first following for former from given has have help her his
    how if in instead is it its last lead like mention meet most new next no not now offer on once one only open
    our over recently reference several show since so some start still such tell that the their then there these
    they this those though through to today two under unlike until use was we were what when where whether which
    while who why will with within without write you your
    """.split()
)
_BARE_YEAR = re.compile(r"(?<=\[)[12]\d{3}(?=\])")
_POSSESSIVE = re.compile(r"['’]s?$")
_SHORT_FORMS = {
    "ceo": "chief executive",
    "cfo": "chief financial",
    "coo": "chief operating",
    "cto": "chief technology",
    "us": "united states",
    "usa": "united states",
    "uk": "united kingdom",
    "eu": "european union",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a set of quotes holds: their texts, words, amounts by currency, numbers with bounds, and dates.

    `attribution` are names that may be given with the quotes: the title of a source, its publisher.
    """

    texts: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    amounts: frozenset[tuple[str, float]] = frozenset()
    numbers: frozenset[float] = frozenset()
    bounds: frozenset[tuple[str, float, Bound]] = frozenset()
    dates: tuple[EventDate, ...] = ()


def read_evidence(quote: str, dates: Iterable[EventDate] = (), attribution: Iterable[str] = ()) -> Evidence:
    """Return what `quote` holds, with `dates` known of it and names (`attribution`) that may be given with it."""
    given = tuple(attribution)
    named = " ".join([quote, *given])
    money, counts = find_money(quote), find_counts(quote)
    return Evidence(
        texts=(quote,),
        attribution=given,
        words=frozenset(_words(named)) | _short_forms(named),
        amounts=frozenset((found.value.currency, found.value.amount) for found in money),
        numbers=frozenset([*_numbers(named), *(found.value.number for found in counts)]),
        bounds=frozenset(_bounds(money, counts)),
        dates=(*(found.value for found in find_dates(quote)), *dates),
    )


def join(parts: Iterable[Evidence]) -> Evidence:
    """Return the evidence of all `parts` together."""
    known = list(parts)
    return Evidence(
        texts=tuple(text for part in known for text in part.texts),
        attribution=tuple(dict.fromkeys(name for part in known for name in part.attribution)),
        words=frozenset().union(*(part.words for part in known)),
        amounts=frozenset().union(*(part.amounts for part in known)),
        numbers=frozenset().union(*(part.numbers for part in known)),
        bounds=frozenset().union(*(part.bounds for part in known)),
        dates=tuple(dict.fromkeys(day for part in known for day in part.dates)),
    )


def unsupported_value(text: str, evidence: Evidence, context: Collection[str] = ()) -> str:
    """Return why `text` says more than `evidence`, or '' where every name, number and date in it stands there.

    `context` is what anybody may use (`free_words`): the names of the lead and what the client says of itself, its
    numbers with what they count. A date may be coarser than its evidence (`March 2024` for the 15th), never finer; an
    amount must be the same. A digit inside a word (`CO2`, `3M`) is part of that name.
    """
    rest = text
    for money in find_money(text):
        if not any(
            _same(money.value.amount, amount) for code, amount in evidence.amounts if code == money.value.currency
        ):
            return f"the amount {money.value.text} stands in no quote it cites"
        rest = _blank(rest, money.start, money.end)
    for day in find_dates(rest):
        if not any(holds(day.value, known) for known in evidence.dates):
            return f"the date {day.value.text} stands in no quote it cites"
        rest = _blank(rest, day.start, day.end)
    words = evidence.words.union(context)
    rest, strange_name = _without_mixed(rest, words)
    if strange_name:
        return f"the name {strange_name} stands in no quote it cites"
    rest = _without_own_numbers(rest, context)
    rest = _without_years(rest, evidence.dates)
    numbers = [*_numbers(rest), *(found.value.number for found in find_counts(rest))]
    strange = next((n for n in numbers if not any(_same(n, known) for known in evidence.numbers)), None)
    if strange is not None:
        return f"the number {strange:,.10g} stands in no quote it cites"
    return _unknown_name(rest, words, context)


def unlike_number(text: str, evidence: Evidence) -> str:
    """Return which number `text` tells as exact, or as a bound, where the quotes tell it otherwise; else ''."""
    for said, number, bound in _bounds(find_money(text), find_counts(text)):
        known = {one for _, other, one in evidence.bounds if _same(number, other)}
        if reason := unlike_bound(bound, known):
            return f"it tells {said} {reason}"
    return ""


def fold_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the folded words of `texts`."""
    return frozenset(word for text in texts for word in _words(text))


def free_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the folded words of `texts` and their numbers with what they count, as `context` wants them."""
    known = list(texts)
    numbers = (name for text in known for match in _DIGITS.finditer(text) for name in _named_number(text, match))
    return fold_words(known).union(numbers)


def _bounds(money: Sequence[FoundMoney], counts: Sequence[FoundCount]) -> Iterator[tuple[str, float, Bound]]:
    yield from ((found.value.text, found.value.amount, found.value.bound) for found in money)
    yield from ((found.value.text, found.value.number, found.value.bound) for found in counts)


def _named_number(text: str, match: re.Match[str]) -> Iterator[str]:
    """Yield a number with the name before it and with the word behind it: `ISO 9001` and `90 days`, as `90-day`."""
    number = repr(float(match[0].replace(",", "")))
    if before := _BEFORE.search(text, max(0, match.start() - 40), match.start()):
        yield f"{fold(before[1])} {number}"
    if behind := _BEHIND.match(text, match.end()):
        yield f"{number} {fold(behind[1]).removesuffix('s')}"


def _without_own_numbers(text: str, context: Collection[str]) -> str:
    rest = text
    for match in _DIGITS.finditer(text):
        if any(name in context for name in _named_number(text, match)):
            rest = _blank(rest, match.start(), match.end())
    return rest


def _without_years(text: str, dates: Collection[EventDate]) -> str:
    """Return `text` with blanks for the bare years in which `dates` lie: `last year [2023]`."""
    years = {str(day.value.year) for day in dates}
    rest = text
    for match in _BARE_YEAR.finditer(text):
        if match[0] in years:
            rest = _blank(rest, match.start(), match.end())
    return rest


def _without_mixed(text: str, known: frozenset[str]) -> tuple[str, str]:
    """Return `text` with blanks for the known words that hold letters and digits, and the first such name not known.

    `50MW` is a number with its unit where the word is not known; `CO2` can only be a name.
    """
    rest = text
    for match in _TOKEN.finditer(text):
        if not (_LETTER_AND_DIGIT.search(match[0]) or _DIGIT_AND_LETTER.search(match[0])):
            continue
        if known.issuperset(_words(match[0])):
            rest = _blank(rest, match.start(), match.end())
        elif _LETTER_AND_DIGIT.search(match[0]):
            return rest, match[0].rstrip(".")
    return rest, ""


def _unknown_name(text: str, known: frozenset[str], own: Collection[str]) -> str:
    for match in _TOKEN.finditer(text):
        if not match[0][0].isupper() or match[0] in ("I", "A"):
            continue
        parts = _words(match[0])
        if known.issuperset(parts) or (_opens(text, match.start()) and _just_opens(text, match, parts, own)):
            continue
        return f"the name {match[0].rstrip('.')} stands in no quote it cites"
    return ""


def _opens(text: str, start: int) -> bool:
    """Return whether a sentence begins at `start`."""
    end = start
    while end and text[end - 1].isspace():
        end -= 1
    if end == 0 or "\n" in text[end:start]:
        return True
    return text[end - 1] in ('"“(' if end == start else '"“(.!?:;•')


def _just_opens(text: str, match: re.Match[str], parts: Sequence[str], own: Collection[str]) -> bool:
    """Return whether a sentence's first word has its capital only from there: `Offer help`, not `Bob Lee`."""
    if not all(is_common_word(part) for part in parts):
        return False
    following = _NEXT_NAME.match(text, match.end())
    return following is None or parts[0] in _OPENERS or _plain(following[1]) in own


def _words(text: str) -> list[str]:
    return [word for match in _TOKEN.finditer(text) if (word := _plain(match[0]))]


def _plain(token: str) -> str:
    return fold(_POSSESSIVE.sub("", token)).replace(".", "").replace(" ", "").replace("’", "'")


def _short_forms(text: str) -> frozenset[str]:
    low = text.lower()
    return frozenset(short for short, long in _SHORT_FORMS.items() if long in low)


def _numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in _DIGITS.findall(text)]


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1e-9)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
