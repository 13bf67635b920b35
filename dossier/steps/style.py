"""Holds what a model wrote to the rules of style: lengths, counts, dashes, words that the client bans.

Here: what is wrong, in words that the model can mend it by, and the client's own preferences. Not here: whether a text
is true (`fact_check.py`), and the asks. Faults of style alone are asked to be mended once; then the text is kept, and
the step run counts them as `complaints`. Text of the extractive engine is that of its sources and is never judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dossier.answers import ContactProfile, EnrichContact, Written
from dossier.evidence.citations import CITING_FIELDS
from dossier.models import Client, Insight, JsonDict

MAX_ONE_LINER = 100
MAX_HEADLINE = 99
ANGLE_SENTENCES = 3
MIN_OBJECTIONS = 3
QUESTIONS = (3, 5)
INSIGHTS = (3, 4)
LANDMINES = (2, 3)
MAX_SUBJECT = 49
MAX_LINKEDIN = 249
BODY_WORDS = (60, 75)
_NOT_PROSE = CITING_FIELDS | frozenset("contact_id signal_type type status kind date url source_url question".split())
_MONTH = re.compile(
    r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]?\s+(?=[\"“'‘(]?[A-Z0-9$€£])")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Inc|Corp|Co|Ltd|LLC|Mr|Mrs|Ms|Dr|St|No|Jr|Sr|vs|approx|e\.g|i\.e"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a client wants its messages. `body_words` are the least and the most words of an e-mail."""

    ps: Literal["required", "optional", "never"] = "required"
    body_words: tuple[int, int] = BODY_WORDS
    banned: tuple[str, ...] = ()


STANDARD = Preferences()


