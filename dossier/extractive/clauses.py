"""Chooses the words of one fact in a parsed sentence: its own clause, what leads up to it, and what else it tells.

Here: where the lead's clause begins and ends, the words in front of a further fact, descriptions set beside the name,
and the second of two coordinated amounts. Not here: which event a clause tells (`sentences.py`) and the statement that
is made of the words (`statements.py`). Nothing is worded anew: whatever is added stands in square brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dossier.evidence import propositions
from dossier.evidence.counts import find_counts
from dossier.evidence.entity_gate import Gate
from dossier.evidence.money import find_money
from dossier.evidence.numbers import DIGITS, SCALE, WORDS
from dossier.extractive.modality import REPORTING
from dossier.extractive.sentences import FINITE, Event, Tokens, children, governing_verb, is_lead_again, subtree
from dossier.ports import ParsedSentence

_OWN_SUBJECT = ("nsubj", "nsubjpass", "csubj", "expl")
_CLAUSE = ("ccomp", "advcl", "conj", "parataxis")
_DEMONSTRATIVES = frozenset("this these that those such".split())
_POINTING = frozenset("it this these that those they he she such".split())
_EDGES = frozenset("and or but while whereas as for".split())
_BOUND = re.compile(
    r"(?:\b(?:up to|as much as|at least|more than|over|about|approximately|nearly|almost|around|roughly|some|"
    r"an? (?:additional|estimated|initial|further)|additional|another|only|by)|~)\s*$",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(rf"(?:{DIGITS}(?:{SCALE})?\+?|{WORDS})[\s-]*", re.IGNORECASE)
_EMPTY_RANGE = re.compile(r"\b(?:a total of|between|from|of)\s+(?:to|and)\b")
_ARTICLE = re.compile(r"\b([Aa])n?(?=\s+([A-Za-z]))")
_VOWELS = frozenset("aeiou")
_JOINT = re.compile(r"\s*(?:,\s*)?(?:\band\b|\bas well as\b|\bplus\b|\balong with\b)\s*(?:\bfor\b\s*)?", re.IGNORECASE)
_DASH = re.compile(r"\s+[–—-]\s+|—")


def own_clause(tokens: Tokens, gate: Gate, event: Event) -> tuple[int, int]:
    """Return (first, behind last) token of the clause in which the lead acts; the whole sentence where there is one.

    Who reports it stays with it, unless the reporter only does so beside something else: of `The mayor will travel to
    Toledo to announce that Acme has won the order` the order is the fact.
    """
    verb = governing_verb(tokens, event.index)
    first, last = 0, len(tokens)
    at = verb
    while at is not None and tokens[at].head != at:
        if _is_clause(tokens, at) and children(tokens, at, *_OWN_SUBJECT) and not _is_reported(tokens, at):
            low, high = subtree(tokens, at)
            if low <= gate.head < high:
                first, last = _without_edges(tokens, low, high, at)
                break
        at = tokens[at].head
    return first, min([last, *_others(tokens, verb, gate, last)])


def _is_clause(tokens: Tokens, index: int) -> bool:
    """Return whether a verb heads a clause that can stand alone; so does `the news that Acme will build a mill`."""
    told = tokens[index].dep == "acl" and tokens[index].tag in FINITE
    return told or tokens[index].dep in _CLAUSE


def _is_reported(tokens: Tokens, index: int) -> bool:
    head = tokens[index].head
    parent = tokens[head]
    if any(token.text == ";" for token in tokens[min(index, head) : max(index, head)]):
        return False
    return tokens[index].dep == "ccomp" and parent.lemma in REPORTING and parent.dep == "ROOT"


def _without_edges(tokens: Tokens, first: int, last: int, verb: int) -> tuple[int, int]:
    while first < last and (tokens[first].pos == "PUNCT" or _is_joint(tokens, first, verb)):
        first += 1
    return first, last


def _is_joint(tokens: Tokens, index: int, verb: int) -> bool:
    return (
        tokens[index].dep in ("mark", "cc")
        or tokens[index].text == "that"
        or (tokens[index].head == verb and tokens[index].lemma in _EDGES)
    )


def _others(tokens: Tokens, verb: int | None, gate: Gate, last: int) -> Iterator[int]:
    """Yield where a clause with a subject of its own goes on behind that of the lead: somebody else acts there."""
    for index in range(max(gate.last, (verb or 0) + 1), last):
        subjects = children(tokens, index, *_OWN_SUBJECT) if tokens[index].dep in ("conj", "parataxis", "advcl") else []
        if not subjects or tokens[index].pos not in ("VERB", "AUX") or tokens[subjects[0]].tag in ("WDT", "WP"):
            continue
        if is_lead_again(tokens[subjects[0]]):
            continue
        first = subtree(tokens, index)[0]
        while first > 0 and (tokens[first - 1].pos == "PUNCT" or tokens[first - 1].dep in ("cc", "mark")):
            first -= 1
        contrasted = tokens[index].dep != "advcl" or tokens[first].lemma in ("while", "whereas", ",")
        if contrasted and first > max(gate.last, verb or 0) + 2:
            yield first


def opening_cut(tokens: Tokens, first: int, gate: Gate) -> int:
    """Return where a clause begins once an opening that points to what stands before it is left out.

    `For these projects, Acme hired ...` and `Additionally, Acme ...` read alone from `Acme` on.
    """
    for index in range(first, gate.first):
        if tokens[index].text == "," and index + 1 <= gate.first:
            opening = tokens[first:index]
            points = any(t.lemma in _DEMONSTRATIVES and t.dep == "det" and t.ent == "" for t in opening)
            adverb = len(opening) <= 2 and all(t.pos in ("ADV", "CCONJ", "ADP") and t.ent == "" for t in opening)
            return index + 1 if points or adverb else first
    return first


def dangles(tokens: Tokens, first: int, last: int, resolved: tuple[int, int] | None) -> bool:
    """Return whether the subject of a clause only points to something outside of it, and nobody says to what."""
    for index in range(first, last):
        token = tokens[index]
        governor = tokens[token.head]
        leads = governor.dep == "ROOT" or not first <= governor.head < last
        if token.dep in ("nsubj", "nsubjpass") and leads and token.text.lower() in _POINTING:
            return resolved is None or not resolved[0] <= token.start < resolved[1]
        if token.dep == "det" and token.lemma in _DEMONSTRATIVES and governor.dep in ("nsubj", "nsubjpass"):
            outer = tokens[governor.head]
            if outer.dep == "ROOT" and (resolved is None or not resolved[0] <= token.start < resolved[1]):
                return True
    return False


def sums_up(tokens: Tokens, first: int, last: int) -> bool:
    """Return whether `first:last` adds up what many announced (`bringing the total to $2 trillion`): no fact of one."""
    told = {token.lemma for token in tokens[first:last]}
    return tokens[first].lemma == "bring" and bool(told & {"total", "number", "sum"})


def points_outside(tokens: Tokens, first: int, last: int) -> bool:
    """Return whether a clause speaks of `these commitments` that stand in another sentence."""
    return any(
        token.dep == "det" and token.lemma in _DEMONSTRATIVES and tokens[token.head].ent not in ("DATE", "TIME")
        for token in tokens[first:last]
    )


def without_values(text: str) -> str:
    """Return `text` without its amounts and numbers: what leads up to a further fact shall not tell the first again."""
    spans = [(found.start, found.end) for found in find_money(text)]
    for count in find_counts(text):
        if count.value.unit == "percent":
            spans.append((count.start, count.end))
            continue
        number = _LEADING_NUMBER.match(text, count.start, count.end)
        spans += [(count.start, number.end())] if number else []
    for start, end in sorted(spans, reverse=True):
        bound = _BOUND.search(text, 0, start)
        begin = bound.start() if bound else start
        text = f"{text[:begin].rstrip()} {text[end:].lstrip(' -')}"
    plain = re.sub(r"\s+([,.;])", r"\1", " ".join(text.split()))
    return _ARTICLE.sub(_article, _EMPTY_RANGE.sub("", plain))


def _article(match: re.Match[str]) -> str:
    return match[1] + ("n" if match[2].lower() in _VOWELS else "")


def descriptions(sentence: ParsedSentence, gate: Gate) -> list[tuple[int, int]]:
    """Return where the sentence says beside the lead's name what it is: `Acme, a maker of steel doors, ...`."""
    tokens = sentence.tokens
    name = {tokens[index].start for index in range(gate.first, gate.last)}
    found = []
    for claim in propositions.split_claims([sentence]):
        inside = [index for index, token in enumerate(tokens) if (token.start, token.end) in claim.spans]
        beside = [index for index in inside if tokens[index].start not in name and tokens[index].pos != "PUNCT"]
        if not beside or not name & {start for start, _ in claim.spans} or beside[0] < gate.last:
            continue
        low, high = beside[0], inside[-1] + 1
        if _describes(tokens, gate, low, high):
            found.append((low, high))
    return list(dict.fromkeys(found))


