"""The HTML page: one self-contained file that a salesperson reads, prints or forwards.

Here: the template environment and the page's security header. Not here: what is shown (`brief.py`) and how it
looks (`templates/`). The page has no script and loads nothing; `page_safety.py` checks that promise.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dossier.errors import Permanent
from dossier.exports import brief as reading
from dossier.exports import phrases
from dossier.exports.page_safety import broken_page
from dossier.exports.readable import readable, taken_out
from dossier.exports.wording import count, label
from dossier.models import Document, Dossier
from dossier.text_safety import printable


def render(dossier: Dossier, documents: Sequence[Document] = ()) -> str:
    """Return the page of `dossier`; with `documents`, references name the length of the stored text.

    Raises Permanent where the page would hold a script or load something: such a page is never handed out.
    """
    style = _style()
    page = (
        _environment()
        .get_template("page.html.j2")
        .render(
            brief=reading.build_brief(dossier),
            lengths={document.id: len(document.text) for document in documents},
            style=Markup(style),  # our own file, read from the package
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            signals_on_page_one=reading.SIGNALS_ON_PAGE_ONE,
            people_on_page_one=reading.PEOPLE_ON_PAGE_ONE,
            conflicts_on_page_one=reading.CONFLICTS_ON_PAGE_ONE,
            gaps_on_page_one=reading.GAPS_ON_PAGE_ONE,
        )
    )
    faults = broken_page(page)
    if faults:
        raise Permanent("The HTML page was not made.", " ".join(faults), "Report this text as a fault.")
    return page


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dossier.exports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(count=count, label=label, say=phrases, readable=readable, taken_out=taken_out)
    return environment


@cache
def _style() -> str:
    return "\n" + (files("dossier.exports") / "templates" / "page.css").read_text("utf-8").strip() + "\n"


def _visible(value: Any) -> Any:
    """Return text with rows of tables readable and no character that hides or reorders; our macros' markup passes."""
    return printable(readable(value), multiline=True) if type(value) is str else value