def preferences_of(client: Client) -> Preferences:
    """Return what the client says in `copy_style` and `brand_voice.avoid`; the standard where it says nothing."""
    context = client.config.research_context
    style, voice = (_mapping(context.get(name)) for name in ("copy_style", "brand_voice"))
    said = style.get("ps")
    ps: Any = said if said in ("required", "optional", "never") else STANDARD.ps
    numbers = [int(number) for number in re.findall(r"\d+", str(style.get("length", "")))]
    words = (numbers[0], numbers[1]) if len(numbers) == 2 else (1, numbers[0]) if len(numbers) == 1 else BODY_WORDS
    return Preferences(ps, words, (*_words(style.get("banned_words")), *_words(voice.get("avoid"))))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _words(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return [word.strip() for word in listed if isinstance(word, str) and word.strip()]


def section_faults(key: str, written: Written, wanted: Preferences = STANDARD) -> list[str]:
    """Return what breaks the rules of style in the section `key`. One that says nothing breaks none."""
    if not written.sentences:
        return []
    said = {"sentences": [{"text": sentence.text} for sentence in written.sentences], "content": written.content}
    rules = _RULES.get(key)
    return [*_wording(said, wanted.banned), *(rules(written.content) if rules else ())]


def insight_faults(insight: Insight, wanted: Preferences = STANDARD) -> list[str]:
    """Return what breaks the rules of style in an insight. One that says nothing breaks none."""
    if not insight.sentences:
        return []
    parts = insight.model_dump(mode="json", include={"the_math", "competitive_positioning", "deal_strategy"})
    position = insight.competitive_positioning
    return [
        *_wording(parts, wanted.banned),
        *_counted("insights_they_dont_know", position.get("insights_they_dont_know"), *INSIGHTS),
        *_counted("landmines_to_avoid", position.get("landmines_to_avoid"), *LANDMINES),
    ]


def contact_faults(answer: EnrichContact, wanted: Preferences = STANDARD) -> list[str]:
    """Return what breaks the rules of style in profiles and messages; a message that is not there breaks none."""
    return [fault for profile in answer.profiles for fault in _profile_faults(profile, wanted)]


def _profile_faults(profile: ContactProfile, wanted: Preferences) -> Iterator[str]:
    where = profile.contact_id
    yield from _wording({where: profile.model_dump(mode="json", exclude={"opening_facts"})}, wanted.banned)
    for name, mail, rules in (
        ("email", profile.email, STANDARD),
        ("client_email", profile.client_email, wanted),
    ):
        if mail:
            yield from _mail_faults(f"{where}.{name}", mail, rules)
    for name, note in (("linkedin", profile.linkedin), ("client_linkedin", profile.client_linkedin)):
        yield from _long(f"{where}.{name}.message", _text(note or {}, "message"), MAX_LINKEDIN)


def _mail_faults(where: str, mail: JsonDict, wanted: Preferences) -> Iterator[str]:
    subject, words, ps = _text(mail, "subject"), len(_text(mail, "body").split()), _text(mail, "ps")
    if not subject:
        yield f"{where}.subject is missing"
    yield from _long(f"{where}.subject", subject, MAX_SUBJECT)
    least, most = wanted.body_words
    if not least <= words <= most:
        yield f"{where}.body has {words} words, it needs {least} to {most}"
    if wanted.ps == "required" and not ps:
        yield f"{where}.ps is missing"
    if wanted.ps == "never" and ps:
        yield f"{where}.ps has to be empty: this client wants none"


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _long(where: str, text: str, most: int) -> list[str]:
    return [f"{where} has {len(text)} characters, {most} is the most"] if len(text) > most else []


def _counted(where: str, items: Any, least: int, most: int | None = None) -> list[str]:
    number = len(items) if isinstance(items, list) else 0
    if number >= least and (most is None or number <= most):
        return []
    return [
        f"{where} has {number}, it needs {least} to {most}" if most else f"{where} has {number}, {least} is the least"
    ]


def _intro(content: JsonDict) -> Iterator[str]:
    line = _text(content, "one_liner")
    yield from _long("content.one_liner", line, MAX_ONE_LINER)
    if line and not (_MONTH.search(line) and _YEAR.search(line)):
        yield "content.one_liner has to name the month and the year of the event"
    angle = _text(content, "the_angle")
    if ANGLE_SENTENCES not in sentence_counts(angle):
        yield f"content.the_angle has {sentence_counts(angle)[0]} sentences, it needs {ANGLE_SENTENCES}"


def _signals(content: JsonDict) -> Iterator[str]:
    rows = content.get("why_theyll_buy_now")
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        yield from _long(
            f"content.why_theyll_buy_now.{number}.headline", _text(_mapping(row), "headline"), MAX_HEADLINE
        )


def _intelligence(content: JsonDict) -> Iterable[str]:
    return _counted("content.quick_reference", content.get("quick_reference"), *QUESTIONS)


def _strategy(content: JsonDict) -> Iterable[str]:
    return _counted("content.common_objections", content.get("common_objections"), MIN_OBJECTIONS)


_RULES: Mapping[str, Callable[[JsonDict], Iterable[str]]] = {
    "intro": _intro,
    "signals": _signals,
    "lead_intelligence": _intelligence,
    "strategy": _strategy,
}


def sentence_counts(text: str) -> range:
    """Return the numbers of sentences that `text` may have: a dot after an abbreviation may end one or not."""
    if not text.strip():
        return range(1)
    ends = [match.start() + 1 for match in _SENTENCE_END.finditer(text)]
    sure = sum(not _ABBREVIATION.search(text[:end]) for end in ends)
    return range(sure + 1, len(ends) + 2)


def _wording(value: Any, banned: Iterable[str]) -> list[str]:
    """Return where `value` (JSON) has a dash, a semicolon or a word that the client bans."""
    patterns = {word: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in banned}
    faults = []
    for where, text in _texts(value):
        faults += [f"{where} has {name}" for sign, name in (("—", "an em dash"), (";", "a semicolon")) if sign in text]
        faults += [f"{where} has the banned word {word}" for word, found in patterns.items() if found.search(text)]
    return faults


def _texts(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield the prose in JSON with its place."""
    if isinstance(value, str):
        yield where, value
        return
    if isinstance(value, list):
        named = {str(number): item for number, item in enumerate(value)}
    else:
        named = {name: item for name, item in _mapping(value).items() if name not in _NOT_PROSE}
    for name, item in named.items():
        yield from _texts(item, f"{where}.{name}" if where else name)
