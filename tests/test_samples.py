"""The samples keep what they promise: enough of everything, all tiers, and the hard cases they exist for."""

import csv
import json
from datetime import date
from pathlib import Path

import yaml

from dossier.keys import slugify
from dossier.models import ClientConfig

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def configs() -> list[ClientConfig]:
    return [ClientConfig(**yaml.safe_load(path.read_text("utf-8"))) for path in sorted(SAMPLES.glob("clients/*"))]


def leads() -> dict[str, list[dict[str, str]]]:
    return {
        path.stem: list(csv.DictReader(path.read_text("utf-8").splitlines())) for path in SAMPLES.glob("leads/*.csv")
    }


def notes() -> list[dict]:
    return [json.loads(line) for line in (SAMPLES / "documents.jsonl").read_text("utf-8").splitlines()]


def telling(*words: str) -> list[dict]:
    return [note for note in notes() if all(word in note["text"] for word in words)]


def test_two_clients_are_named_like_their_files_and_their_leads():
    slugs = {slugify(config.client["name"]) for config in configs()}
    assert slugs == {path.stem for path in SAMPLES.glob("clients/*")} == set(leads())
    assert len(slugs) == 2


def test_there_are_at_least_five_leads_and_thirty_notes():
    assert sum(map(len, leads().values())) >= 5
    assert len(notes()) >= 30


def test_every_note_has_a_publisher_and_sixty_to_two_hundred_words():
    for note in notes():
        assert note["publisher"], note["title"]
        assert 60 <= len(note["text"].split()) <= 200, note["title"]
        if note["published_at"] is not None:
            date.fromisoformat(note["published_at"])


def test_all_four_tiers_occur():
    from dossier.evidence.tiers import source_tier

    found = {source_tier(note["url"], note["publisher"], None, note.get("source_tier"))[0].value for note in notes()}
    assert found == {"GOV", "PRIMARY", "NEWS", "OTHER"}


def test_one_event_is_told_by_several_publishers_on_one_day():
    told = telling("Micron", "New York", "$100 billion")
    assert len({note["publisher"] for note in told if note["published_at"] == "2022-10-04"}) >= 2


def test_an_amount_was_revised():
    years = {
        amount: min(n["published_at"] for n in telling("Micron", amount)) for amount in ("$40 b", "$125 b", "$200 b")
    }
    assert sorted(years.values()) == list(years.values())


def test_two_leads_have_similar_names_and_stand_in_one_note():
    assert telling("GE Vernova", "GE Aerospace")


def test_nothing_is_told_of_one_lead():
    names = [row[key] for rows in leads().values() for row in rows for key in row if key.lower() == "company"]
    silent = [name for name in names if not telling(name.split(" and ")[0].removesuffix(" Technology"))]
    assert silent == ["A. O. Smith"]


def test_a_layoff_notice_stands_in_labelled_lines():
    assert telling("Company: ", "\nWorkers affected: ", "\nLayoff date: ")


def test_people_have_titles():
    assert telling("Manish Bhatia, executive vice president of global operations")
