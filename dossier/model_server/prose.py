"""What the model server writes from claims: sentences that restate them and cite them, fields made of these, copy.

Here: the answers of the writers, of the insight and of the contacts. Not here: research (`research.py`). It
knows nothing but the claims, the lead, the client and the score of the prompt; short sentences, no dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dossier.evidence.organisations import is_government
from dossier.model_server.english import MONTHS, as_day, money_in, plain, proper_names, stems
from dossier.model_server.reading import ClaimLine, Person, Reading
from dossier.model_server.research import shortened

JsonDict = dict[str, Any]
MAX_FACTS = 10
_SCORE = re.compile(r"^- (\d+) of 100, tier (\w+), urgency (\w+)", re.MULTILINE)
_PART = re.compile(r"^- (?!\d+ of 100)([^:\n]+): ([\d.]+) of ([\d.]+)\. (.*)$", re.MULTILINE)
_FILLER = re.compile(
    r"\b(?:leading|innovative|world-class|cutting-edge|state-of-the-art|best-in-class|premier|groundbreaking|unique)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(r"\b(?:largest|biggest|greatest|strongest|fastest|best|most \w+|highest)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|near|at) ([A-Z][a-z]+(?: [A-Z][a-z]+)?, [A-Z][a-z]+(?: [A-Z][a-z]+)?)")
_MIN_BODY, _MAX_BODY = 60, 75
_PADDING = (
    "We like to plan early with the people who do the work.",
    "That keeps the work simple for all.",
    "A small step first is fine with us.",
    "We can share how we go about it.",
    "You would see each step before it starts.",
    "Your team stays in charge.",
    "It takes little time.",
    "We keep it short.",
)


@dataclass
class Draft:
    """A part in the making: what has been said so far, each sentence once, with its kind and claims."""

    reading: Reading
    claims: list[ClaimLine]
    said: dict[str, JsonDict] = field(default_factory=dict)

    def fact(self, claim: ClaimLine) -> str:
        """Say a claim, as it stands."""
        return self._say(sentence(claim.text), "fact", [claim.id])

    def think(self, text: str, claims: Iterable[ClaimLine]) -> str:
        """Say a conclusion and the claims it rests on."""
        return self._say(text, "interpretation", [claim.id for claim in claims])

    def _say(self, text: str, kind: str, claim_ids: list[str]) -> str:
        self.said.setdefault(text, {"text": text, "kind": kind, "claim_ids": claim_ids})
        return text


def writing_knowledge(reading: Reading, fields: set[str]) -> JsonDict:
    """Return what a writing step can say, by field name. No usable claim: nothing but the gap."""
    draft = Draft(reading, usable(reading.claims))
    if "profiles" in fields:
        return _profiles(draft)
    if not draft.claims:
        questions = [{"question": one, "answer": "", "evidence_claims": []} for one in reading.questions]
        known: JsonDict = {"content": {"client_specific": questions}, "client_specific": questions, "sentences": []}
        return known | {"gap": "The sources tell nothing of this."}
    wanted = fields | set(re.findall(r"`(\w+)`", reading.prompt.rpartition("# Output")[2]))
    makers = {name: maker for name, maker in _MAKERS.items() if name in wanted}
    for claim in draft.claims[:MAX_FACTS]:
        draft.fact(claim)
    content = {name: maker(draft) for name, maker in makers.items()}
    if "the_math" in fields or "insights_they_dont_know" in fields:
        content |= _insight(draft)
    sentences = list(draft.said.values())
    return {**content, "content": content, "sentences": sentences, "gap": None}


def usable(claims: list[ClaimLine]) -> list[ClaimLine]:
    """Return the claims to write from: current ones without praise; only if there are none, contested ones.

    What two claims say in the same words is written once, by the one that has a date.
    """
    first = {claim.text: claim for claim in sorted(claims, key=lambda claim: claim.day is not None)}
    claims = [claim for claim in claims if first[claim.text] is claim]
    current = [claim for claim in claims if claim.status == "current"]
    modest = [claim for claim in current if not _FILLER.search(claim.text) and not _SUPERLATIVE.search(claim.text)]
    contested = [claim for claim in claims if claim.status == "contested"]
    return modest or current or contested


def sentence(text: str) -> str:
    """Return a claim's statement as a sentence of its own."""
    clean = plain(text)
    return clean if clean.endswith((".", "!", "?", "”", '"')) else f"{clean}."


def offer_of(reading: Reading) -> str:
    """Return what the client sells, in its own words."""
    offers = reading.client.get("offer") or reading.client.get("services") or reading.client.get("client_services")
    listed = offers if isinstance(offers, list) else [offers] if offers else []
    return plain(str(listed[0])) if listed else "this kind of work"


def _client(reading: Reading) -> str:
    return str(reading.client.get("name") or "The client")


