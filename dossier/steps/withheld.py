"""What is left of a dossier's text where the fact-check itself failed: nothing, and a gap that says so.

Here: holding back all text that was not checked. Not here: the check (`fact_check.py`). A check that did not run is
never a pass: claims with their quotes, score and sources stay, since none of them is anybody's prose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dossier.models import ContactSet, FactCheck, OutreachSet, Section

NOT_CHECKED = "The fact-check failed, so nothing that was written is shown."
LOOK = "Its step run `fact_check` tells what went wrong."
# What code that reads any text can raise by a defect; faults of the store and of a vendor pass: they are tried again.
_DEFECTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


def check_or_withhold(check: Callable[[], FactCheck], sections: Sequence[Section]) -> FactCheck:
    """Return what `check` finds; where it fails by a defect, all text held back, as `failed` says.

    `check` records its own step run: what went wrong stands there.
    """
    try:
        return check()
    except _DEFECTS:
        return _withheld(sections)


def _withheld(sections: Sequence[Section]) -> FactCheck:
    return FactCheck(
        sentences=0,
        supported=0,
        unsupported=[],
        sections=[
            section.model_copy(update={"sentences": [], "content": {}, "gap": NOT_CHECKED}) for section in sections
        ],
        outreach=OutreachSet(items=[], gap=NOT_CHECKED),
        contacts=ContactSet(contacts=[], gap=NOT_CHECKED),
        failed=f"{NOT_CHECKED} {LOOK}",
    )
