"""What the model server finds in passages: claims with verbatim quotes, and the fields of the research answers.

Here: kinds of sentences, drafts of claims, plans of searches, and the made-up counterpart of all these. Not here:
the writers (`prose.py`). Passages without a word on the lead give empty answers.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

from dossier.model_server.english import (
    MONTHS,
    addresses_in,
    as_day,
    count_in,
    dates_in,
    money_in,
    person_in,
    proper_names,
    stems,
)
from dossier.model_server.reading import Passage, Reading, Said, lead_names, told_of

JsonDict = dict[str, Any]
MAX_CLAIMS = 40
MAX_PER_SOURCE = 8
MAX_QUOTE = 480
_WANTED = re.compile(r"claims of the types? ([A-Z]+(?:(?:, | and )[A-Z]+)*)")
_EVENT = re.compile(
    r"\b(?:announc\w*|plans?|planned|planning|will|builds?|built|broke|breaks?|open(?:s|ed|ing)?|expand\w*|expansion|"
    r"invest\w*|"
    r"award\w*|approv\w*|permit\w*|hir(?:e|es|ed|ing)|launch\w*|start(?:s|ed)?|beg[au]n|acquir\w*|rais(?:e|ed)|fund\w*|"
    r"clos(?:e|ed|es|ing|ure)|lay(?:s|ing)? off|laid off|layoffs?|cut(?:s|ting)?|sign(?:ed|s)?|select\w*|chose|chosen|"
    r"commit\w*|pledg\w*|grant\w*|named|appoint\w*|complet\w*|construct\w*|eliminat\w*|restructur\w*)\b",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"\b(?:announced|will (?:build|open|expand|invest|spend|close|hire)|plans to|broke ground|has chosen|selected|"
    r"was (?:awarded|granted|approved)|finali[sz]ed|laid off|opened|acquired)\b",
    re.IGNORECASE,
)
_TIE = re.compile(
    r"\b(?:contractor|supplier|partner\w*|joint venture|acquir\w*|subsidiary|owned by|owns|parent|lender|architect|"
    r"agency|"
    r"agreement|contract|together with|alongside|deal with|award\w*|grant\w*|customer|vendor|merg\w*)\b",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    r"\b(?:plant|factory|facility|site|campus|construction|building|phase|tender|bids?|procure\w*|permit\w*|line|"
    r"warehouse|project|expansion|square feet|acres|ground)\b",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"\b(?:is an?|are an?|makes|maker of|manufactur\w+|based in|headquarter\w*|founded|established|provides|operates|"
    r"sells|develops|formerly|spun off|known as)\b",
    re.IGNORECASE,
)
_STATUS = (
    ("COMPLETED", re.compile(r"\b(?:completed|opened|finished|closed|acquired)\b", re.IGNORECASE)),
    ("APPROVED", re.compile(r"\b(?:approved|approves|permit|finali[sz]ed|granted)\b", re.IGNORECASE)),
    (
        "IN_PROGRESS",
        re.compile(r"\b(?:under way|underway|began|started|broke ground|is building|continues)\b", re.IGNORECASE),
    ),
)
_GENERIC = (
    ("FUNDING", re.compile(r"\b(?:grant|award|fund|loan|tax credit|raised|financ)", re.IGNORECASE)),
    ("PERMIT", re.compile(r"\bpermit", re.IGNORECASE)),
    ("REGULATORY", re.compile(r"\b(?:regulat|rule|compliance|law)", re.IGNORECASE)),
    ("HIRING", re.compile(r"\b(?:hire|hiring|jobs?|recruit)", re.IGNORECASE)),
    ("EXPANSION", re.compile(r"\b(?:expan|build|plant|open|invest|construct)", re.IGNORECASE)),
)
_NO_PARTY = frozenset([*MONTHS, *"president senator governor act chief officer director".split()])
_TIERS = ("HOT", "WARM", "PLANNING", "PASSIVE")


def research_knowledge(reading: Reading, fields: set[str]) -> JsonDict:
    """Return what a research step can know, by field name."""
    if "project_image" in fields:
        return _media(reading)
    target = reading.lead or _found_lead(reading)
    said = reading.sentences if reading.lead else _told(reading, lead_names(target))
    drafts = _drafts(reading, said, _wanted(reading, fields), lead_names(target))
    known: JsonDict = {"claims": drafts, "sources": _sources(reading, drafts)}
    if "search_execution" in fields or "failure_reason" in fields:
        return known | _lead_answer(reading, target, drafts)
    if "research_results" in fields:
        return known | _questions(reading, said)
    if "contacts" in fields:
        return known | _people(reading, drafts)
    return known | _entity(said, drafts, target) | _enriched(said, drafts) | _project(drafts)


def _told(reading: Reading, names: list[str]) -> list[Said]:
    return [said for passage in reading.passages for said in told_of(passage, names)]


def _wanted(reading: Reading, fields: set[str]) -> tuple[str, ...]:
    """Return the types of claims that the prompt's rules ask for."""
    if "search_execution" in fields or "failure_reason" in fields:
        return ("SIGNAL",)
    found = _WANTED.search(reading.prompt)
    return tuple(re.findall(r"[A-Z]{4,}", found[1])) if found else ("ENTITY", "METRIC", "ATTRIBUTE", "OPPORTUNITY")