def _lead(reading: Reading) -> str:
    return reading.names[0] if reading.names else "The lead"


def _dated(draft: Draft) -> list[ClaimLine]:
    """Return the dated claims, events first, the newest first."""
    dated = [claim for claim in draft.claims if claim.day]
    newest = sorted(dated, key=lambda claim: claim.day or "", reverse=True)
    return sorted(newest, key=lambda claim: (claim.type not in {"SIGNAL", "OPPORTUNITY"}, not _has_month(claim)))


def _has_month(claim: ClaimLine) -> bool:
    return claim.precision in {"day", "month"}


def when_of(claim: ClaimLine) -> str:
    """Return the month and year of a claim's event (`May 2026`), or the year where no more is known."""
    day = as_day(claim.day)
    if day is None:
        return ""
    return f"{MONTHS[day.month - 1].capitalize()} {day.year}" if _has_month(claim) else str(day.year)


def _one_liner(draft: Draft) -> str | None:
    for claim in (claim for claim in _dated(draft) if _has_month(claim)):
        when = when_of(claim)
        said = shortened(plain(claim.text), 98 - len(when)).rstrip(".")
        return f"{when}: {re.sub(r' (?:on|in) [A-Z][a-z]+(?: [0-9]+,)? [0-9]{4}$', '', said)}"
    return None


def _the_angle(draft: Draft) -> str:
    first = (_dated(draft) or draft.claims)[0]
    return " ".join(
        [
            draft.fact(first),
            draft.think(f"{_client(draft.reading)} offers {offer_of(draft.reading)}.", [first]),
            draft.think("Together they could settle the next step early.", [first]),
        ]
    )


def _score(draft: Draft, group: int) -> str | None:
    found = _SCORE.search("\n".join(draft.reading.texts("score")))
    return found[group] if found else None


def _lead_score(draft: Draft) -> int | None:
    total = _score(draft, 1)
    return int(total) if total else None


def _urgency(draft: Draft) -> str | None:
    return _score(draft, 3)


def _explanation(draft: Draft) -> str:
    parts = _PART.findall("\n".join(draft.reading.texts("score")))
    largest = sorted(parts, key=lambda part: -float(part[1]))[:2]
    return " ".join(sentence(f"{name}: {value} of {weight} points") for name, value, weight, _ in largest)


def _title(draft: Draft) -> str:
    return _lead(draft.reading)


def _why_now(draft: Draft) -> list[JsonDict]:
    rows = []
    for signal in draft.reading.signals:
        resting = [claim for claim in draft.claims if len(stems(claim.text) & stems(signal["headline"])) > 2][:2]
        relevance = f"This may bring a need for {offer_of(draft.reading)}."
        rows.append(
            {
                "signal_type": signal["type"],
                "headline": shortened(signal["headline"], 99),
                "status": signal["status"],
                "date": signal["day"] or None,
                "source_url": signal["url"] or None,
                "relevance": draft.think(relevance, resting or draft.claims[:1]),
                "claim_ids": [claim.id for claim in resting],
            }
        )
    return rows


def _of_type(draft: Draft, *types: str) -> list[ClaimLine]:
    return [claim for claim in draft.claims if claim.type in types] or draft.claims


def _facts(draft: Draft, claims: Iterable[ClaimLine], most: int) -> str:
    return " ".join(draft.fact(claim) for claim in list(claims)[:most])


def _company_intel(draft: Draft) -> str:
    chosen = _of_type(draft, "ENTITY", "ATTRIBUTE", "METRIC")
    parts = [_facts(draft, chosen[:3], 3), _facts(draft, chosen[3:6], 3)]
    return "\n\n".join(part for part in parts if part)


def _entity_brief(draft: Draft) -> str:
    return _facts(draft, _of_type(draft, "ENTITY", "ATTRIBUTE"), 2)


def _network(draft: Draft) -> list[JsonDict]:
    rows = []
    own = {name.lower() for name in draft.reading.names}
    for claim in (claim for claim in draft.claims if claim.type == "RELATIONSHIP"):
        named = [name for name in proper_names(claim.text) if name.lower() not in own and " " in name]
        others = [name for name in named if not is_government(name)]
        if others:
            approach = draft.think("Ask this partner how the work is shared.", [claim])
            row = {"type": "partner", "name": others[0], "connection": draft.fact(claim), "approach": approach}
            rows.append({**row, "claim_ids": [claim.id]})
    return rows[:4]


def _quick_reference(draft: Draft) -> list[str]:
    asked = ("Who decides on the purchase?", "When does the next step begin?", "What is still open in the plan?")
    return [draft.think(question, draft.claims[:1]) for question in asked]


