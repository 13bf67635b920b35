"""Finds people of the lead with their titles in prose, by names and dependencies.

Here: `Jane Doe, vice president of X at Lead`, `Lead CEO Jane Doe`, `Lead named Jane Doe director of X`, with an
address beside the name. Not here: letters and records (`letterheads.py`), whether a post is still held
(`dossier/evidence/posts.py`), resolving people across sources (the merge) and choosing whom to contact
(`dossier/steps/contacts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dossier.evidence.addresses import FoundAddress, find_emails, find_phones
from dossier.evidence.entities import Entity, named
from dossier.evidence.entity_gate import judge
from dossier.evidence.people import is_person_name
from dossier.evidence.posts import Tenure, as_held, held
from dossier.evidence.segments import Block
from dossier.extractive.drafting import Desk, draft
from dossier.extractive.lexicon import TITLE_WORDS
from dossier.models import ClaimDetails, ClaimDraft, ClaimType
from dossier.ports import ParsedSentence

_TITLE_WORDS = TITLE_WORDS | {"chief"}
_FALSE = re.compile(
    r"\b(?:posing|rumou?red|alleged(?:ly)?|fake|impersonat\w*|competitor|rival|came to|comes to|joined from)\b",
    re.IGNORECASE,
)
_EDGE = r"the|its|their|our|his|her|as|of|at|for|and|with|to|be|a|an|former|formerly|then|retired|’s|'s"
_TITLE_EDGE = re.compile(rf"^(?:(?:{_EDGE})\s+|[,\s]|[’']s?\s)+|(?:[,\s(]|\s(?:{_EDGE})(?=[,\s]*$))+$", re.IGNORECASE)
_TITLE_EDGE_BEHIND = re.compile(rf"(?:[,\s(]|\s(?:{_EDGE})(?=[,\s]*$))+$", re.IGNORECASE)
_NOT_IN_TITLES = frozenset(
    """will has have had was were is are be been said says who that which while named appointed joined told hired
    welcomed thanked met including but or from by during after before amid against into about""".split()
)
_AFTER_NAME = re.compile(
    r"(?:\s*,\s*(?:Jr|Sr|I{2,3}|M\.?D|Ph\.?D|P\.?E|MBA|Esq)\b\.?)*"
    r"(?:\s*,\s*(?:aged?\s+)?\d\d(?=\s*,))?\s*"
    r"(?P<how>,|\(|\s[–—-]\s|\b(?:is|serves as|served as|worked as|becomes|became|will become"
    r"|retired as|resigned as|stepped down as|joins|joined|(?:(?:was|has been|will be|is|were)\s+)?"
    r"(?:named|appointed|elected|hired|tapped|promoted))\b)\s*"
    r"(?:(?:as|to|to be|the|its|their|our|new|next)\s+)*(?P<title>[^.;:“”\"()]+)"
)
_APPOINTS = re.compile(
    r"\b(?:name[sd]|appoint(?:s|ed)|hire[sd]|promote[sd]|elect(?:s|ed)|tap(?:s|ped)|welcome[sd])\s+$"
)
_APPOINTED = re.compile(r"\s*,?\s*(?:(?:as|to|to be|its|the|their|our|new|next)\s+)*(?P<title>[^.;:,“”\"()]+)")
_BEFORE_LEAD = re.compile(
    r"(?P<title>[\w&/’'-]+(?:[ ,]+(?:and |& )?[\w&/’'-]+){0,7}?)\s*,?\s+(?:of|at|for|with)(?:\s+the)?\s+$"
)
_TIME = re.compile(
    r"\s+(?:in|on|since|from|effective|as of|starting|beginning|last|this|next|early|late)\s+(?:early |late |mid-)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|week|month|year|spring|summer|fall"
    r"|autumn|winter|\d).*$",
    re.IGNORECASE,
)
_OF_THE_COMPANY = re.compile(
    r"\s+(?:of|at|for) (?:the|our) (?:company|firm)$|,?\s+and (?:chief|vice|senior|deputy)$", re.IGNORECASE
)
_ONCE_AND_NOW = re.compile(r"^former(?:ly)?\s[^,]*?\s+and\s+(?:current\s+)?(?P<now>[^,]+)$", re.IGNORECASE)
MAX_TITLE = 90
MAX_WORDS = 14
REACH = 80  # characters behind name and title in which an address is theirs


@dataclass(frozen=True, slots=True)
class _Post:
    """A title of somebody at the lead: words and offsets in the block of what tells it, `high` behind its end."""

    title: str
    low: int
    high: int
    tenure: Tenure


def _post(block: Block, sentence: ParsedSentence, title: str, between: str, low: int, high: int) -> _Post:
    """Return the post that the words `low:high` of the block tell; `between` is what joins name and title."""
    said = held(block.text[sentence.start : low], between, block.text[high : sentence.end])
    return _Post(title, low - said.before, high + said.behind, said.tenure)


def people_in(block: Block, sentence: ParsedSentence, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield a claim per person whom the sentence names with a title at the lead, held now or before."""
    if _FALSE.search(block.text, sentence.start, sentence.end):
        return
    for name in named(sentence, "person"):
        yield from _person(block, sentence, name, desk)