def _carries(said: Said, kind: str, names: list[str]) -> bool:
    """Say whether a sentence can be a claim of this type."""
    text = said.text
    if kind == "CONTACT":
        return person_in(text) is not None
    if kind == "SIGNAL":
        dated = _EVENT.search(text) and (dates_in(text) or money_in(text) or count_in(text))
        return bool(_DECIDED.search(text) or dated)
    if kind == "RELATIONSHIP":
        return bool(_TIE.search(text) and _others(text, names))
    if kind == "METRIC":
        return bool(money_in(text) or count_in(text))
    words = {"OPPORTUNITY": _PROJECT, "ENTITY": _IDENTITY, "ATTRIBUTE": _IDENTITY}.get(kind)
    return words is None or bool(words.search(text))


def _others(text: str, names: list[str]) -> list[str]:
    own = {word for name in names for word in name.lower().split()}
    found = (re.sub(r"['’]s$", "", name) for name in proper_names(text))
    return [name for name in found if len(name) > 3 and not (own | _NO_PARTY) & set(name.lower().split())]


def _drafts(reading: Reading, said: list[Said], wanted: tuple[str, ...], names: list[str]) -> list[JsonDict]:
    drafts: list[JsonDict] = []
    per_source: Counter[str] = Counter()
    asked = stems(" ".join(reading.questions))
    for one in said:
        if len(drafts) == MAX_CLAIMS:
            break
        if len(one.text) > MAX_QUOTE or per_source[one.passage.source_id] >= MAX_PER_SOURCE:
            continue
        kind = next((kind for kind in wanted if _carries(one, kind, names)), None)
        if kind == "NOTE" and reading.questions and len(asked & stems(one.text)) < 2:
            kind = None
        draft = _draft(reading, one, kind, names) if kind else None
        if draft:
            per_source[one.passage.source_id] += 1
            drafts.append(draft)
    return drafts


def _draft(reading: Reading, said: Said, kind: str, names: list[str]) -> JsonDict | None:
    """Return the claim of a sentence, whose quote is the sentence as it stands in the passage."""
    days = dates_in(said.text)
    details = _details(reading, said, kind, names)
    person = details["person"]
    if kind == "CONTACT" and not person:
        return None
    named = [names[0] if names else "", *_others(said.text, names)[:4]]
    if person:
        named = [person, *named]
    return {
        "type": kind,
        "statement": said.statement[:500],
        "source_id": said.passage.source_id,
        "quote": said.text,
        "start": None,
        "entities": list(dict.fromkeys(name for name in named if name)),
        "event_date": days[0][1] if days and kind != "CONTACT" else None,
        "date_precision": days[0][2] if days and kind != "CONTACT" else None,
        "confidence": "MEDIUM",
        "source_url": said.passage.url,
        "details": details,
    }


