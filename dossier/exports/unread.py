"""What a page says where research steps did not read, instead of "nothing was found".

Here: the choice between the two sentences, by the dossier alone. Not here: the sentences (`phrases.py`) and what the
sections and gaps of such a dossier say, which the dossier holds already.
"""

from __future__ import annotations

from dossier.exports import phrases
from dossier.models import Dossier

_ADDS_NO_POINTS = frozenset({"media", "client_specific", "contact_discovery"})


def no_event(dossier: Dossier) -> str:
    """Return what stands under why-now where there is no event to open with."""
    return phrases.EVENT_NOT_READ if "signal_discovery" in dossier.unread else phrases.NO_EVENT


def score_note(dossier: Dossier) -> str:
    """Return what stands beside a score that was computed without all facts; empty where all was read."""
    return "" if _ADDS_NO_POINTS.issuperset(dossier.unread) else phrases.SCORE_OF_A_PART


def no_signal(dossier: Dossier) -> str:
    """Return what stands where there is no signal."""
    return phrases.SIGNALS_NOT_READ if "signal_discovery" in dossier.unread else phrases.NO_SIGNAL


def no_person(dossier: Dossier) -> str:
    """Return what stands where there is no person."""
    return phrases.PEOPLE_NOT_READ if "contact_discovery" in dossier.unread else phrases.NO_PERSON
