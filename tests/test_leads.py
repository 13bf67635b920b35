"""Lead tables from file to store: what survives as it is, what is the same lead, what is refused and why."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_fixture import add_client, row

from dossier.errors import BadInput
from dossier.intake.domains import normal_domain
from dossier.intake.leads import read_leads
from dossier.store import leads, runs


def read(tmp_path: Path, content: str | bytes, name: str = "leads.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_leads(path)


def names(file) -> list[str]:
    return [lead.name for lead in file.rows]


def reasons(file) -> dict[int, str]:
    return {rejected.row: rejected.reason for rejected in file.rejected}


def save(store, rows, *, hold=True, slug="seller", **more):
    with store.transaction() as session:
        return leads.save_leads(session, slug, rows, hold=hold, **more)


def stored(store, slug="seller"):
    with store.reading() as session:
        return leads.list_leads(session, slug)


@pytest.fixture
def client(store) -> str:
    return add_client(store)


# ---------------------------------------------------------------- reading


def test_values_that_look_like_numbers_or_nothing_survive_as_they_are(tmp_path):
    file = read(tmp_path, "name,naics,zip,founded\nNA,01234,00501,1e5\nnull,-1,NaN,TRUE\n")
    assert [(lead.name, lead.profile) for lead in file.rows] == [
        ("NA", {"naics": "01234", "zip": "00501", "founded": "1e5"}),
        ("null", {"naics": "-1", "zip": "NaN", "founded": "TRUE"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_line_do_not_matter(tmp_path, encoding, end):
    text = f"Name,Domain{end}Hôtel Bélier,hotel.example{end}"
    assert names(read(tmp_path, text.encode(encoding))) == ["Hôtel Bélier"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_header(tmp_path, delimiter):
    file = read(tmp_path, f"name{delimiter}city\nAcme{delimiter}Boise\n")
    assert (names(file), file.rows[0].profile) == (["Acme"], {"city": "Boise"})


@pytest.mark.parametrize(
    "header", ["Company Name,WEB SITE", " company_name , Website ", "Organisation,Domain", "employer,URL"]
)
def test_headers_match_in_any_spelling(tmp_path, header):
    header = header.replace("WEB SITE", "Website")
    file = read(tmp_path, f"{header}\nAcme,https://www.acme.example/about\n")
    assert [(lead.name, lead.domain) for lead in file.rows] == [("Acme", "acme.example")]


def test_bad_rows_come_back_with_number_and_reason_and_good_rows_go_in(tmp_path):
    content = (
        "name,domain\n"
        "Good,good.example\n"
        ",nameless.example\n"
        "Crowded,crowded.example,more,fields\n"
        "Odd,not a domain\n"
        "Nul\x00,nul.example\n"
        f"{'x' * 300_000},long.example\n"
        "\n"
        "Short\n"
        '"Two\nlines",two.example\n'
        "Also good,also.example\n"
    )
    file = read(tmp_path, content)
    assert [(lead.row, lead.name) for lead in file.rows] == [
        (2, "Good"),
        (9, "Short"),
        (10, "Two lines"),
        (11, "Also good"),
    ]
    assert sorted(reasons(file)) == [3, 4, 5, 6, 7]
    assert reasons(file)[3] == "no name"
    assert "more fields" in reasons(file)[4]
    assert "'not a domain'" in reasons(file)[5]
    assert "NUL" in reasons(file)[6]
    assert "longer than" in reasons(file)[7]


def test_a_quotation_mark_that_is_never_closed_is_reported_not_swallowed(tmp_path):
    file = read(tmp_path, 'name,city\nGood,x\n"Torn,y\nLost,z\n')
    assert names(file) == ["Good"]
    assert "never closed" in reasons(file)[3]


def test_an_inch_mark_inside_a_name_is_no_open_quotation(tmp_path):
    file = read(tmp_path, 'name,city\nFive 5" Pipes,x\nGood,y\n')
    assert (names(file), file.rejected) == (['Five 5" Pipes', "Good"], [])


@pytest.mark.parametrize("content", ["", "foo,bar\n1,2\n", bytes(range(256)), "\n\n\n"])
def test_a_file_without_names_is_refused_as_a_whole(tmp_path, content):
    with pytest.raises(BadInput):
        read(tmp_path, content)


def test_a_file_that_does_not_exist_or_is_no_table_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no file"):
        read_leads(tmp_path / "none.csv")
    with pytest.raises(BadInput, match=r"\.csv or \.jsonl"):
        read(tmp_path, "x", "leads.xlsx")


def test_rows_of_jsonl_are_read_strictly(tmp_path):
    lines = [
        '{"name": "Acme", "domain": "acme.example", "aliases": ["Acme Co", "AC"], "employees": 12, "org_id": "o1"}',
        '{"name": "A", "name": "B"}',
        "{torn",
        '["a list"]',
        '{"name": NaN}',
        '{"name": "half \\ud800"}',
        '{"a":' * 100_000,
        '{"name": "big", "n": ' + "9" * 100_000 + "}",
        '{"title": "no name"}',
    ]
    file = read(tmp_path, "\n".join(lines), "leads.jsonl")
    [lead] = file.rows
    assert (lead.aliases, lead.profile, lead.extra) == (("Acme Co", "AC"), {"employees": "12"}, {"org_id": "o1"})
    assert list(reasons(file)) == list(range(2, 10))


def test_labels_and_unknown_columns_are_kept_apart_from_the_profile(tmp_path):
    [lead] = read(tmp_path, "name,org_id,n_docs,industry,surprise\nAcme,o1,29,Steel,x\n").rows
    assert lead.profile == {"industry": "Steel"}
    assert lead.extra == {"org_id": "o1", "n_docs": "29", "surprise": "x"}


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("ACME.com", "acme.com"),
        ("https://www.acme.com./about?x=1", "acme.com"),
        ("acme.com:8080/", "acme.com"),
        ("info@acme.com", "acme.com"),
        ("http://user:pw@www.acme.co.uk", "acme.co.uk"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("www.com", "www.com"),
        ("es.vccs.edu", "es.vccs.edu"),
        ("acme", None),
        ("J.Crew Group", None),
        ("10.0.0.1", None),
        ("acme.notatld", None),
        ("a..b.com", None),
        ("-acme.com", None),
        ("", None),
        ("x" * 300 + ".com", None),
    ],
)
def test_a_domain_has_one_normal_form(given, normal):
    assert normal_domain(given) == normal


def test_a_homograph_is_another_domain():
    assert normal_domain("аcme.com") not in (None, "acme.com")


@given(st.text(max_size=80))
def test_normalising_a_domain_never_raises_and_is_stable(text):
    once = normal_domain(text)
    assert once is None or normal_domain(once) == once


# ---------------------------------------------------------------- the same lead


def test_the_same_import_twice_changes_nothing(store, client):
    rows = [row("Acme Corp", "acme.example"), row("Beta", None, 3)]
    first, second = save(store, rows), save(store, rows)
    assert (first.created, second.created, second.updated, second.unchanged) == (2, 0, 0, 2)
    assert len(stored(store)) == 2


def test_a_lead_is_the_same_by_domain_whatever_it_is_called(store, client):
    save(store, [row("Acme Corp", "acme.example", profile={"city": "Boise"})])
    again = save(store, [row("ACME Corporation", "acme.example", profile={"state": "ID"})])
    assert (again.created, again.updated) == (0, 1)
    with store.reading() as session:
        lead = leads.get_lead(session, client, "acme.example")
    assert (lead.name, lead.profile) == ("ACME Corporation", {"city": "Boise", "state": "ID"})


def test_a_lead_without_domain_is_the_same_by_name_and_takes_a_domain_later(store, client):
    first = save(store, [row("Acme, Corp.", None)])
    later = save(store, [row("ACME CORP", "acme.example")])
    assert (later.updated, later.lead_ids) == (1, first.lead_ids)
    assert [view.domain for view in stored(store)] == ["acme.example"]


def test_two_domains_are_two_leads_even_with_one_name(store, client):
    assert (
        save(store, [row("City of Milton", "miltonwi.example"), row("City of Milton", "miltonga.example", 3)]).created
        == 2
    )
    unclear = save(store, [row("City of Milton", None)])
    assert "fits 2 leads" in unclear.rejected[0].reason


def test_a_namesake_in_another_state_is_another_lead(store, client):
    save(store, [row("City of Milton", "miltonwi.example", profile={"state": "WI"})])
    assert save(store, [row("City of Milton", None, profile={"state": "GA"})]).created == 1
    assert save(store, [row("City of Milton", None, profile={"state": "GA"})]).unchanged == 1


def test_rows_of_one_name_that_contradict_each_other_are_reported(store, client):
    rows = [
        row("Acme", "acme.example", 2, profile={"city": "Boise"}),
        row("Acme", "acme.example", 3, profile={"city": "Boise", "state": "ID"}),
        row("Acme", "acme.example", 4, profile={"city": "Austin"}),
    ]
    report = save(store, rows)
    assert (report.created, report.updated, report.notes) == (1, 1, [])
    assert [(rejected.row, "Row 2" in rejected.reason) for rejected in report.rejected] == [(4, True)]


def lead_of(store, name, slug="seller"):
    with store.reading() as session:
        return leads.get_lead(session, slug, name)


def test_another_name_on_the_same_domain_is_an_alias_and_said_so(store, client):
    rows = [
        row("Acme", "acme.example", 2, profile={"city": "Boise"}),
        row("Acme Works", "acme.example", 3, profile={"city": "Austin", "phone": "1"}),
    ]
    report = save(store, rows)
    assert (report.created, report.updated, report.rejected) == (1, 1, [])
    [noted] = report.notes
    assert noted.row == 3
    assert "'Acme Works' is taken as another name of 'Acme' (row 2): same domain" in noted.note
    assert "city is 'Boise' there and 'Austin' here" in noted.note
    lead = lead_of(store, "Acme Works")
    assert (lead.name, lead.aliases, lead.profile) == ("Acme", ["Acme Works"], {"city": "Boise", "phone": "1"})
    again = save(store, rows)
    assert (again.unchanged, again.updated, again.notes) == (2, 0, [])


def test_a_renamed_lead_keeps_its_old_name_and_an_old_list_does_not_name_it_back(store, client):
    save(store, [row("Old Acme", "acme.example")])
    renamed = save(store, [row("New Acme", "acme.example")])
    assert "'Old Acme' is called 'New Acme' now" in renamed.notes[0].note
    assert (lead_of(store, "Old Acme").name, lead_of(store, "New Acme").aliases) == ("New Acme", ["Old Acme"])
    assert save(store, [row("Old Acme", "acme.example")]).unchanged == 1
    save(store, [row("Old Acme", "acme.example", aliases=("New Acme",))])
    assert lead_of(store, "acme.example").name == "Old Acme", "unless the list says that the new one is an alias"


def test_a_row_without_domain_is_found_by_an_alias(store, client):
    save(store, [row("Acme", "acme.example", aliases=("The Works",))])
    report = save(store, [row("the works", None)])
    assert (report.created, report.unchanged) == (0, 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [("Acme", "Acme, Inc."), ("Acme Incorporated", "Acme Inc"), ("The Acme Company", "Acme"), ("Acme & Co", "Acme")],
)
def test_a_name_without_its_legal_form_is_the_same_lead(store, client, first, second):
    report = save(store, [row(first, None, 2), row(second, None, 3)])
    assert (report.created, report.updated, len(report.notes)) == (1, 1, 1)
    lead = lead_of(store, first)
    assert (lead.name, lead.aliases) == (first, [second])
    again = save(store, [row(first, None, 2), row(second, None, 3)])
    assert (again.unchanged, again.notes) == (2, [])


def test_with_its_legal_form_a_lead_takes_the_domain_of_the_row(store, client):
    save(store, [row("Acme", None)])
    assert save(store, [row("Acme, Inc.", "acme.example")]).updated == 1
    assert [(view.name, view.domain) for view in stored(store)] == [("Acme", "acme.example")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (row("Acme Inc", None), row("Acme LLC", None, 3)),
        (row("Northern", None), row("Northern Trust", None, 3)),
        (row("Acme", "acme.example"), row("Acme Inc", "other.example", 3)),
        (row("Acme", None, profile={"state": "ID"}), row("Acme Inc", None, 3, profile={"state": "TX"})),
    ],
    ids=["two forms", "a trust", "two domains", "two states"],
)
def test_what_may_be_two_organisations_stays_two_leads(store, client, first, second):
    assert save(store, [first, second]).created == 2


def test_two_legal_forms_are_reported_as_a_probable_duplicate(store, client):
    report = save(store, [row("Acme Inc", None), row("Acme LLC", None, 3)])
    [noted] = report.notes
    assert (noted.row, "may be the same as 'Acme Inc'" in noted.note) == (3, True)


def test_lead_ids_are_derived_and_differ_between_clients(store, client):
    add_client(store, "another")
    here, there = save(store, [row()]), save(store, [row()], slug="another")
    assert here.lead_ids != there.lead_ids
    assert save(store, [row()]).lead_ids == here.lead_ids


def test_labels_reach_the_store_and_never_come_back(store, client):
    save(store, [row(extra={"org_id": "o1", "n_docs": "29"})])
    with store.reading() as session:
        lead = leads.get_lead(session, client, "acme.example")
    assert "o1" not in lead.model_dump_json()
    assert "o1" not in repr(stored(store))


# ---------------------------------------------------------------- flagged and queued


def test_imported_leads_are_flagged_and_their_run_stands(store, client):
    save(store, [row()], hold=False, reference_date=date(2026, 6, 30))
    [view] = stored(store)
    assert (view.status, view.run_status) == ("flagged", "pending")
    with store.reading() as session:
        assert [due.run_id for due in runs.due_runs(session)] == [view.run_id]


def test_held_leads_are_new_and_are_queued_by_a_later_import(store, client):
    save(store, [row()])
    assert [view.status for view in stored(store)] == ["new"]
    save(store, [row()], hold=False)
    assert [view.status for view in stored(store)] == ["flagged"]


def test_importing_again_does_not_queue_a_finished_lead_again(store, client):
    save(store, [row()], hold=False)
    with store.transaction() as session:
        [due] = runs.due_runs(session)
        taken = runs.take(session, due.run_id, owner="x:1", dagster_run_id="d", snapshot=dict)
        runs.finish(session, due.run_id, taken.fence, runs.RunStatus.COMPLETED)
    save(store, [row()], hold=False)
    with store.reading() as session:
        assert runs.due_runs(session) == []


# ---------------------------------------------------------------- finding


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("https://www.acme.example/", "domain"),
        ("acme corp", "name"),
        ("The Acme Works", "alias"),
        ("Acme Corporation, Inc.", "name without legal form or trade"),
    ],
)
def test_a_lead_is_found_by_a_rule_that_is_named(store, client, asked, rule):
    save(store, [row(aliases=("The Acme Works",)), row("Beta", "beta.example", 3)])
    with store.reading() as session:
        found = leads.find_lead(session, client, asked)
        assert (found.lead.domain, found.rule) == ("acme.example", rule)
        assert leads.find_lead(session, client, found.lead.id).rule == "id"


def test_a_name_that_fits_several_leads_is_refused_with_their_domains(store, client):
    save(store, [row("City of Milton", "miltonwi.example"), row("City of Milton", "miltonga.example", 3)])
    with store.reading() as session, pytest.raises(BadInput, match=r"miltonga\.example") as refused:
        leads.get_lead(session, client, "city of milton")
    assert "miltonwi.example" in str(refused.value)


def test_a_lead_of_another_client_is_unknown(store, client):
    add_client(store, "another")
    save(store, [row()], slug="another")
    with store.reading() as session, pytest.raises(BadInput, match="Unknown lead"):
        leads.get_lead(session, client, "acme.example")


def test_leads_are_listed_by_status(store, client):
    save(store, [row()], hold=False)
    save(store, [row("Beta", "beta.example", 3)])
    with store.reading() as session:
        assert [view.name for view in leads.list_leads(session, client, "flagged")] == ["Acme Corp"]
        with pytest.raises(BadInput, match="new, flagged"):
            leads.list_leads(session, client, "asleep")
