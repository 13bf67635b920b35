"""What the engine makes of the name of a configured signal, before any source is read.

Here: the words of a name that it takes literally, because its word lists do not hold them. Not here: matching events
with signals (`icp.py`).
"""

from __future__ import annotations

import re

from dossier.extractive.icp import word_forms
from dossier.extractive.lexicon import CONCEPTS, EMPTY_WORDS, EVENT_OF_NOUN, EVENT_OF_VERB

_KNOWN = frozenset().union(*CONCEPTS, EVENT_OF_VERB, EVENT_OF_NOUN)


def telling_words(name: str) -> list[str]:
    """Return the words of a signal's name that say which event it is; none means that it is never found."""
    wanted = re.split(r"[^a-z0-9]+", name.lower().partition("without")[0])
    return [word for word in dict.fromkeys(wanted) if word and word not in EMPTY_WORDS]


def literal_words(name: str) -> list[str]:
    """Return those words that no list of the engine holds: a sentence has to use the very word."""
    return [word for word in telling_words(name) if not word_forms(word) & _KNOWN]
