"""Whether an event is told as a fact, or only denied, feared, possible, or mentioned in passing.

Here: the words on the way from an event to the root of its sentence. Not here: which events there are
(`sentences.py`). What is not told as a fact gives no claim at all: a denial is no reason to buy.
"""

from __future__ import annotations

from dossier.ports import Token

Tokens = tuple[Token, ...]
ASIDE = frozenset("if when while after before because since although as once unless until whether".split())
_HEDGES = frozenset("would could might may should".split())
_NEGATIONS = frozenset("not n't n’t never neither nor hardly no".split())
REPORTING = frozenset(
    """say announce report confirm state note add disclose reveal tell learn show highlight show mean ensure announce
    plan commit pledge unveil agree expect intend promise see celebrate applaud welcome mark today praise""".split()
)
_UNDOING = frozenset(
    """deny cancel abandon scrap shelve postpone delay pause halt stop refuse decline fail avoid reject oppose fear
    doubt dispute rule reconsider withdraw drop suspend block""".split()
)
_FALSE = frozenset("false untrue unlikely doubtful wrong impossible fake hoax rumor rumour lie myth".split())
_PLANS = frozenset("plan intend hope propose expect mean".split())
_GIVEN_UP = frozenset("once originally initially".split())
_ENDING = frozenset("terminate end break".split())
_ENDED = frozenset("talk negotiation discussion plan project bid".split())
LONGEST_WAY = 10


def doubt(tokens: Tokens, index: int) -> str | None:
    """Return why the event at `index` is not told as a fact, or None where it is."""
    if _own(tokens, index, "aux") & _HEDGES:
        return "only possible"
    for step in range(LONGEST_WAY):
        token = tokens[index]
        if _denied(tokens, index):
            return "denied"
        if token.lemma in _UNDOING and (step or _own(tokens, index, "xcomp", "ccomp")):
            return "undone or doubted"
        if _is_given_up(tokens, index):
            return "a plan of before"
        if (
            token.dep == "advcl"
            and _own(tokens, index, "mark", "advmod") & ASIDE
            and not (step == 0 and _adds(tokens, index))
        ):
            return "told in passing"
        if token.dep == "ccomp" and tokens[token.head].pos == "VERB" and tokens[token.head].lemma not in REPORTING:
            return "somebody's view"
        if token.dep == "ccomp" and _own(tokens, token.head, "acomp", "attr") & _FALSE:
            return "called false"
        if token.head == index:
            return None
        index = token.head
    return None


def _is_given_up(tokens: Tokens, index: int) -> bool:
    """`had planned to build`, `once planned to build`, `ended talks on a plant`: no plan any more."""
    token = tokens[index]
    if token.lemma in _ENDING:
        return bool(_own(tokens, index, "dobj", "nsubjpass") & _ENDED)
    had = any(t.text.lower() == "had" for i, t in enumerate(tokens) if t.head == index and t.dep == "aux")
    return (
        token.lemma in _PLANS
        and token.tag in ("VBD", "VBN")
        and (had or bool(_own(tokens, index, "advmod") & _GIVEN_UP))
    )


def _adds(tokens: Tokens, index: int) -> bool:
    """`Bolt opened a mill, while Acme announced a plant`: a second main clause behind the first, no aside."""
    clause = tokens[index]
    behind = index > clause.head and tokens[clause.head].tag == clause.tag
    return behind and _own(tokens, index, "mark", "advmod") & ASIDE == {"while"} and bool(_own(tokens, index, "nsubj"))


def _own(tokens: Tokens, index: int, *deps: str) -> set[str]:
    return {t.lemma for i, t in enumerate(tokens) if t.head == index and i != index and t.dep in deps}


def _denied(tokens: Tokens, index: int) -> bool:
    below = [t for i, t in enumerate(tokens) if t.head == index and i != index]
    if any(t.dep == "advmod" and t.text.lower() == "longer" for t in below):
        return True  # `no longer`
    return any(t.dep == "neg" or (t.dep in ("advmod", "det", "preconj") and t.lemma in _NEGATIONS) for t in below)
