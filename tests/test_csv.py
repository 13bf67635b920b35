"""CSV of dossiers and contacts: right values, the right dialect, and no cell that runs (FAULTS F40)."""

import csv
import io

import pandas as pd
import pytest
from dossier_fixture import dossier, empty_dossier

from dossier.exports import csv_files


def written(frame, tmp_path):
    csv_files.write(frame, tmp_path / "out.csv")
    return (tmp_path / "out.csv").read_bytes()


def dossier_rows(dossiers):
    return csv_files.plain_tables(dossiers)[0]


def contact_rows(dossiers):
    return csv_files.plain_tables(dossiers)[1]


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_dossier_is_one_row_with_its_counts_and_iso_dates(tmp_path):
    [row] = rows(written(dossier_rows([dossier()]), tmp_path))
    assert row["company"] == "Brightwater Cold Storage Cooperative"
    assert (row["score"], row["tier"]) == ("78", "B")
    assert (row["signals"], row["claims"], row["merged_claims"], row["sources"]) == ("4", "22", "17", "7")
    assert (row["why_now_date"], row["reference_date"]) == ("2026-05-14", "2026-06-30")
    assert (row["primary_contact"], row["primary_email_status"]) == ("Dana Whitlock", "published")


def test_a_contact_is_one_row_with_the_status_of_each_channel(tmp_path):
    dana, ines, marcus = rows(written(contact_rows([dossier()]), tmp_path))
    assert (dana["is_primary"], dana["phone"], dana["phone_normalized"]) == ("yes", "'+1 555 0142", "'+15550142")
    assert dana["email_source"] == "https://fairhaven.example/permits/B-26-1187"
    assert (ines["email_status"], ines["linkedin_status"]) == ("inferred", "published")
    assert (marcus["title"], marcus["email"], marcus["email_status"]) == ("", "", "")


def test_several_dossiers_go_into_one_table(tmp_path):
    both = rows(written(dossier_rows([dossier(), empty_dossier()]), tmp_path))
    assert [row["why_now_date"] for row in both] == ["2026-05-14", ""]


def test_without_rows_the_header_stands_alone(tmp_path):
    data = written(contact_rows([empty_dossier()]), tmp_path)
    assert data.decode("utf-8-sig") == ",".join(csv_files.CONTACT_COLUMNS) + "\r\n"


def test_the_file_is_utf8_with_mark_crlf_and_one_header(tmp_path):
    named = dossier(lead=dossier().lead.model_copy(update={"name": "Müller & Søn 東京"}))
    data = written(dossier_rows([named]), tmp_path)
    assert data.startswith(b"\xef\xbb\xbfrun_id,client,")
    assert data.count(b"\r\n") == 2
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert rows(data)[0]["company"] == "Müller & Søn 東京"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_that_begins_like_a_formula_is_defused_in_every_column(tmp_path, start):
    evil = f'{start}HYPERLINK("https://evil.example","x")'
    person = dossier().contacts[0].model_copy(update={"name": evil, "title": evil, "why": evil, "organization": evil})
    changed = dossier(
        lead=dossier().lead.model_copy(update={"name": evil, "domain": evil}), contacts=[person], gaps=[evil]
    )
    for frame in (dossier_rows([changed]), contact_rows([changed])):
        for row in rows(written(frame, tmp_path)):
            for value in row.values():
                assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), value


def test_line_breaks_quotes_and_commas_in_a_cell_survive(tmp_path):
    name = 'Smith, "Jo"\r\nand Sons'
    data = written(dossier_rows([dossier(lead=dossier().lead.model_copy(update={"name": name}))]), tmp_path)
    assert rows(data)[0]["company"] == 'Smith, "Jo"\nand Sons'


def test_names_that_look_like_missing_values_or_numbers_survive(tmp_path):
    for name in ("NA", "null", "01234", "1e5", "nan"):
        data = written(dossier_rows([dossier(lead=dossier().lead.model_copy(update={"name": name}))]), tmp_path)
        assert rows(data)[0]["company"] == name


def test_pandas_reads_back_what_was_written(tmp_path):
    written(contact_rows([dossier()]), tmp_path)
    frame = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(frame.columns) == csv_files.CONTACT_COLUMNS
    assert len(frame) == 3
