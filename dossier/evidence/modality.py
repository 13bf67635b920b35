"""Whether a text tells as done what its evidence tells as planned, or as exact what it tells as a bound.

Here: how far along a text tells a happening to be (possible, planned, done), and the comparison with its evidence. Not
here: denials (`facts.py`) and the modality of events on a parse (`dossier/extractive/modality.py`): what a model wrote
has none. The happenings are a closed list of what organisations do: of other verbs nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from enum import IntEnum

from dossier.models import Bound


class Stage(IntEnum):
    """How far along a text tells a happening to be; `OPEN` where its form does not tell: `its investment`."""

    POSSIBLE = 0
    PLANNED = 1
    DONE = 2
    OPEN = 3


_SAID = {Stage.POSSIBLE: "possible", Stage.PLANNED: "planned", Stage.DONE: "done"}
_VERB_CUT = r"(?<!\ba\s)(?<!\bthe\s)(?<!\bits\s)(?<!\btheir\s)(?<!\bjob\s)cut"  # `a cut` is a noun
# A happening: the forms that tell it as done, then all others.
_HAPPENINGS: dict[str, tuple[str, str]] = {
    "build": (r"(?:re)?built|constructed|erected", r"(?:re)?build(?:s|ing)?|construct(?:s|ing|ion)?|erect(?:s|ing)?"),
    "open": (r"opened|inaugurated", r"open(?:s|ing)?|inaugurat(?:es?|ing|ion)"),
    "complete": (r"completed|finished", r"complet(?:e|es|ing|ion)|finish(?:es|ing)?"),
    "start": (
        r"began|begun|started|commenced|broke(?:n)? ground|kicked off",
        r"begin(?:s|ning)?|start(?:s|ing)?|commenc(?:es?|ing)|break(?:s|ing)? ground|ground-?breaking|kicks? off",
    ),
    "hire": (r"hired|recruited", r"hir(?:es?|ing)|recruit(?:s|ing|ment)?"),
    "invest": (r"invested|spent", r"invest(?:s|ing|ments?)?|spend(?:s|ing)?"),
    "acquire": (
        r"acquired|bought|purchased|took over|taken over",
        r"acquir(?:es?|ing)|acquisitions?|buy(?:s|ing)?|purchas(?:es?|ing)|tak(?:es?|ing) over|takeover",
    ),
    "sell": (r"sold|divested", r"sell(?:s|ing)?|sales?|divest(?:s|ing|iture)?"),
    "close": (r"closed|shuttered|shut down", r"clos(?:es?|ing|ures?)|shutter(?:s|ing)?|shut(?:s|ting)? down|shutdown"),
    "lay off": (rf"laid off|{_VERB_CUT}|eliminated", r"lay(?:s|ing)?[ -]?offs?|cuts?|cutting|eliminat(?:es?|ing|ion)"),
    "expand": (r"expanded|enlarged", r"expand(?:s|ing)?|expansions?|enlarg(?:es?|ing|ement)"),
    "create": (r"created", r"creat(?:es?|ing|ion)"),
    "move": (r"moved|relocated", r"mov(?:es?|ing)|relocat(?:es?|ing|ion)"),
    "approve": (r"approved|authori[sz]ed", r"approv(?:es?|ing|als?)|authori[sz](?:es?|ing|ations?)"),
    "sign": (r"signed", r"sign(?:s|ing)?"),
    "launch": (r"launched", r"launch(?:es|ing)?"),
    "award": (r"awarded", r"awards?|awarding"),
    "merge": (r"merged", r"merg(?:es?|ing|ers?)"),
}
_FORMS = {
    name: re.compile(rf"\b(?:(?P<done>{done})|(?:{other}))\b", re.I) for name, (done, other) in _HAPPENINGS.items()
}
_CLAUSE_END = re.compile(r"[.;:!?](?=\s)|\b(?:but|while|whereas|although|after|since)\b", re.I)
_POSSIBLE = re.compile(
    r"\b(?:(?-i:may)|might|could|consider\w*|weigh\w*|explor\w*|evaluat\w*|stud(?:y|ies|ying)|potential\w*|possibl[ey]"
    r"|propos\w*|seek\w*|hop(?:es?|ing)|would)\b",
    re.I,
)
_PLANNED = re.compile(
    r"\b(?:will|shall|plan\w*|intend\w*|expect\w*|announc\w*|unveil\w*|schedul\w*|slated|set to|due to|aim\w*|commit\w*"
    r"|pledg\w*|agree\w*|going to|future|upcoming)\b|['’]ll\b|\bto(?:\s+be)?(?:\s+\w+ly)?\s*$",
    re.I,
)
_CONDITION = re.compile(r"\b(?:if|when|once|until|unless|before)(?:\s+\w+)?\s*$", re.I)
_PASSIVE = re.compile(r"\b(?:be|have|have been|get)(?:\s+\w+ly)?\s*$", re.I)
# `cut` and `shut down` are written alike in what is done and in what shall be
_INFINITIVE = re.compile(
    r"(?:\b(?:to|will|shall|would|could|can|may|might|must|should|cannot|do|does|did)|n['’]t|['’]ll)(?:\s+not)?(?:\s+\w+ly)?\s*$",
    re.I,
)
_REACH = 60  # characters before a verb in which its auxiliaries and what governs it stand


def overstated(text: str, evidence: Iterable[str]) -> str:
    """Return what `text` tells as further along than any of `evidence` does, or ''.

    A happening that the evidence does not name counts only against a text that tells it as done where the evidence
    speaks of plans.
    """
    told = list(evidence)
    only_plans = any(_PLANNED.search(part) or _POSSIBLE.search(part) for part in told)
    for name, form in _FORMS.items():
        ours = [(stage, word) for stage, word in _stages(form, text) if stage is not Stage.OPEN]
        if not ours:
            continue
        theirs = [stage for part in told for stage, _ in _stages(form, part)]
        stage, word = max(ours)
        if theirs and stage > max(theirs):
            return f"it tells as {_SAID[stage]} what its quotes tell only as {_SAID[max(theirs)]}: {word}"
        if not theirs and stage is Stage.DONE and only_plans:
            return f"it tells as done what no quote tells it cites: {name}"
    return ""


def told_as_done(text: str, happening: str) -> bool:
    """Return whether `text` tells a happening (`build`, `open`, `complete`, ...) as done, not only as planned."""
    return any(stage is Stage.DONE for stage, _ in _stages(_FORMS[happening], text))


def _stages(form: re.Pattern[str], text: str) -> Iterator[tuple[Stage, str]]:
    for match in form.finditer(text):
        yield _stage(text[max(0, match.start() - _REACH) : match.start()], match["done"] is not None), match[0]


def _stage(before: str, done: bool) -> Stage:
    """Return the stage of a verb form by the words of its clause that stand before it."""
    clause = _CLAUSE_END.split(before)[-1]
    done = done and not _INFINITIVE.search(clause)
    if done and not (_PASSIVE.search(clause) or _CONDITION.search(clause)):
        return Stage.DONE
    if _POSSIBLE.search(clause):
        return Stage.POSSIBLE
    if _PLANNED.search(clause) or _CONDITION.search(clause):
        return Stage.PLANNED
    return Stage.DONE if done else Stage.OPEN


_FITS: dict[Bound, frozenset[Bound]] = {
    Bound.EXACT: frozenset({Bound.EXACT, Bound.ADDITIONAL}),
    Bound.ADDITIONAL: frozenset({Bound.EXACT, Bound.ADDITIONAL}),
    Bound.ABOUT: frozenset(Bound),
    Bound.AT_LEAST: frozenset({Bound.EXACT, Bound.ADDITIONAL, Bound.AT_LEAST}),
    Bound.AT_MOST: frozenset({Bound.EXACT, Bound.ADDITIONAL, Bound.AT_MOST}),
}
_BOUND_WORDS = {
    Bound.EXACT: "exactly",
    Bound.ADDITIONAL: "as additional",
    Bound.ABOUT: "only roughly",
    Bound.AT_LEAST: "as a least",
    Bound.AT_MOST: "as a most",
}


def unlike_bound(said: Bound, known: Collection[Bound]) -> str:
    """Return how a number is told otherwise than by any of `known`, or '': `up to 500` is not 500, `about 500` is."""
    if not known or _FITS[said] & set(known):
        return ""
    return f"{_BOUND_WORDS[said]}, its quotes {_BOUND_WORDS[min(known, key=list(Bound).index)]}"
