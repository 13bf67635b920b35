"""Nonsense in place of the functions that `dossier eval` scores, and a lead whose dossier needs all of them.

Here: the table, and replacing a function wherever it was imported. Not here: the tests (`test_eval.py`,
`test_nonsense.py`). To take a function in, add a row; the tests say which ones are missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from dossier.evidence import (
    addresses,
    amendments,
    clusters,
    counts,
    durations,
    entailment,
    entities,
    facts,
    legal_forms,
    money,
    organisations,
    paraphrase,
    periods,
    propositions,
    quantities,
    records,
    similarity,
    support,
)


class Nonsense(NamedTuple):
    """A function of the pipeline, the name of `dossier eval` that scores it, and what stands in for it."""

    scored_by: str
    module: ModuleType
    function: str
    instead: Callable[..., Any]

    @property
    def name(self) -> str:
        """The function as messages name it."""
        return f"{self.module.__name__.rpartition('.')[2]}.{self.function}"


EMPTY = facts.read_fact("")
NO_JUDGEMENT = entailment.Judgement("neither", 0.0, "")
NONSENSE = (
    Nonsense("claim-merge", similarity, "same_fact", lambda *_, **__: similarity.Likeness(False, "none", 0.0, "")),
    Nonsense("claim-merge", similarity, "compare_values", lambda *_, **__: "none"),
    Nonsense("claim-merge", clusters, "events", lambda read, *_, **__: [[at] for at in range(len(read))]),
    Nonsense("claim-merge", facts, "read_fact", lambda *_, **__: EMPTY),
    Nonsense("warn-amendments", amendments, "notice_of", lambda *_, **__: amendments.Notice("same")),
    Nonsense("warn-amendments", amendments, "same_event", lambda *_, **__: False),
    Nonsense("warn-amendments", amendments, "changed_fields", lambda *_, **__: frozenset()),
    Nonsense("company-match", organisations, "same_organisation", lambda *_, **__: False),
    Nonsense("entity-match", records, "same_records", lambda pairs, *_, **__: [False] * len(pairs)),
    Nonsense("entity-match", records, "cluster_records", lambda rows, *_, **__: list(range(len(rows)))),
    Nonsense("value-parsing", money, "find_money", lambda *_, **__: []),
    Nonsense("value-parsing", counts, "find_counts", lambda *_, **__: []),
    Nonsense("value-parsing", periods, "find_periods", lambda *_, **__: []),
    Nonsense("value-parsing", durations, "find_durations", lambda *_, **__: []),
    Nonsense("value-parsing", quantities, "find_numbers", lambda *_, **__: []),
    Nonsense("value-parsing", addresses, "find_emails", lambda *_, **__: []),
    Nonsense("value-parsing", addresses, "find_phones", lambda *_, **__: []),
    Nonsense("value-parsing", addresses, "find_urls", lambda *_, **__: []),
    Nonsense("claim-extraction", propositions, "split_claims", lambda *_, **__: []),
    Nonsense("claim-extraction", entailment, "judge", lambda *_, **__: NO_JUDGEMENT),
    Nonsense("fact-check", entailment, "stance", lambda *_, **__: NO_JUDGEMENT),
    Nonsense("fact-check", entailment, "find_support", lambda *_, **__: []),
    Nonsense("fact-check", support, "read_evidence", lambda *_, **__: support.Evidence()),
    Nonsense("fact-check", support, "join", lambda *_, **__: support.Evidence()),
    Nonsense("fact-check", support, "unsupported_value", lambda *_, **__: "the amount stands nowhere"),
    Nonsense("similarity", paraphrase, "is_paraphrase", lambda *_, **__: False),
    Nonsense("similarity", paraphrase, "likeness", lambda *_, **__: 0.0),
    Nonsense("name-parsing", legal_forms, "legal_tokens", lambda *_, **__: set()),
    Nonsense("ner", entities, "find_entities", lambda *_, **__: []),
)


def put_in(monkeypatch: pytest.MonkeyPatch, nonsense: Nonsense) -> None:
    """Replace the function in its module and wherever in the product it was imported under a name."""
    real = getattr(nonsense.module, nonsense.function)
    for name, module in sorted(sys.modules.items()):
        if name.startswith(("dossier", "resources", "io_managers")):
            for attribute, value in list(vars(module).items()):
                if value is real:
                    monkeypatch.setattr(module, attribute, nonsense.instead)


RELEASE = """SALEM, Ohio, May 12, 2026. Harborline Foods today announced plans to build a cold store in Salem, Ohio. \
Harborline Foods will invest $61 million in the cold store in Salem. The company expects to create up to 140 jobs \
by the end of 2027. Construction is to begin in the third quarter of 2026 and will take 18 months. Harborline \
Foods, Inc. opened a bakery in Dayton in 2019 and hired 210 people there.