def _person(block: Block, sentence: ParsedSentence, name: Entity, desk: Desk) -> Iterator[ClaimDraft]:
    said = re.sub(r"[’']s?$", "", block.text[name.start : name.end]).strip()
    if not is_person_name(said):
        return
    post = _title_before(block, sentence, name, desk) or _title_after(block, sentence, name, desk)
    if post is None:
        return
    reach = max(name.end, post.high)
    beside = (reach, min(sentence.end, reach + REACH))
    email, phone = (_within(found, *beside) for found in (find_emails(block.text), find_phones(block.text)))
    end = max([reach, *(address.end for address in (email, phone) if address)])
    quote = (block.start + min(name.start, post.low), block.start + end)
    yield from contact_claim(desk, said, post.title, quote, post.tenure, email, phone)


def _within(found: list[FoundAddress], start: int, end: int) -> FoundAddress | None:
    return next((address for address in found if start <= address.start < end), None)


def contact_claim(
    desk: Desk,
    name: str,
    title: str,
    span: tuple[int, int],
    tenure: Tenure = "current",
    email: FoundAddress | None = None,
    phone: FoundAddress | None = None,
) -> Iterator[ClaimDraft]:
    """Yield the claim that somebody holds a title at the lead; `span` is where the passage says so."""
    details = ClaimDetails(
        event="title",
        person=name,
        title=as_held(title, tenure),
        tenure=tenure,
        organization=desk.lead.name,
        email=email.text if email else None,
        phone=phone.text if phone else None,
        gate="named with a title there",
    )
    statement = f"{name}, {as_held(title, tenure)}, {desk.lead.name}"
    made = draft(desk, ClaimType.CONTACT, statement, span, entities=[name, desk.lead.name], details=details)
    if made:
        yield made


def is_title(words: str) -> bool:
    """Return whether `words` can be a job title, by their length and what stands in titles."""
    parts = re.findall(r"[a-z-]+", words.lower())
    if set(parts) & _NOT_IN_TITLES or len(parts) > MAX_WORDS:
        return False
    return 0 < len(words) <= MAX_TITLE and any(p in _TITLE_WORDS for p in parts)


def _one_line(text: str) -> str:
    """Return `text` with single blanks, cut where no title goes on: patterns then have little to try."""
    return " ".join(text.split())[: 4 * MAX_TITLE]


def _trimmed(title: str) -> str:
    return _TITLE_EDGE.sub("", _one_line(title))


def _tidy(title: str, desk: Desk) -> str:
    """Return a title without joints at its edges and without the lead's own name in front: `Acme vice president`."""
    bare = _trimmed(_OF_THE_COMPANY.sub("", _TIME.sub("", _one_line(title)))).strip(" ,")
    first = next((mention for mention in desk.finder.find(bare) if mention.start == 0), None)
    return _trimmed(bare[first.end :]).strip(" ,") if first else bare


def _mentions(block: Block, sentence: ParsedSentence, desk: Desk, *but: str) -> list[tuple[int, int]]:
    """Return where the sentence names the lead itself, as the entity gate sees it; offsets in the block.

    Names that play one of the parts `but` are left out: `at Acme competitor Zeta` is not at Acme.
    """
    found = []
    for mention in desk.finder.find(block.text):
        gate = judge(sentence, mention)
        if gate and gate.about == "lead" and gate.role not in but:
            found.append((mention.start, max(mention.end, sentence.tokens[gate.last - 1].end)))
    return found


