"""Says what a dossier does not tell, in words that a salesperson understands.

Here: the list `gaps` of a dossier and whether it is `partial`. Not here: the gaps of single steps, which the
steps word themselves, and conflicts, which are shown as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dossier.evidence.names import fold
from dossier.evidence.orders import AN_ORDER, UNSEEN
from dossier.models import Client, Disqualification, MergeResult, Section, WhyNow
from dossier.steps.disqualifiers import told as told_of
from dossier.steps.parts import Parts
from dossier.steps.research import SUBJECTS, nothing_said
from dossier.steps.score import unknown_weights
from dossier.steps.score_formulas import FORMULAS
from dossier.steps.unread import NOT_KNOWN, SIGNALS, not_read, unread_steps

# What a research step did not find, its section tells better: another step may have found it.
_SAID_BY_SECTIONS = frozenset(nothing_said(step) for step in SUBJECTS)


def failed_steps(parts: Parts) -> list[str]:
    """Return the steps that gave no usable answer, each once; any of them makes the dossier `partial`."""
    named = [
        *(["sources"] if parts.not_searched else []),
        *unread_steps(parts.research),
        *parts.insight.failed_steps,
        *parts.contacts.failed_steps,
        *parts.sections.failed_steps,
        *(["fact_check"] if parts.fact_check.failed else []),
    ]
    return list(dict.fromkeys(named))


def list_gaps(
    client: Client,
    parts: Parts,
    sections: Sequence[Section],
    why_now: WhyNow | None,
    disqualifiers: Sequence[Disqualification] = (),
) -> list[str]:
    """Return the dossier's gaps, the gravest first, no sentence twice; reasons not to sell that hold lead them."""
    holding, unknown = told_of(disqualifiers)
    told = [
        *holding,
        *([parts.not_searched] if parts.not_searched else []),
        *_opening(why_now, parts),
        *(gap for research in parts.research for gap in research.gaps if gap not in _SAID_BY_SECTIONS),
        *([parts.fact_check.failed] if parts.fact_check.failed else []),
        *(_of_sections(parts, sections) if parts.merged.merged else ()),
        *_left_out(parts),
        *_doubts(parts.merged),
        *_profile(client),
        *([f"Not known, so ask before you sell: {', '.join(unknown)}."] if unknown else []),
    ]
    known: dict[str, str] = {}
    for gap in told:
        known.setdefault(fold(" ".join(gap.split())), " ".join(gap.split()))
    return list(known.values())


def _opening(why_now: WhyNow | None, parts: Parts) -> Iterator[str]:
    if not parts.merged.merged:
        yield _in_vain(parts)
    elif why_now is None and SIGNALS in unread_steps(parts.research):
        yield f"Whether there is an event to open with: {not_read([SIGNALS])}"
    elif why_now is None and not parts.fact_check.failed:
        yield "There is no event to open with: none is dated within the last 12 months."


def _in_vain(parts: Parts) -> str:
    """Return that nothing was found, with how many sources were read for it, or that they were not read."""
    who, number = parts.merged.target_entity, len(parts.read)
    used = " that could be used" if parts.claims.claims or parts.claims.refused else ""
    if not number:
        return f"No source about {who} was found."
    if unread := unread_steps(parts.research):
        found = "1 source was" if number == 1 else f"{number} sources were"
        return f"{found} found about {who}, but {not_read(unread)}"
    if number == 1:
        return f"1 source was read, and it says nothing about {who}{used}."
    return f"{number} sources were read, none of them says anything about {who}{used}."


def _of_sections(parts: Parts, sections: Sequence[Section]) -> Iterator[str]:
    """What single sections lack: worth telling only where anything was found at all."""
    yield from (f"{section.title}: {section.gap}" for section in sections if _adds(section.gap))
    if parts.insight.gap:
        yield parts.insight.gap


def _adds(gap: str | None) -> bool:
    """Return whether a section's gap says more than the gap of the step that did not read."""
    return bool(gap) and not (gap or "").startswith(NOT_KNOWN)


def _left_out(parts: Parts) -> Iterator[str]:
    ordered = sum(claim.reason in (AN_ORDER, UNSEEN) for claim in parts.claims.refused)
    refused = len(parts.claims.refused) - ordered
    aside = len(parts.claims.invalid) - len(parts.claims.refused)
    dropped = len(parts.fact_check.unsupported)
    if refused:
        yield f"{_count(refused, 'statement')} left out: the quote does not stand in the source."
    if ordered:
        yield f"{_count(ordered, 'statement')} left out: a source tells its reader what to do, or hides the words."
    if aside > 0:
        yield f"{_count(aside, 'statement')} set aside, as told of another organisation."
    if dropped:
        yield f"{_count(dropped, 'sentence')} taken out: not all of it stands in a source."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun} was" if number == 1 else f"{number} {noun}s were"


def _doubts(merged: MergeResult) -> Iterator[str]:
    for person in merged.contacts_resolved:
        if person.resolution == "UNSURE":
            yield f"It is not certain whether all that is said of {person.name} is about one person."


def _profile(client: Client) -> Iterator[str]:
    """What of the client's profile was not used, so that nobody takes it for checked."""
    config = client.config
    if config.scoring not in FORMULAS:
        yield f"The formula {config.scoring} is not available: the score is by the default, columnline."
    if names := unknown_weights(client):
        yield f"These weights of the profile belong to no part of the score: {', '.join(names)}."
