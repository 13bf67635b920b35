"""Many made-up leads with something to read about each: the bundled notes under other names.

Here: the leads and their documents. A lead's notes are those of one of the sample organisations, with a name of its
own in their place: different texts, each of which is read anew.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from dossier.intake.clients import read_client
from dossier.intake.documents import read_documents
from dossier.intake.rows import LeadInput, ParsedDocument
from dossier.sample_files import COLLECTED, sample_clients, sample_documents
from dossier.store import clients, leads, runs, sources
from dossier.store.database import Store

CLIENT = "sample-steel-builders"
# How the notes name the organisations that they are about.
MODELS = (
    ("Micron Technology", "Micron"),
    ("Eli Lilly and Company", "Eli Lilly", "Lilly"),
    ("GE Vernova",),
    ("GE Aerospace",),
    ("General Mills",),
    ("Intel Corporation", "Intel"),
    ("Nike",),
)
_FIRST = "Bren Cald Dorv Elst Farn Grev Hask Jorl Kelm Lund Morv Nast Orl Pend Quill Rask Sten Tarv Ulm Vask".split()
_LAST = "dale ford hurst mere stead ton wick worth".split()
_TRADE = ("Foods", "Steel", "Motors")


def names(count: int) -> list[str]:
    """Return `count` names of organisations, each of its own."""
    made = [f"{first}{last} {trade}" for trade, last, first in product(_TRADE, _LAST, _FIRST)]
    return made[:count]


def fill(store: Store, count: int) -> list[str]:
    """Put `count` leads and what there is to read about them into an empty store; return their queued runs."""
    [config] = [path for path in sample_clients() if CLIENT in path.name]
    wanted = names(count)
    rows = [LeadInput(number, name, None) for number, name in enumerate(wanted, 2)]
    with store.transaction() as session:
        clients.save_client(session, read_client(config))
        sources.save_documents(session, _documents(wanted), None)
        saved = leads.save_leads(session, CLIENT, rows, hold=True)
        return [
            runs.queue_run(session, CLIENT, lead_id, trigger="manual", reference_date=COLLECTED)
            for lead_id in saved.lead_ids
        ]


def _documents(wanted: list[str]) -> list[ParsedDocument]:
    notes = [note for batch in read_documents([sample_documents()]) for note in batch.documents]
    made = []
    for number, name in enumerate(wanted):
        model = MODELS[number % len(MODELS)]
        about = [note for note in notes if model[-1] in f"{note.title} {note.text}"]
        made += [_renamed(note, model, name, number) for note in about]
    return made


def _renamed(note: ParsedDocument, model: tuple[str, ...], name: str, number: int) -> ParsedDocument:
    title, text = note.title, note.text
    for known in model:
        title, text = title.replace(known, name), text.replace(known, name)
    return replace(note, title=title, text=text, url=f"{note.url}?about={number}" if note.url else None)