def _details(reading: Reading, said: Said, kind: str, names: list[str]) -> JsonDict:
    text = said.text
    person, title = person_in(text) or (None, None)
    others = _others(text.replace(person or "\0", ""), names)
    event = _EVENT.search(text)
    _, emails, phones = addresses_in(text)
    details: JsonDict = {
        "event": event[0].lower() if event else None,
        "amount": money_in(text),
        "count": count_in(text),
        "person": person,
        "title": title,
        "email": emails[0] if emails else None,
        "phone": phones[0] if phones else None,
        "about": "lead",
        "gate": "the sentence names the organisation",
    }
    if kind == "CONTACT":
        details["organization"] = names[0] if names else None
    if kind == "RELATIONSHIP" and others:
        details["organization"] = others[0]
    if kind == "SIGNAL":
        signal_type, tier = _signal_type(reading, text)
        status = next((name for name, words in _STATUS if words.search(text)), "ANNOUNCED")
        details |= {"signal_type": signal_type, "signal_tier": tier, "status": status}
        details["organization"] = names[0] if names and not reading.lead else None
    return details


def _signal_type(reading: Reading, text: str) -> tuple[str, str]:
    """Return the profile's event that shares most words with `text`, else a generic one, with its tier."""
    held = stems(text)
    ranked = []
    for n, signal in enumerate(reading.profile.get("signals") or ()):
        words = stems(" ".join(str(value) for value in signal.values() if isinstance(value, str | list)))
        ranked.append((len(words & held), -n, str(signal.get("name")), str(signal.get("tier") or "warm").upper()))
    best = max(ranked, default=(0, 0, "", "PASSIVE"))
    if best[0]:
        return best[2], best[3]
    generic = next((name for name, words in _GENERIC if words.search(text)), "EXPANSION")
    return generic, "WARM"


def _sources(reading: Reading, drafts: list[JsonDict]) -> list[JsonDict]:
    used = {draft["source_id"] for draft in drafts}
    by_id = {passage.source_id: passage for passage in reading.passages if passage.source_id in used}
    return [
        {"url": one.url, "title": one.title, "used_for": "claims", "source_id": one.source_id} for one in by_id.values()
    ]


def _passage_of(reading: Reading, draft: JsonDict) -> Passage:
    return next(one for one in reading.passages if one.source_id == draft["source_id"])


def _found_lead(reading: Reading) -> JsonDict:
    """Return the organisation of which the passages tell the most events, without those excluded."""
    excluded = [one.lower() for one in (*reading.items("excluded"), str(reading.client.get("name") or "")) if one]
    told: Counter[str] = Counter()
    for passage in reading.passages:
        for match in re.finditer(
            r"(?:^|[.!?]\s+|\n)(?:In \w+ \d{4}, )?([A-Z][\w&’'.-]*(?: (?:of |and |& )?[A-Z][\w&’'.-]*)*) (\w+)",
            passage.text,
        ):
            name = match[1].rstrip(".,’'")
            usable = " " in name and not re.match(
                r"(?:The|In|On|It|This|That|For|At|A|Its|State|Governor|Senator)\b", name
            )
            if usable and _EVENT.fullmatch(match[2]) and not any(one in name.lower() for one in excluded):
                told[name] += 1
    best = max(told.items(), key=lambda one: (one[1], one[0]), default=("", 0))
    return {"name": best[0]} if best[1] else {}