def _strategy(draft: Draft) -> str:
    first = (_dated(draft) or draft.claims)[0]
    thoughts = (
        "Speak of this event first.",
        f"Say in short words how {offer_of(draft.reading)} would help.",
        "Ask who plans the next step and when.",
        "Offer a short talk.",
    )
    return " ".join([draft.fact(first), *(draft.think(thought, [first]) for thought in thoughts)])


def _objections(draft: Draft) -> list[JsonDict]:
    strengths = draft.reading.client.get("differentiators")
    known = [plain(str(one)) for one in strengths] if isinstance(strengths, list) else []
    answers = [f"Point to what the client says of itself: {one}." for one in known] or [
        "Ask what they would need to see."
    ]
    objections = ("It is too early to talk.", "We work with others already.", "The cost is not clear yet.")
    return [
        {
            "objection": draft.think(objection, draft.claims[:1]),
            "response": draft.think(answers[n % len(answers)], draft.claims[:1]),
        }
        for n, objection in enumerate(objections)
    ]


def _positioning(draft: Draft) -> str:
    text = f"{_client(draft.reading)} can show that it knows this plan."
    return " ".join(
        [draft.think(text, draft.claims[:1]), draft.think("Others may only send a list.", draft.claims[:1])]
    )


def _details(draft: Draft) -> JsonDict:
    plans = _of_type(draft, "OPPORTUNITY", "SIGNAL")
    amounts = [amount["text"] for claim in plans if (amount := money_in(claim.text))]
    places = [place[1] for claim in plans if (place := _PLACE.search(claim.text))]
    return {
        "project_name": shortened(plain(plans[0].text), 80),
        "location": places[0] if places else None,
        "estimated_value": amounts[0] if amounts else None,
        "timeline": [{"date": claim.day, "milestone": draft.fact(claim)} for claim in plans if claim.day][:4],
        "scope_relevant_to_client": offer_of(draft.reading),
        "key_players": [{"role": row["type"], "organization": row["name"]} for row in _network(draft)],
        "claim_ids": [claim.id for claim in draft.claims],
    }


def _client_specific(draft: Draft) -> list[JsonDict]:
    rows = []
    for question in draft.reading.questions or ["How does the lead fit the profile?"]:
        wanted = stems(question)
        best = max(draft.claims, key=lambda claim: len(wanted & stems(claim.text)))
        told = len(wanted & stems(best.text)) > 1 or not draft.reading.questions
        answer = draft.fact(best) if told else "The sources do not tell."
        rows.append({"question": question, "answer": answer, "evidence_claims": [best.id] if told else []})
    return rows


_MAKERS = {
    "title": _title,
    "one_liner": _one_liner,
    "the_angle": _the_angle,
    "lead_score": _lead_score,
    "score_explanation": _explanation,
    "timing_urgency": _urgency,
    "why_theyll_buy_now": _why_now,
    "company_intel": _company_intel,
    "entity_brief": _entity_brief,
    "network_intelligence": _network,
    "quick_reference": _quick_reference,
    "deal_strategy": _strategy,
    "common_objections": _objections,
    "competitive_positioning": _positioning,
    "opportunity_details": _details,
    "client_specific": _client_specific,
}


def _insight(draft: Draft) -> JsonDict:
    """Return the interpretive fields of the insight; each sentence is also in `sentences`."""
    first = (_dated(draft) or draft.claims)[0]
    resting = draft.claims[:2]
    offer = offer_of(draft.reading)

    def think(text: str) -> str:
        return draft.think(text, resting)

    return {
        "the_math": {
            "their_reality": draft.fact(first),
            "the_opportunity": think("A plan that is settled early costs less to change."),
            "translation": think("Each late change makes the work slower."),
            "bottom_line": think("An early talk is worth more than a late one."),
        },
        "competitive_positioning": {
            "insights_they_dont_know": [
                {
                    "insight": think("The next step needs people who are free at that time."),
                    "advantage": think("It can be booked early."),
                },
                {
                    "insight": think("Small choices now fix large ones later."),
                    "advantage": think("They can be made together."),
                },
                {
                    "insight": think("A single person to call saves time."),
                    "advantage": think("Their team knows whom to ask."),
                },
            ],
            "landmines_to_avoid": [
                {"topic": think("Do not speak of costs first."), "reason": think("No claim gives a budget for this.")},
                {"topic": think("Do not name dates that are not public."), "reason": think("They may still move.")},
            ],
        },
        "deal_strategy": {
            "how_they_buy": " ".join(
                [
                    draft.fact(first),
                    think("The people in charge of the plan look at the work first."),
                    think("Those who buy join later."),
                    think("Begin with the people in charge."),
                ]
            ),
            "unique_value_props": [
                think(f"It brings {offer}."),
                think("It starts with a short talk."),
                think("It fits the next step of the plan."),
            ],
        },
    }