def _title_before(block: Block, sentence: ParsedSentence, name: Entity, desk: Desk) -> _Post | None:
    """`Lead CEO Jane Doe`, `the CEO of Lead, Jane Doe`, `Lead named Jane Doe CEO`."""
    before = [span for span in _mentions(block, sentence, desk) if span[1] <= name.start]
    if before:
        low, behind = before[-1]
        between = block.text[behind : name.start]
        found = _title_between(block, sentence, (low, behind), name) or _title_of(block, sentence, (low, behind), name)
        if found is None and _APPOINTS.search(between) and not _names_another(sentence, behind, name.start):
            found = _appointed(block, sentence, name)
        return found
    return _own_title(block, sentence, name) if desk.own_voice else None


def _title_between(block: Block, sentence: ParsedSentence, mention: tuple[int, int], name: Entity) -> _Post | None:
    match = re.fullmatch(r"(?:[’']s?)?\s+(?P<title>[^,.;:“”\"()]+?),?\s*", block.text[mention[1] : name.start])
    title = match["title"] if match else ""
    if not is_title(title) or len(title.split()) > 8 or title.split()[0].lower() in ("and", "or"):
        return None
    if _names_another(sentence, mention[1], name.start):
        return None
    return _post(block, sentence, _trimmed(title), title, mention[0], name.end)


def _title_of(block: Block, sentence: ParsedSentence, mention: tuple[int, int], name: Entity) -> _Post | None:
    """`the chief executive of Lead, Jane Doe`; without a sign between them it is another sentence's part."""
    if not re.fullmatch(r",?\s+", block.text[mention[1] : name.start]):
        return None
    start = _near(sentence, mention[0])
    match = _BEFORE_LEAD.search(block.text[start : mention[0]])
    words = _title_words(match["title"]) if match else ""
    if not match or not words:
        return None
    low = start + match.end("title") - len(words)
    return _post(block, sentence, _trimmed(words), words, low, name.end)


def _near(sentence: ParsedSentence, end: int) -> int:
    """Return where to begin to look for a title that ends at `end`: patterns then have little to try."""
    return max(sentence.start, end - 2 * MAX_TITLE)


def _title_words(text: str) -> str:
    """Return the end of `text` that is a title: from the word after the last that stands in none."""
    parts = re.split(r"(?<=\s)", text)
    for at in range(len(parts) - 1, -1, -1):
        bare = parts[at].strip(" ,’'").lower()
        if bare in _NOT_IN_TITLES or bare in ("the", "a", "an", "its") or parts[at].rstrip().endswith(","):
            parts = parts[at + 1 :]
            break
    return "".join(parts) if is_title("".join(parts)) else ""


def _appointed(block: Block, sentence: ParsedSentence, name: Entity) -> _Post | None:
    """`Lead named Jane Doe its chief of staff`."""
    match = _APPOINTED.match(block.text, name.end, sentence.end)
    title = _trimmed(match["title"]) if match else ""
    if not match or not is_title(title):
        return None
    return _Post(title, _start_of_clause(block, sentence, name), match.end("title"), "current")


def _start_of_clause(block: Block, sentence: ParsedSentence, name: Entity) -> int:
    """The quote of an appointment begins with who appoints: the sentence, if it is short."""
    return sentence.start if name.start - sentence.start <= 2 * REACH else name.start


def _own_title(block: Block, sentence: ParsedSentence, name: Entity) -> _Post | None:
    """In the lead's own text: `our CEO, Jane Doe`, `Chief Executive Officer Jane Doe`."""
    start = _near(sentence, name.start)
    match = re.search(
        r"(?:^|\b(?:our|said|by|and|with|to)\s+|[,;(“\"]\s*)(?P<title>[A-Za-z][^,.;:“”\"()]*?),?\s*$",
        block.text[start : name.start],
    )
    title = _title_words(match["title"]) if match else ""
    if not match or not title or len(title.split()) > 8 or _names_another(sentence, sentence.start, name.start):
        return None
    low = start + match.end("title") - len(title)
    return _post(block, sentence, _trimmed(title), title, low, name.end)


def _names_another(sentence: ParsedSentence, start: int, end: int) -> bool:
    """True where another organisation or person stands in `start:end`, but for what a title is `of` or `for`."""
    others = [*named(sentence, "organization"), *named(sentence, "person")]
    inside = [one for one in others if start <= one.start and one.end <= end and not _all_title(sentence, one)]
    return any(sentence.tokens[one.first - 1].text not in ("of", "for") for one in inside if one.first)


