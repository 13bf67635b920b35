"""What was not read: research steps that gave no usable answer or were not asked, and what nobody knows because of it.

Here: the words that stand where a finished step would say "nothing found". Not here: why a step failed, which its
own gap says (`research.py`), and pages (`dossier/exports/unread.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from dossier.models import Research, ScorePart, Section
from dossier.steps.research import SUBJECTS

SIGNALS = "signal_discovery"
NOT_KNOWN = "Not known: "
# The steps whose facts a section tells; one that did not read leaves open what the section says is not there.
_TOLD_IN: Mapping[str, tuple[str, ...]] = {
    "intro": (SIGNALS, "entity_research", "enrich_lead"),
    "signals": (SIGNALS,),
    "contacts": ("contact_discovery",),
    "lead_intelligence": ("entity_research", "enrich_lead"),
    "strategy": (SIGNALS, "entity_research", "enrich_opportunity"),
    "opportunity": (SIGNALS, "enrich_opportunity"),
    "client_specific": ("client_specific",),
    "outreach": ("contact_discovery",),
}
_ROWS = ("verified_contacts", "ready_to_send_outreach", "why_theyll_buy_now")
_OF_EVENTS = frozenset(
    "signal timing further_signals epcm_engaged project_type budget recency urgency dollars keywords".split()
)
_WRITER_FAILED = "This part is missing"


def unread_steps(research: Iterable[Research]) -> list[str]:
    """Return the research steps that did not read, each once, in their order."""
    return list(dict.fromkeys(step for one in research for step in one.failed_steps))


def not_read(steps: Iterable[str]) -> str:
    """Return for what the sources were not read because `steps` gave no answer."""
    return f"the sources were not read for {'; '.join(SUBJECTS.get(step, step) for step in steps)}."


def said_of(section: Section, unread: Collection[str]) -> Section:
    """Return an empty section whose gap says that it was not read, where it would say that nothing was found."""
    steps = [step for step in _TOLD_IN.get(section.key, ()) if step in unread]
    told = section.sentences or any(section.content.get(name) for name in _ROWS)
    if not steps or told or (section.gap or "").startswith(_WRITER_FAILED):
        return section
    return section.model_copy(update={"gap": NOT_KNOWN + not_read(steps)})


def unread_points(parts: Sequence[ScorePart], unread: Collection[str]) -> list[ScorePart]:
    """Return the parts of a score; without a reading for signals one without points says so, if it rests on nothing."""
    if SIGNALS not in unread:
        return list(parts)
    return [
        part.model_copy(update={"reason": NOT_KNOWN + not_read([SIGNALS])})
        if part.name in _OF_EVENTS and not part.value and not part.claim_ids
        else part
        for part in parts
    ]
