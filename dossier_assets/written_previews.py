"""What is worth showing on Dagster's pages of what was judged and written: score to dossier, and its files.

Here: the choice, one function per type of artifact: `show(artifact, inputs)`. Not here: what was found
(`previews.py`), how it becomes metadata, and how text from outside is made harmless (`metadata.py`). Addresses and
numbers of people stay out of Dagster's tables: only their status is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from dossier.exports.footnotes import Footnotes
from dossier.exports.next_step import next_step
from dossier.exports.wording import age_in_words, count, date_in_words, label
from dossier.models import (
    Contact,
    ContactSet,
    DeliveredFile,
    Delivery,
    Dossier,
    DossierPlan,
    FactCheck,
    Insight,
    Outreach,
    OutreachSet,
    Routing,
    Score,
    ScorePart,
    Section,
    SectionSet,
    Verdict,
)
from dossier_assets.metadata import Shown, bullets, counts, link, plain, table
from dossier_assets.preview_rows import conflict_items, failed, missing
from dossier_assets.previews import Inputs

PAGE = "dossier.html"
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def score(made: Score, inputs: Inputs) -> Shown:
    """Show the total and its parts with their reasons."""
    head = f"**{made.total}** of 100, tier **{made.tier}**, timing {made.timing_urgency}, formula {plain(made.formula)}"
    return Shown({"score": made.total}, [head], [_parts_table(made.parts)])


def insight(made: Insight, inputs: Inputs) -> Shown:
    """Show the sentences of the interpretation."""
    said = bullets(made.sentences, lambda one: plain(one.text, 300), len(made.sentences))
    return Shown({"sentences": len(made.sentences)}, [failed(made.failed_steps), missing([made.gap])], [said])


def dossier_plan(plan: DossierPlan, inputs: Inputs) -> Shown:
    """Show how many facts each section gets and how ready it is, and which facts go nowhere."""
    routed = {claim_id for routing in plan.section_routing.values() for claim_id in routing.claim_ids}
    left_out = list(plan.unmapped_claims.items())
    numbers = {"routed_claims": len(routed), "unmapped_claims": len(left_out)}

    def row(routed: tuple[str, Routing]) -> tuple[str, ...]:
        key, routing = routed
        ready = plan.section_readiness.get(key, "")
        return plain(label(key)), str(len(routing.claim_ids)), ready, plain(routing.coverage_notes)

    return Shown(
        numbers,
        [f"{count(len(routed), 'fact')} placed, {len(left_out)} left out."],
        [bullets(left_out, lambda one: f"left out {plain(one[0])}: {plain(one[1])}")],
        [table(("section", "facts", "ready", "notes"), list(plan.section_routing.items()), row)],
    )


def contact_set(made: ContactSet, inputs: Inputs) -> Shown:
    """Show who to talk to and why, who was left out, and how sure each address is."""
    numbers = {"contacts": len(made.contacts), "excluded_people": len(made.excluded)}
    left_out = bullets(made.excluded, lambda one: f"left out {plain(one.name)}: {plain(one.reason)}")

    def row(person: Contact) -> tuple[str, ...]:
        who = ", ".join(plain(part) for part in (person.name, person.title) if part)
        reached = f"{_statuses(person)}, confidence {person.confidence:.2f}"
        return who, plain(person.why), plain(", ".join(person.claim_ids)), reached

    return Shown(
        numbers,
        [failed(made.failed_steps), missing([made.gap])],
        [bullets(made.contacts, _person), left_out],
        [table(("who", "why", "rests on", "reached by"), made.contacts, row)],
    )


def outreach_set(made: OutreachSet, inputs: Inputs) -> Shown:
    """Show for how many contacts there is copy, and the facts to open with."""
    numbers = {
        "contacts_with_copy": sum(bool(_kinds_of_copy(item)) for item in made.items),
        "opening_facts": sum(len(item.opening_facts) for item in made.items),
    }
    names = {person.id: person.name for person in getattr(inputs.get("contacts"), "contacts", ())}
    said = f"Copy for {numbers['contacts_with_copy']} of {count(len(made.items), 'contact')}." if made.items else ""
    openers = bullets([*dict.fromkeys(fact.text for item in made.items for fact in item.opening_facts)], plain)

    def row(item: Outreach) -> tuple[str, ...]:
        return (
            plain(names.get(item.contact_id, item.contact_id)),
            plain(_kinds_of_copy(item) or "none: only facts to open with"),
            plain(" ".join(fact.text for fact in item.opening_facts), 300),
        )

    return Shown(
        numbers,
        [said, missing([made.gap])],
        [f"Open with:\n\n{openers}" if openers else ""],
        [table(("contact", "copy", "opening facts"), made.items, row)],
    )


def section_set(made: SectionSet, inputs: Inputs) -> Shown:
    """Show each section's size and first sentence, or why it is empty."""
    empty = [one for one in made.sections if one.gap]
    numbers = {
        "sentences": sum(len(one.sentences) for one in made.sections),
        "empty_sections": len(empty),
        "failed_steps": len(made.failed_steps),
    }
    said = f"{count(numbers['sentences'], 'sentence')} in {count(len(made.sections) - len(empty), 'section')}."
    gaps = bullets(empty, lambda one: f"**{plain(label(one.key))}**: {plain(one.gap)}", len(empty))

    def row(one: Section) -> tuple[str, ...]:
        begins = next((sentence.text for sentence in one.sentences), one.gap or "")
        return plain(label(one.key)), str(len(one.sentences)), plain(begins)

    shown = table(("section", "sentences", "begins with, or why it is empty"), made.sections, row)
    return Shown(numbers, [said, failed(made.failed_steps)], [gaps], [shown])