def _profiles(draft: Draft) -> JsonDict:
    profiles = [_profile(draft, person) for person in draft.reading.people]
    known = any(profile["why"] for profile in profiles)
    return {"profiles": profiles, "gap": None if known else "The claims say nothing of these people."}


def _profile(draft: Draft, person: Person) -> JsonDict:
    """Return one contact's profile: without a claim on the person it stays empty, and without a dated event no copy."""
    by_id = {claim.id: claim for claim in draft.reading.claims}
    own = [by_id[claim_id] for claim_id in person.claim_ids if claim_id in by_id]
    profile: JsonDict = {
        "contact_id": person.id,
        "why": "",
        "interesting_facts": [],
        "claim_ids": [],
        "opening_facts": [],
    }
    profile |= {"email": None, "linkedin": None, "client_email": None, "client_linkedin": None, "adjustments_made": []}
    if not own:
        return profile
    profile |= {
        "why": f"{person.name} may have a say in the next step of this plan.",
        "interesting_facts": [sentence(claim.text) for claim in own][:2],
        "claim_ids": [claim.id for claim in own],
    }
    events = [claim for claim in _dated(draft) if claim.status == "current" and len(claim.text.split()) <= 45]
    told = events or [claim for claim in draft.claims if claim.status == "current"]
    opening = [{"text": sentence(claim.text), "kind": "fact", "claim_ids": [claim.id]} for claim in told[:1]]
    if not events:
        return profile | {"opening_facts": opening}
    mail, note = _mail(draft, events), _note(draft, events[0])
    own_mail, own_note, changes = _restyled(draft.reading, mail, note)
    copies = {"email": mail, "linkedin": note, "client_email": own_mail, "client_linkedin": own_note}
    return profile | copies | {"opening_facts": opening, "adjustments_made": changes}


def _mail(draft: Draft, events: list[ClaimLine]) -> JsonDict:
    """Return an e-mail of 60 to 75 words that opens with a dated event, and a PS on another topic if there is one."""
    offer = " ".join(offer_of(draft.reading).split()[:8])
    opening = sentence(shortened(plain(events[0].text), 170))
    when = when_of(events[0])
    if when.split()[-1] not in opening:
        opening = f"In {when} we read this: {opening}"
    parts = [
        opening,
        f"That may bring a need for {offer}.",
        "We would like to hear what you plan and to say where it may help.",
        "Would a short talk about your next step be of use?",
    ]
    for filler in _PADDING:
        if _words(parts) + len(filler.split()) <= _MAX_BODY and _words(parts) < _MIN_BODY + 5:
            parts.insert(-1, filler)
    other = next((claim for claim in draft.claims if claim.id != events[0].id and len(claim.text.split()) < 30), None)
    ps = (
        f"PS: I also read this: {sentence(shortened(plain(other.text), 140))}" if other else "PS: A call works as well."
    )
    return {
        "subject": f"Your plans of {when}"[:49],
        "body": " ".join(parts),
        "ps": ps,
        "word_count": _words(parts),
    }


def _words(parts: Iterable[str]) -> int:
    return sum(len(part.split()) for part in parts)


def _note(draft: Draft, event: ClaimLine) -> JsonDict:
    offer = shortened(offer_of(draft.reading), 60)
    opening = sentence(shortened(plain(event.text), 120))
    return {"message": f"{opening} We work on {offer}. Open to a short talk?"}


def _restyled(reading: Reading, mail: JsonDict, note: JsonDict) -> tuple[JsonDict, JsonDict, list[str]]:
    """Return both copies as the client wants them, and what was changed: banned words and the rule on the PS."""
    style = _style(reading)
    banned = [str(word) for word in style.get("banned_words") or style.get("avoid") or ()]
    changes = []
    own_mail, own_note = dict(mail), dict(note)
    for word in banned:
        pattern = re.compile(rf"\b{re.escape(word)}\b ?", re.IGNORECASE)
        if pattern.search(f"{mail['body']} {note['message']}"):
            own_mail["body"] = pattern.sub("", own_mail["body"])
            own_note["message"] = pattern.sub("", own_note["message"])
            changes.append(f"Left out the word {word}.")
    if str(style.get("ps") or style.get("ps_rule") or "").lower() == "never":
        own_mail["ps"] = ""
        changes.append("Left out the PS.")
    own_mail["word_count"] = len(own_mail["body"].split())
    return own_mail, own_note, changes


def _style(reading: Reading) -> JsonDict:
    """Return the client's preferences of style, wherever its configuration keeps them."""
    found: JsonDict = {}
    for data in (reading.data("context"), reading.client):
        for name in ("copy_style", "style", "style_config", "brand_voice", "voice"):
            if isinstance(data.get(name), dict):
                found |= data[name]
    return found