def _describes(tokens: Tokens, gate: Gate, low: int, high: int) -> bool:
    heads = [i for i in range(low, high) if tokens[i].dep == "appos" and gate.first <= tokens[i].head < gate.last]
    told = bool(heads) and tokens[heads[0]].pos == "NOUN" and tokens[low].pos in ("DET", "PRON", "NUM")
    return told and low - gate.last <= 1 and high - low >= 4 and not any(t.ent == "PERSON" for t in tokens[low:high])


def adds_fact(sentence: ParsedSentence, first: int, last: int) -> bool:
    """Return whether the tokens `first:last` hold a claim of their own among those that the sentence splits into."""
    begin, end = sentence.tokens[first].start, sentence.tokens[last - 1].end
    inside = (sum(begin <= start < end for start, _ in claim.spans) for claim in propositions.split_claims([sentence]))
    return any(count >= propositions.LEAST_TOKENS for count in inside)


def second_amount(text: str) -> tuple[int, int] | None:
    """Return (end of what leads up to the first amount, start of the joint) of two coordinated amounts, or None.

    `Acme plans to invest | $2 million in Ohio | and $3 million in Texas`. A range is one amount, and so is a share.
    """
    for one, other in pairwise(find_money(text)):
        between = text[one.end : other.start]
        joint = list(_JOINT.finditer(between))
        bound = _BOUND.search(text, one.end, other.start)
        stop = (bound.start() if bound else other.start) - one.end
        joined = [match for match in joint if not between[match.end() : stop].strip()]
        if joined and re.search(r"[A-Za-z]{2}", between[: joined[-1].start()]):
            begin = _BOUND.search(text, 0, one.start)
            return (begin.start() if begin else one.start), one.end + joined[-1].start()
    return None


def before_dash(text: str, kept: Sequence[int]) -> int:
    """Return where a clause ends when what stands behind its last dash holds none of the offsets `kept`."""
    end = len(text)
    for match in reversed(list(_DASH.finditer(text))):
        if any(offset >= match.end() for offset in kept):
            break
        end = match.start()
    return end
