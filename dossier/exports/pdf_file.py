"""The dossier as PDF: the pieces of the paper, set by Typst.

Here: handing the pieces over as data and setting the time, so that the same dossier gives the same bytes. Not here:
what is shown (`paper_full.py`), how it looks (`templates/paper.typ`), and fonts (`fonts.py`). Outside text is never
part of the program that Typst runs: it comes as JSON, as values.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dossier.exports.fonts import FAMILIES, fonts
from dossier.exports.paper import Paper, shown
from dossier.exports.paper_full import paper
from dossier.models import Document, Dossier


def render(dossier: Dossier, documents: Sequence[Document] = ()) -> bytes:
    """Return `dossier` as PDF; with `documents`, sources name the length of the stored text."""
    return _set(paper(dossier, documents))


def _set(made: Paper) -> bytes:
    import typst

    data = json.dumps({"fonts": FAMILIES, **_value(made)}, ensure_ascii=False)
    program = (files("dossier.exports") / "templates" / "paper.typ").read_bytes()
    with TemporaryDirectory() as folder:
        return typst.compile(
            program,
            sys_inputs={"paper": data},
            font_paths=fonts(data, Path(folder)),
            timestamp=datetime.fromisoformat(made.created).replace(microsecond=0),
        )


def _value(piece: Any) -> Any:
    """Return a piece as plain values with its kind, all text as a file may hold it."""
    if is_dataclass(piece):
        named = {field.name: _value(getattr(piece, field.name)) for field in fields(piece)}
        return {"kind": type(piece).__name__.lower(), **named}
    if isinstance(piece, tuple):
        return [_value(one) for one in piece]
    return shown(piece) if isinstance(piece, str) else piece
