"""Words that stand in a document without telling a fact: disclaimers, navigation, references to exhibits.

Here: recognising a sentence or line of that kind, in general English. Not here: splitting a text (`segments.py`) and
what a sentence tells (`dossier/extractive`). A claim never rests on such words, whoever proposed it.
"""

from __future__ import annotations

import re

_KINDS = {
    "a disclaimer": (
        r"forward[- ]looking|actual (?:results|events|outcomes)\b.{0,60}\b(?:may|might|could) (?:differ|vary)|"
        r"(?:undertakes?|assumes?|disclaims?|has) no (?:obligation|duty)|safe harbor|"
        r"within the meaning of section|(?:not|nor) (?:be )?(?:construed|considered) as|no assurance|"
        r"for informational purposes only|does not (?:purport|constitute)|qualified in its entirety|"
        r"risks? and uncertaint|without (?:express )?warrant"
    ),
    "a reference to other papers": (
        r"incorporated (?:herein )?by reference|\bexhibits?\s+\d|\bhereto\b|\bherewith\b|\bhereinafter\b|"
        r"form of .{0,60}\(incorporated|\baccompanying\s?notes\b|\bXBRL\b|see (?:note|item|part|page)\s+\d|"
        r"has been signed below|pursuant to the requirements of"
    ),
    "navigation": (
        r"^(?:skip to|back to|click|read more|learn more|find out more|see more|view (?:the|all|more)|download|"
        r"share (?:this|on)|sign up|subscribe|follow us|log ?in|menu\b|search\b|home\b\s*[>|]|next\b\s*[>|]|"
        r"related (?:articles|stories|links)|table of contents)|all rights reserved|privacy policy|"
        r"terms of (?:use|service)|(?:uses?|accept) cookies|media (?:contacts?|inquiries)\s*:|"
        r"for (?:more|further|additional) information|to learn more about|-end-\s*$"
    ),
}
_FORMS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}


def boilerplate(text: str) -> str:
    """Return what kind of boilerplate `text` is, '' where it is none."""
    line = " ".join(text.split())
    return next((kind for kind, form in _FORMS.items() if form.search(line)), "")