def _all_title(sentence: ParsedSentence, name: Entity) -> bool:
    """True for `CIO` or `Co-Founder and CEO`, which the parser may take for an organisation."""
    spelled = (token.text.lower() for token in sentence.tokens[name.first : name.last])
    return all(word in _TITLE_WORDS or word in ("co", "-", "and", "vice", "of", "&") for word in spelled)


def _title_after(block: Block, sentence: ParsedSentence, name: Entity, desk: Desk) -> _Post | None:
    """`Jane Doe, vice president of sales at Lead`; in the lead's own text the organisation may be left out."""
    match = _AFTER_NAME.match(block.text[name.end : sentence.end])
    if match is None or re.match(r"and\b", match["title"]):
        return None
    words, offset = match["title"], name.end + match.start("title")
    mention = _mention_behind(block, sentence, offset, desk)
    if mention and mention[1] <= offset + len(words):
        found = _title_at(words, mention[0] - offset, mention[1] - offset)
        found = _second_title(words, mention[1] - offset, found)
    elif desk.own_voice and is_title(words.split(",")[0]):
        title = ",".join(words.split(",")[:1])
        found = (title, len(title))
    else:
        found = _of_the_lead(block, sentence, name, words, desk)
    if found is None or _persons_between(sentence, name, offset + found[1]):
        return None
    told = _now(_TITLE_EDGE_BEHIND.sub("", _one_line(found[0])))
    title, high = _tidy(told, desk), offset + found[1]
    if not is_title(title) or len(title.split()) > MAX_WORDS:
        return None
    between = f"{match['how']} {' '.join(told.split()).partition(title)[0]}"
    return _post(block, sentence, title, between, name.start, high)


def _now(title: str) -> str:
    """Return what of `former astronaut and chief medical officer` is the post of today."""
    once = _ONCE_AND_NOW.match(" ".join(title.split()))
    return once["now"] if once and is_title(once["now"]) else title


def _mention_behind(block: Block, sentence: ParsedSentence, offset: int, desk: Desk) -> tuple[int, int] | None:
    """Return where the lead is named behind a person; as another noun's modifier only right at the title's start."""
    plain = _mentions(block, sentence, desk, "modifier")
    spans = [span for span in _mentions(block, sentence, desk) if span in plain or span[0] == offset]
    return next((span for span in spans if span[0] >= offset), None)


def _of_the_lead(
    block: Block, sentence: ParsedSentence, name: Entity, words: str, desk: Desk
) -> tuple[str, int] | None:
    """`Lead's Jane Doe, director of sales`: the lead stands in front of the name."""
    mine = any(
        re.fullmatch(r"[’']s?\s+", block.text[end : name.start])
        for _, end in _mentions(block, sentence, desk)
        if end <= name.start
    )
    title = words.split(",")[0]
    return (title, len(title)) if mine and is_title(title) else None


def _second_title(words: str, end: int, found: tuple[str, int] | None) -> tuple[str, int] | None:
    """`executive vice president of Lead and president of its operations` is one title, both parts of it."""
    more = re.match(r"\s+and\s+(?P<title>[^,]+)", words[end:])
    if found is None or found[1] != end or more is None or not is_title(more["title"]):
        return found
    return words[: end + more.end()], end + more.end()


def _title_at(words: str, start: int, end: int) -> tuple[str, int] | None:
    """Return (title, end) of `vice president of sales at Lead` or `Lead's vice president`, offsets in `words`."""
    before = words[:start]
    if re.search(r"(?:,|\b(?:of|at|for|with))(?:\s+the)?\s*$", before) and is_title(before):
        return before, end
    joins = re.fullmatch(r"\s*(?P<rest>[’']s?)?\s+as\s+(?P<title>[^,]+).*", words[end:])
    if joins and not before.strip() and is_title(joins["title"]):
        return joins["title"], end + joins.end("title")
    after = words[end:].split(",")[0 if not words[end:].startswith(",") else 1] if not before.strip() else ""
    after = re.sub(r"^[’']s?\s+", "", after)
    return (after.strip(), end + words[end:].index(after) + len(after)) if is_title(after) else None


def _persons_between(sentence: ParsedSentence, name: Entity, high: int) -> bool:
    return any(
        label == "PERSON" and name.last <= b and sentence.tokens[b].start < high for label, b, _ in sentence.entities
    )
