"""Finds people of the lead with their titles: in prose by entities and dependencies, in letterheads by lines.

Here: `Jane Doe, vice president of X at Lead`, `Lead CEO Jane Doe`, `Attention: Jane Doe` below the lead's name.
Not here: resolving people across sources (the merge) and choosing whom to contact (`dossier/steps/contacts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dossier.evidence.entity_gate import judge, token_span
from dossier.evidence.names import Alias, aliases, match_name
from dossier.evidence.people import is_person_name
from dossier.evidence.segments import Block
from dossier.extractive.drafting import Desk, draft
from dossier.extractive.lexicon import TITLE_WORDS
from dossier.models import ClaimDetails, ClaimDraft, ClaimType
from dossier.ports import ParsedSentence

_FORMER = re.compile(
    r"\b(?:former|formerly|previously|ex-|served as|came to|comes to|joined from|until|died|late|posing|rumou?red|"
    r"alleged|fake|impersonat\w*|retired|resigned|stepped down|departed|competitor|rival)\b",
    re.IGNORECASE,
)
_ATTENTION = re.compile(
    r"^(?:attention|attn\.?|contact|applicant contact|contact person|from)\s*:\s*(?P<who>.+)$", re.IGNORECASE
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TITLE_EDGE = re.compile(
    r"^(?:the|its|their|of|at|for|,|and|’s|'s|\s)+|(?:,|\s|of|at|for|and|the|’s|'s)+$", re.IGNORECASE
)
_NOT_IN_TITLES = frozenset("will has have had was were is are be been said says who that which while".split())
_AFTER_NAME = re.compile(
    r"(?:\s*,\s*(?:Jr|Sr|I{2,3}|M\.?D|Ph\.?D)\b\.?)?\s*(?:,|\bis\b|\bserves as\b|\bwas named\b|\bhas been named\b)\s*"
    r"(?:the\s+|its\s+)?(?P<title>[^.;:“”\"()]+)"
)
MAX_TITLE = 90
EMAIL_REACH = 80


def people_in(block: Block, sentence: ParsedSentence, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield a claim per person whom the sentence names with a title at the lead."""
    text = block.text[sentence.start : sentence.end]
    if _FORMER.search(text):
        return
    for label, first, last in sentence.entities:
        if label == "PERSON":
            yield from _person(block, sentence, first, last, desk)


def _person(block: Block, sentence: ParsedSentence, first: int, last: int, desk: Desk) -> Iterator[ClaimDraft]:
    tokens = sentence.tokens
    start, end = tokens[first].start, tokens[last - 1].end
    name = re.sub(r"[’']s$", "", block.text[start:end]).strip()
    if not is_person_name(name):
        return
    found = _title_before(block, sentence, first, desk) or _title_after(block, sentence, last, desk)
    if found is None:
        return
    title, low, high = found
    reach = max(end, high)
    address = _EMAIL.search(block.text, reach, min(sentence.end, reach + EMAIL_REACH))
    quote = (block.start + min(start, low), block.start + (address.end() if address else reach))
    yield from _claim(desk, name, title, quote, address[0] if address else None)


def _claim(desk: Desk, name: str, title: str, span: tuple[int, int], email: str | None = None) -> Iterator[ClaimDraft]:
    details = ClaimDetails(
        event="title",
        person=name,
        title=title,
        organization=desk.lead.name,
        email=email,
        gate="named with a title there",
    )
    statement = f"{name}, {title}, {desk.lead.name}"
    made = draft(desk, ClaimType.CONTACT, statement, span, entities=[name, desk.lead.name], details=details)
    if made:
        yield made


def _is_title(words: str) -> bool:
    parts = re.findall(r"[a-z-]+", words.lower())
    if set(parts) & _NOT_IN_TITLES:
        return False
    return 0 < len(words) <= MAX_TITLE and any(p in TITLE_WORDS for p in parts)


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


