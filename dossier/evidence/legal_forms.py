"""Legal forms in company names: which words say how a company is founded, not what it is called.

Here: finding them, token by token. Not here: comparing names (`names.py`, `organisations.py`), which drop further
words that say as little (`names.LEGAL_FORMS`). The list holds forms of many countries, each written without points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# forms of banks say what kind of organisation it is as well
BANK_FORMS = frozenset({"fsb", "na"})
FORMS = BANK_FORMS | frozenset(
    """
    inc incorporated corp llc llp lllp lp ltd limited plc pc pllc pa ag ab sa sas sarl srl spa nv bv gmbh kg kgaa oy
    oyj asa aps sro doo kk pty pte bhd sdn ulc partnership unlimited
    """.split()
)
_BARE = re.compile(r"[^\w&]")


def is_legal_form(token: str) -> bool:
    """Return whether a token of a name is a legal form: `Inc.`, `L.L.C.`, `GmbH`."""
    return _BARE.sub("", token.lower()) in FORMS


def is_empty_form(token: str) -> bool:
    """Return whether a token of a name is a legal form that says nothing of what its holder does."""
    return _BARE.sub("", token.lower()) in FORMS - BANK_FORMS


def legal_tokens(tokens: Sequence[str]) -> set[int]:
    """Return the positions of the tokens that are a legal form. The first token never is."""
    return {at for at, token in enumerate(tokens) if at and is_legal_form(token)}