def _lead_answer(reading: Reading, target: JsonDict, drafts: list[JsonDict]) -> JsonDict:
    """Return the answer of signal discovery: the lead with its strongest event, or none and why."""
    signals = [draft for draft in drafts if draft["type"] == "SIGNAL"]
    evaluated = len({passage.source_id for passage in reading.passages})
    if not signals:
        subject = next((passage.title for passage in reading.passages if passage.title), "")
        reason = f"The sources speak of something else: {subject}." if subject else "There are no sources."
        return {
            "claims": [],
            "sources": [],
            "lead": None,
            "failure_reason": reason,
            "retry_recommendation": "Look for another kind of event, in official records.",
            "search_execution": {"results_evaluated": evaluated, "signals_found": 0},
        }
    best = min(signals, key=lambda draft: _rank(reading, draft))
    passage = _passage_of(reading, best)
    tier = best["details"]["signal_tier"]
    recent = _is_recent(reading, best)
    return {
        "lead": {
            "company_name": target.get("name"),
            "company_domain": target.get("domain"),
            "primary_signal": {
                "signal_type": best["details"]["signal_type"],
                "headline": shortened(best["statement"], 99),
                "description": best["statement"],
                "date": best["event_date"],
                "source_url": passage.url,
                "source_name": passage.publisher,
            },
            "initial_assessment": {
                "estimated_score": 60 if recent else 40,
                "timing_urgency": "HIGH" if recent else "LOW",
                "geographic_fit": "OTHER",
                "signal_tier": tier,
                "confidence": "HIGH" if passage.tier in {"GOV", "PRIMARY"} else "MEDIUM",
            },
            "next_research_questions": ["Who decides on the purchase?", "When does the next step begin?"],
        },
        "failure_reason": None,
        "retry_recommendation": None,
        "search_execution": {
            "queries_run": 0,
            "results_evaluated": evaluated,
            "signals_found": len(signals),
            "selection_rationale": "It is the most recent event of the strongest kind in the sources.",
        },
    }


def _is_recent(reading: Reading, draft: JsonDict) -> bool:
    day, today = as_day(draft["event_date"]), reading.today or date(2026, 1, 1)
    return day is not None and today - timedelta(days=366) <= day <= today


def _rank(reading: Reading, draft: JsonDict) -> tuple[bool, int, str]:
    """Order signals: recent ones, then by tier, then the newest."""
    tier = str(draft["details"]["signal_tier"])
    day = draft["event_date"] or "0000-00-00"
    newest = "".join(chr(255 - ord(character)) for character in day)
    return not _is_recent(reading, draft), _TIERS.index(tier) if tier in _TIERS else 9, newest


def shortened(text: str, most: int) -> str:
    """Return the beginning of `text`, at most `most` characters, cut between words and better between clauses."""
    text = re.sub(r"^(.{2,60}?), (?:the|a|an) [^,]{4,90}, ", r"\1 ", text) if len(text) > most else text
    if len(text) <= most:
        return text
    start = text[: most + 1].rsplit(" ", 1)[0]
    start = re.sub(r" [$€£]?\d[\d.,]*$", "", start)  # a figure without its scale would be another figure
    clause = re.match(r".{20,}(?=, | and | with | which | that )", start, re.DOTALL)
    kept = clause[0] if clause and len(clause[0]) > most // 3 else start
    return re.sub(r"(?:,|\s(?:of|in|the|a|an|and|for|to|with|on|at|by|from|its|as|will|up))+$", "", kept).rstrip(" ,.")


def _statements(drafts: list[JsonDict], kind: str) -> list[str]:
    return [draft["statement"] for draft in drafts if draft["type"] == kind]


def _entity(said: list[Said], drafts: list[JsonDict], target: JsonDict) -> JsonDict:
    ties = [draft for draft in drafts if draft["type"] == "RELATIONSHIP"]
    projects = [one.statement for one in said if _PROJECT.search(one.text)]
    about = [one.statement for one in said if _IDENTITY.search(one.text)]
    partners = [
        {"name": d["details"]["organization"], "role": "partner"} for d in ties if d["details"].get("organization")
    ]
    name = target.get("name") if said else None
    return {
        "identity": {"names": [name] if name else [], "domains": [], "subsidiaries": []},
        "opportunity": " ".join(projects[:2]),
        "company_profile": " ".join(about[:2]),
        "project_ecosystem": partners,
        "further_signals": [one.statement for one in said if _EVENT.search(one.text) and dates_in(one.text)][:5],
        "network": [draft["statement"] for draft in ties][:5],
    }