def fact_check(made: FactCheck, inputs: Inputs) -> Shown:
    """Show the share of supported sentences and those that were dropped."""
    coverage = made.supported / made.sentences if made.sentences else 1.0
    numbers = {
        "sentences": made.sentences,
        "supported": made.supported,
        "unsupported": len(made.unsupported),
        "evidence_coverage": round(coverage, 4),
    }
    so = "Dropped:" if made.unsupported else "Nothing is dropped."
    head = f"{made.supported} of {count(made.sentences, 'text')} stand. {so}"
    what_failed = f"**The check itself failed:** {plain(made.failed)}" if made.failed else ""

    def row(one: Verdict) -> tuple[str, str, str]:
        return plain(label(one.section)), plain(one.text, 300), plain(one.reason)

    def say(one: Verdict) -> str:
        section, text, reason = row(one)
        return f"“{text}” ({section}): **{reason}**"

    shown = table(("section", "dropped", "because"), made.unsupported, row)
    return Shown(numbers, [what_failed, head], [bullets(made.unsupported, say)], [shown])


def dossier(made: Dossier, inputs: Inputs) -> Shown:
    """Show page one in short: who, the score, why now, whom to talk to, the next step; then parts and gaps."""
    checked = made.fact_check
    numbers = {
        "score": made.score.total,
        "claims": len(made.claims),
        "merged_claims": len(made.merged_claims),
        "sources": len(made.sources),
        "contacts": len(made.contacts),
        "conflicts": len(made.conflicts),
        "gaps": len(made.gaps),
        "is_partial": int(made.status == "partial"),
        "evidence_coverage": round(checked.supported / checked.sentences, 4) if checked.sentences else 1.0,
        **({"why_now_age_days": made.why_now.age_days} if made.why_now else {}),
    }
    sizes = ", ".join(f"{plain(one.title)} {len(one.sentences)}" for one in made.sections)
    step = [*_next_step(made)]
    return Shown(
        numbers,
        [_who(made), _why_now(made), f"**Missing**: {counts({'thing': len(made.gaps)}) or 'nothing'}"],
        step,
        [
            *step,
            missing(made.gaps),
            conflict_items(made.conflicts),
            _parts_table(made.score.parts),
            f"**Sentences**: {sizes}",
        ],
    )


def delivery(made: Delivery, inputs: Inputs) -> Shown:
    """Show whose files these are, where the page lies, and each file's size and digest."""
    numbers = {"version": made.version, "files": len(made.files), "bytes": sum(file.bytes for file in made.files)}
    whose: Dossier | None = inputs.get("dossier")
    head = [_who(whose)] if whose else []
    paths = {PurePath(file.path).name: file.path for file in made.files}

    def row(file: DeliveredFile) -> tuple[str, ...]:
        return plain(PurePath(file.path).name), str(file.bytes), file.sha256[:12]

    return Shown(
        numbers,
        [*head, f"Version {made.version}, {count(len(made.files), 'file')}."],
        [table(("file", "bytes", "sha256"), made.files, row)],
        files={PAGE: paths[PAGE]} if PAGE in paths else {},
    )


def _who(made: Dossier) -> str:
    name = link(made.lead.name, f"https://{made.lead.domain}" if _HOST.fullmatch(made.lead.domain or "") else None)
    client = plain(made.client_name or made.client)
    return (
        f"**{name}** for {client}: **{made.score.total}** of 100, tier **{made.score.tier}**, {made.status},"
        f" as of {made.reference_date}"
    )


def _why_now(made: Dossier) -> str:
    why = made.why_now
    if why is None:
        return "**Why now**: no event that is dated within the last 12 months."
    when = f"{date_in_words(why.event_date, why.date_precision)}, {age_in_words(why.age_days)}"
    return f"**Why now** ({when}): {link(why.text, why.url)}"


def _next_step(made: Dossier) -> Iterator[str]:
    step = next_step(made, {section.key: section for section in made.sections}, Footnotes(made))
    yield f"**Write to**: {plain(step.who)}"
    if step.openers and not (made.why_now and step.openers[0][0] == made.why_now.text):
        yield f"**Open with**: {plain(step.openers[0][0])}"
    if step.question:
        yield f"**Ask**: {plain(step.question)}"


def _parts_table(parts: Sequence[ScorePart]) -> str:
    def row(part: ScorePart) -> tuple[str, ...]:
        return plain(label(part.name)), f"{part.value:g}", f"{part.weight:g}", plain(part.reason)

    return table(("part", "points", "of", "reason"), parts, row, "Score")


def _person(person: Contact) -> str:
    known = ", ".join(plain(part) for part in (person.title, person.organization) if part)
    return f"**{plain(person.name)}**, {known}{' (start here)' if person.is_primary else ''}"


def _statuses(person: Contact) -> str:
    details = {"e-mail": person.email, "phone": person.phone, "LinkedIn": person.linkedin}
    return plain(", ".join(f"{name} {detail.status}" for name, detail in details.items() if detail) or "nothing known")


def _kinds_of_copy(item: Outreach) -> str:
    written = {"e-mail": item.email or item.client_email, "LinkedIn": item.linkedin or item.client_linkedin}
    return ", ".join(name for name, copy in written.items() if copy)
