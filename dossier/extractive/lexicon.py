"""The business words that the engine knows: which verbs and nouns tell an event, and of which kind.

Here: plain word lists, general English, no names. Not here: how a sentence is read (`sentences.py`).
"""

from __future__ import annotations

from dossier.models import ClaimType

_EVENT_VERBS = {
    "EXPANSION": """invest reinvest build rebuild construct expand open reopen double triple quadruple establish
        install relocate onshore reshore break modernize upgrade retrofit enlarge commence construct site locate
        boost increase restart ramp scale outfit equip""",
    "AWARD": "award select choose win receive grant contract tap earn secure",
    "FUNDING": "raise borrow finance issue refinance fund loan",
    "REGULATORY": """approve clear file submit reject recall certify license resubmit authorize inspect
        cite fine penalize sanction sue""",
    "HIRING": "hire create recruit add train support",
    "LAYOFF": "lay cut close shut shutter idle furlough eliminate cease discontinue reduce downsize terminate",
    "DEAL": "acquire buy purchase merge divest sell spin absorb",
    "LEADERSHIP": "appoint name elect promote resign retire depart",
    "LAUNCH": """launch introduce unveil debut begin start commit pledge announce plan donate deploy
        complete finish finalize conclude make take""",
    "AGREEMENT": "sign partner collaborate team join agree ally cooperate enter",
}
_EVENT_NOUNS = {
    "EXPANSION": """investment expansion plant facility factory fab fabrication campus construction groundbreaking
        center headquarters site mill refinery warehouse hub data-center datacenter terminal manufacturing
        footprint shipyard foundry laboratory lab""",
    "AWARD": "award contract grant order task procurement subcontract bid",
    "FUNDING": "loan funding financing notes offering credit raise",
    "REGULATORY": """approval permit license application recall clearance letter filing violation citation penalty
        lawsuit""",
    "HIRING": "job hiring apprenticeship recruitment",
    "LAYOFF": "layoff closure closing shutdown reduction cut furlough restructuring",
    "DEAL": "acquisition merger divestiture purchase sale stake spin-off",
    "LEADERSHIP": "appointment resignation retirement departure",
    "LAUNCH": "commitment pledge plan program initiative project launch announcement",
    "AGREEMENT": "agreement partnership collaboration alliance venture memorandum deal",
}
ORDINARY_VERBS = frozenset(
    """manufacture produce design provide supply operate own serve offer deliver employ manage develop
    distribute sell power ship store process assemble maintain engineer specialize host lease occupy
    generate import export""".split()
)
FIGURE_VERBS = frozenset(
    """report post generate grow rise fall decline total reach record earn increase decrease exceed amount represent
    account repurchase pay return expect anticipate spend""".split()
)
ANNOUNCING = frozenset(
    """announce plan commit pledge unveil agree expect intend say promise propose aim seek vow decide propose continue
    begin start help work""".split()
)
FACILITY = frozenset(_EVENT_NOUNS["EXPANSION"].split())
EVENT_OF_VERB = {verb: kind for kind, verbs in _EVENT_VERBS.items() for verb in verbs.split()}
EVENT_OF_NOUN = {noun: kind for kind, nouns in _EVENT_NOUNS.items() for noun in nouns.split()}

# signal types of the domain brief for events that no signal of the client's profile matches
SIGNAL_TYPE = {
    "EXPANSION": "EXPANSION",
    "AWARD": "FUNDING",
    "FUNDING": "FUNDING",
    "REGULATORY": "REGULATORY",
    "HIRING": "HIRING",
    "LAYOFF": "REGULATORY",
    "DEAL": "EXPANSION",
    "LEADERSHIP": "HIRING",
    "LAUNCH": "EXPANSION",
    "AGREEMENT": "EXPANSION",
}
CLAIM_TYPE = dict.fromkeys(SIGNAL_TYPE, ClaimType.SIGNAL) | {"AGREEMENT": ClaimType.RELATIONSHIP}

TITLE_WORDS = frozenset(
    """ceo cfo cto coo cio chro cmo president chairman chairwoman chairperson chair director manager officer head
    founder co-founder cofounder owner partner principal secretary administrator superintendent commissioner counsel
    vp svp evp lead engineer scientist advisor adviser analyst spokesperson spokesman spokeswoman treasurer
    controller contracting specialist coordinator commander governor mayor executive""".split()
)
# concepts that the words of a signal's name stand for: each set holds lemmas that mean much the same
CONCEPTS = tuple(
    frozenset(group.split())
    for group in (
        "plant factory facility fab mill foundry refinery shipyard megafab",
        "site campus location plant factory facility fab mill manufacturing operation footprint headquarters",
        "new build construct second third groundbreaking break establish open erect greenfield",
        "closure close shut shutter shutdown closing cease idle",
        "layoff lay furlough downsize workforce-reduction notice-of-layoff redundancy",
        "expansion expand enlarge double triple increase boost modernize upgrade invest investment",
        "investment invest investing capital",
        "award contract grant select choose win subcontract",
        "federal government department agency administration",
        "selection select site-selection shortlist",
        "planning plan propose consider evaluate",
        "commitment commit pledge announce",
        "center centre datacenter data-center hyperscale",
        "data ai cloud server compute",
        "employee worker job staff position headcount workforce",
        "hiring hire recruit",
        "rfp rfq rfi solicitation bid quotation tender proposal",
        "expiration expire renewal renew",
        "budget appropriation fiscal",
        "meeting board council hearing",
        "purchase order procurement buy acquire",
        "leadership appoint name elect ceo president director resign retire chief",
        "funding grant fund loan financing subsidy",
        "conference summit expo attend",
        "amended amendment amend update revise supplemental",
        "notice warn filing file",
        "merger acquisition acquire merge",
        "permit permitting zoning license licensing",
        "opening open inaugurate commence groundbreaking break",
        "approval approve clear clearance authorize",
        "launch introduce unveil release",
    )
)
SHRINKING = frozenset("closure close layoff lay furlough downsize shutdown employee workforce notice".split())
# words of a signal's name that carry no meaning of their own
EMPTY_WORDS = frozenset(
    """announced announcement general of or for the a an existing posted event discussion change more mass
    and in to""".split()
)
