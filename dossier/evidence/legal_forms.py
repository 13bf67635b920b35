"""Legal forms in company names: which words say how a company is founded, not what it is called.

Here: finding them, token by token. Not here: comparing names (`organisations.py`). The list holds forms of many
countries, each written without points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FORMS = frozenset(
    """
    inc incorporated corp llc llp lllp lp ltd limited plc pc pllc pa ag ab sa sas sarl srl spa nv bv gmbh kg kgaa oy
    oyj asa aps sro doo kk pty pte bhd sdn ulc fsb na partnership unlimited
    """.split()
)
_BARE = re.compile(r"[^\w&]")


def is_legal_form(token: str) -> bool:
    """Return whether a token of a name is a legal form: `Inc.`, `L.L.C.`, `GmbH`."""
    return _BARE.sub("", token.lower()) in FORMS


def legal_tokens(tokens: Sequence[str]) -> set[int]:
    """Return the positions of the tokens that are a legal form. The first token never is."""
    return {at for at, token in enumerate(tokens) if at and is_legal_form(token)}