def _title_before(block: Block, sentence: ParsedSentence, first: int, desk: Desk) -> tuple[str, int, int] | None:
    """`Lead CEO Jane Doe`, `Lead's chief of staff, Jane Doe`: only a title between the lead's name and the person."""
    begin = sentence.tokens[first].start
    before = [span for span in _mentions(block, sentence, desk) if span[1] <= begin]
    if not before:
        return None
    low, after = before[-1]
    match = re.fullmatch(r"(?:[’']s?)?\s+(?P<title>[^,.;:“”\"()]+?),?\s*", block.text[after:begin])
    title = match["title"] if match else ""
    return (title, low, begin) if _is_title(title) and len(title.split()) <= 8 else None


def _title_after(block: Block, sentence: ParsedSentence, last: int, desk: Desk) -> tuple[str, int, int] | None:
    """`Jane Doe, vice president of sales at Lead`; in the lead's own text the organisation may be left out."""
    behind = sentence.tokens[last - 1].end
    match = _AFTER_NAME.match(block.text[behind : sentence.end])
    if match is None:
        return None
    words, offset = match["title"], behind + match.start("title")
    mention = next((span for span in _mentions(block, sentence, desk, "modifier") if span[0] >= offset), None)
    if mention and mention[1] <= offset + len(words):
        found = _title_at(words, mention[0] - offset, mention[1] - offset)
        found = _second_title(words, mention[1] - offset, found)
    elif desk.own_voice and _is_title(words.split(",")[0]):
        title = ",".join(words.split(",")[:1])
        found = (title, len(title))
    else:
        found = None
    if found is None or any(e[0] == "PERSON" for e in _between(sentence, last, offset + found[1])):
        return None
    title = _TITLE_EDGE.sub("", " ".join(found[0].split())).strip(" ,")
    return (title, behind, offset + found[1]) if _is_title(title) and len(title.split()) <= 14 else None


def _second_title(words: str, end: int, found: tuple[str, int] | None) -> tuple[str, int] | None:
    """`executive vice president of Lead and president of its operations` is one title, both parts of it."""
    more = re.match(r"\s+and\s+(?P<title>[^,]+)", words[end:])
    if found is None or found[1] != end or more is None or not _is_title(more["title"]):
        return found
    return words[: end + more.end()], end + more.end()


def _title_at(words: str, start: int, end: int) -> tuple[str, int] | None:
    """Return (title, end) of `vice president of sales at Lead` or `Lead's vice president`, offsets in `words`."""
    before = words[:start]
    if re.search(r"(?:,|\b(?:of|at|for|with))(?:\s+the)?\s*$", before) and _is_title(before):
        return before, end
    after = words[end:].split(",")[0 if not words[end:].startswith(",") else 1] if not before.strip() else ""
    after = re.sub(r"^[’']s?\s+", "", after)
    return (after.strip(), end + words[end:].index(after) + len(after)) if _is_title(after) else None


def _between(sentence: ParsedSentence, last: int, high: int) -> list[tuple[str, int, int]]:
    span = token_span(sentence, sentence.tokens[last - 1].end, high)
    return [e for e in sentence.entities if span and span[0] <= e[1] < span[1]]


def letterhead_people(blocks: list[Block], desk: Desk) -> Iterator[ClaimDraft]:
    """Yield the people that stand below the lead's name as addressees, with the title on the same or next line."""
    names = aliases(desk.lead)
    for index, block in enumerate(blocks):
        match = _ATTENTION.match(block.text)
        if match is None:
            continue
        above = next((b for b in reversed(blocks[max(0, index - 3) : index]) if _names_lead(b, names)), None)
        who, _, title = match["who"].partition(",")
        after = blocks[index + 1] if index + 1 < len(blocks) else None
        high = block.end
        if not _is_title(title) and after and _is_title(after.text) and len(after.text) <= MAX_TITLE:
            title, high = after.text, after.end
        owned = above is not None or desk.finder.occurs(title)
        if owned and is_person_name(who.strip()) and _is_title(title):
            low = above.start if above else block.start
            email = _EMAIL.search(desk.passage.text[low:high])
            yield from _claim(
                desk, who.strip(), " ".join(title.split()).strip(" ,"), (low, high), email[0] if email else None
            )


def _names_lead(block: Block, names: list[Alias]) -> bool:
    text = re.sub(r"^(?:to|for)\s*:\s*", "", block.value or block.text, flags=re.IGNORECASE)
    return len(text) < 100 and match_name(text, names).same