"Our members outgrew the old docks," said Marcus Oyelaran, chief operating officer of Harborline Foods.

Dana Whitlock, director of facilities, dana.whitlock@harborline.example, (330) 555-0142, \
https://www.linkedin.com/in/dana-whitlock

Harborline Foods will build a bread plant for young bakers in Dayton.

Harborline Foods runs three warehouses with 640 employees and sells 35 percent of its berries abroad.
"""
NEWS = """Harborline Foods will invest $54 million in the cold store in Salem, officials said on May 19, 2026. \
It would create 140 jobs. Harborline Foods Incorporated named Ines Calloway procurement manager last month. \
The cold store in Salem is to be designed by Tamarack Engineering, a partner of Harborline Foods. \
Harborline Foods is building a bread plant in Dayton for young bakers."""
NOTICE = """Employer: Harborline Foods Inc.
Notice date: 2025-11-03
Effective date: {effective}
Location: Dayton
Employees affected: {count}
Type: Closure"""
CONTRACT = """The school district has selected Harborline Foods of Salem to run the kitchens of its nine schools.

This contract runs for five years."""
PERMIT = """Applicant: Harborline Foods
Permit type: Cold storage permit
Site: Salem
Decision date: 2026-04-20

The office writes as follows.

Applicant: Harborline Foods
Kind of permit: Cold storage permit
Site: Salem
Decision date: 2026-04-20"""
DOCUMENTS = (
    {"title": "Kitchens let", "publisher": "Salem Ledger", "published_at": "2026-05-02", "text": CONTRACT}
    | {"url": "https://ledger.example/2"},
    {"title": "Permit", "publisher": "City of Salem", "published_at": "2026-04-20", "text": PERMIT}
    | {"url": "https://city.example/1"},
    {
        "title": "Harborline Foods to build",
        "publisher": "Harborline Foods",
        "published_at": "2026-05-12",
        "text": RELEASE,
    }
    | {"url": "https://harborline.example/news/1"},
    {"title": "Salem lands cold store", "publisher": "Salem Ledger", "published_at": "2026-05-20", "text": NEWS}
    | {"url": "https://ledger.example/1"},
    {"title": "Layoff notice", "publisher": "State of Ohio (OH)", "published_at": "2025-11-03"}
    | {"url": "https://jobs.example/1", "text": NOTICE.format(effective="2026-01-05", count=97)},
    {"title": "Layoff notice, amended", "publisher": "State of Ohio (OH)", "published_at": "2025-12-01"}
    | {"url": "https://jobs.example/2", "text": NOTICE.format(effective="2026-02-02", count=112) + "\nAmendment: Yes"},
    {"title": "Harborline Foods Bank opens", "publisher": "Money Daily", "published_at": "2026-04-02"}
    | {"url": "https://bank.example/1", "text": "Harborline Foods Bank opened an office in Portland on April 2, 2026."},
)
LEAD = {
    "Company": "Harborline Foods",
    "Website": "https://harborline.example",
    "Headquarters": "Salem, Ohio",
    "State": "OH",
}