def _people(reading: Reading, drafts: list[JsonDict]) -> JsonDict:
    people: dict[str, JsonDict] = {}
    for draft in drafts:
        details = draft["details"]
        if draft["type"] == "CONTACT":
            row = people.setdefault(
                details["person"],
                {
                    "name": details["person"],
                    "title": details["title"],
                    "organization": details["organization"],
                    "tier": "2",
                    "why": "The sources name this person with this role.",
                    "evidence": [],
                },
            )
            row["evidence"].append(draft["source_id"])
    return {"contacts": list(people.values())[:10]}


def _enriched(said: list[Said], drafts: list[JsonDict]) -> JsonDict:
    found = [addresses_in(one.text) for one in said]
    counts = [draft["details"]["count"] for draft in drafts if draft["details"]["count"]]
    staff = next((one["text"] for one in counts if one["unit"] in {"employee", "worker", "people", "staff"}), None)
    return {
        "company_deep_dive": {
            "description": " ".join(_statements(drafts, "ATTRIBUTE")[:3]),
            "employees": staff,
            "phones": [{"number": phone, "label": ""} for _, _, phones in found for phone in phones],
            "emails": [email for _, emails, _ in found for email in emails],
        },
        "network_intelligence": {"associations": [], "conferences": [], "awards": [], "partnerships": []},
        "warm_paths": [],
    }


def _project(drafts: list[JsonDict]) -> JsonDict:
    plans = [draft for draft in drafts if draft["type"] == "OPPORTUNITY"]
    if not plans:
        return {
            "project": {},
            "scope": {},
            "timeline": {},
            "procurement": {},
            "key_players": [],
            "client_relevance": {},
        }
    amounts = [draft["details"]["amount"]["text"] for draft in plans if draft["details"]["amount"]]
    dated = [draft for draft in plans if draft["event_date"]]
    return {
        "project": {"name": shortened(plans[0]["statement"], 80), "type": None, "location": None},
        "scope": {"total_value": amounts[0] if amounts else None, "phases": [], "specifications": []},
        "timeline": {
            "current_phase": None,
            "milestones": [
                {"milestone": draft["statement"], "date": draft["event_date"], "status": "PLANNED"} for draft in dated
            ],
        },
        "procurement": {"scopes_being_procured": []},
        "key_players": [],
        "client_relevance": {"requirements_match": []},
    }


def _questions(reading: Reading, said: list[Said]) -> JsonDict:
    results = []
    for question in reading.questions:
        wanted = stems(question)
        best = max(said, key=lambda one: len(wanted & stems(one.text)), default=None)
        answered = best is not None and len(wanted & stems(best.text)) >= 2
        results.append(
            {
                "question": question,
                "answer": best.statement if best and answered else "",
                "confidence": _confidence(best.passage) if best and answered else "NOT_FOUND",
                "evidence": [{"statement": best.statement, "source_url": best.passage.url}]
                if best and answered
                else [],
                "implications": "",
            }
        )
    gaps = [result["question"] for result in results if not result["answer"]]
    return {"research_results": results, "unexpected_findings": [], "research_gaps": gaps}


def _confidence(passage: Passage) -> str:
    return {"GOV": "HIGH", "PRIMARY": "HIGH", "NEWS": "MEDIUM"}.get(passage.tier, "LOW")


def _media(reading: Reading) -> JsonDict:
    """Return pictures whose address stands in a passage, else the advice to take a neutral one."""
    pictures = [
        (url, passage)
        for passage in reading.passages
        for url in addresses_in(passage.text)[0]
        if re.search(r"\.(?:png|jpe?g|webp|svg)$", url, re.IGNORECASE)
    ]
    needed = {
        "needed": not pictures,
        "industry_category": None,
        "reason": "" if pictures else "No source has a picture.",
    }
    image = {"url": pictures[0][0], "source_url": pictures[0][1].url} if pictures else {}
    return {"logo": {}, "project_image": image, "fallback_recommendation": needed}
