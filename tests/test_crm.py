"""Tables for CRMs: what each CRM takes, nothing invented, nothing lost in silence, no cell that runs (FAULTS F40)."""

import csv
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import BadInput, Permanent
from dossier.exports import crm_rows, csv_files
from dossier.exports.crm_profiles import broken, fault_of, headers, profile
from dossier.models import ContactDetail
from dossier.text_safety import inert_cell, is_formula
from tests.dossier_fixture import PAYLOADS, dossier, empty_dossier, poisoned

TABLES = [("hubspot", "companies"), ("hubspot", "contacts"), ("salesforce", "leads")]
NAMES = pytest.mark.parametrize(("name", "table"), TABLES)


def tables(name, *dossiers):
    made, left_out = crm_rows.tables(profile(name), dossiers)
    return {one.name: one.rows for one in made}, left_out


def rows(name, table, *dossiers):
    return tables(name, *(dossiers or (dossier(),)))[0][table]


def left_out(name, *dossiers):
    return [(one.table, one.what, one.reason) for one in tables(name, *dossiers)[1]]


def person(**changes):
    return dossier(contacts=[dossier().contacts[0].model_copy(update=changes)])


def named(name, **changes):
    return dossier(lead=dossier().lead.model_copy(update={"name": name, **changes}))


# ------------------------------------------------------------------------------- what stands in the tables


def test_a_company_has_the_labels_of_hubspot():
    [row] = rows("hubspot", "companies")
    assert row["Company name"] == "Brightwater Cold Storage Cooperative"
    assert row["Company domain name"] == row["Website URL"] == "brightwater.example"
    assert (row["Lifecycle Stage"], row["Dossier Score"], row["Dossier Tier"]) == ("Lead", "78", "B")
    assert (row["Why Now Date"], row["Number of Employees"]) == ("2026-05-14", "")
    assert row["Description"].startswith("Why now, 14 May 2026: Brightwater Cold Storage Cooperative today announced")


def test_a_person_is_a_contact_and_a_lead():
    contact, lead = rows("hubspot", "contacts")[0], rows("salesforce", "leads")[0]
    assert (contact["First Name"], contact["Last Name"], contact["Job Title"]) == (
        "Dana",
        "Whitlock",
        "Director of Facilities",
    )
    assert (contact["Email"], contact["Phone Number"]) == ("dwhitlock@brightwater.example", "+15550142")
    assert (lead["Last Name"], lead["Company"]) == ("Whitlock", "Brightwater Cold Storage Cooperative")
    assert (lead["Email"], lead["Phone"], lead["Website"]) == (
        "dwhitlock@brightwater.example",
        "+15550142",
        "brightwater.example",
    )
    assert "Named as the applicant's agent on the permit" in lead["Description"]
    assert "https://www.brightwater.example/news/quarry-landing?ref=home&lang=en" in lead["Description"]
    assert not {"Name", "Full Name"} & lead.keys()


@pytest.mark.parametrize(("tier", "rating"), [("A", "Hot"), ("B", "Warm"), ("C", "Cold"), ("D", "Cold")])
def test_the_rating_follows_the_tier(tier, rating):
    scored = dossier(score=dossier().score.model_copy(update={"tier": tier}))
    assert {row["Rating"] for row in rows("salesforce", "leads", scored)} == {rating}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Dr. Ann B. Lee-Ross, PhD", "Ann B.", "Lee-Ross"),
        ("Juan de la Cruz", "Juan", "de la Cruz"),
        ("Martin King Jr.", "Martin", "King Jr."),
        ("Cher", "", "Cher"),
        ("王小明", "", "王小明"),
    ],
)
def test_a_name_is_parted_or_stays_whole_as_a_last_name(name, first, last):
    [lead] = rows("salesforce", "leads", person(name=name))
    assert (lead["First Name"], lead["Last Name"]) == (first, last)


def test_numbers_are_taken_only_where_a_source_gives_a_bare_one():
    intro = dossier().sections[0].model_copy(update={"content": {"employees": "12400", "founded": "about 1900"}})
    [row] = rows("hubspot", "companies", dossier(sections=[intro]))
    assert (row["Number of Employees"], row["Year Founded"]) == ("12400", "")


# ------------------------------------------------------------------------------- what stays out, and is said


def test_an_inferred_address_is_no_address_and_is_said():
    ines = rows("hubspot", "contacts")[1]
    assert (ines["First Name"], ines["Email"]) == ("Ines", "")
    [said] = [one for one in left_out("hubspot", dossier()) if one[1] == "E-mail of Ines Calloway"]
    assert "a guess from a pattern" in said[2]


def test_a_verified_address_goes_in_and_an_unknown_phone_stays_out():
    both = person(
        email=ContactDetail(value="d@b.example", status="verified"), phone=ContactDetail(value="555", status="unknown")
    )
    [row] = rows("hubspot", "contacts", both)
    assert (row["Email"], row["Phone Number"]) == ("d@b.example", "")


def test_a_dossier_without_a_person_is_no_lead_and_is_said():
    made, out = tables("salesforce", empty_dossier())
    assert made["leads"] == []
    [one] = out
    assert (one.run_id, one.what) == (empty_dossier().run_id, "Brightwater Cold Storage Cooperative")
    assert one.reason == "The sources name no suitable person. A row here is a person."


def test_a_dossier_without_a_person_is_still_a_company():
    assert len(rows("hubspot", "companies", empty_dossier())) == 1


def test_one_record_stands_once_and_the_newer_dossier_speaks_for_it():
    newer = dossier(run_id="harborline-steel--b-0a1b2c3d-2", reference_date=date(2026, 7, 1))
    made, out = tables("hubspot", newer, dossier())
    assert [row["Dossier Run"] for row in made["companies"]] == [newer.run_id]
    assert {row["Dossier Run"] for row in made["contacts"]} == {newer.run_id}
    again = [one for one in out if one.reason == "The same record stands in the table already."]
    assert {(one.table, one.what, one.run_id) for one in again} == {
        ("companies", "Brightwater Cold Storage Cooperative", dossier().run_id),
        *(("contacts", contact.name, dossier().run_id) for contact in dossier().contacts),
    }


@NAMES
def test_rows_without_the_column_that_tells_records_apart_are_counted(name, table):
    def lacking(whole):
        [made] = [one for one in crm_rows.tables(profile(name), [whole])[0] if one.name == table]
        return made.without_key, len(made.rows)

    nameless = dossier().lead.model_copy(update={"domain": None})
    contacts = [one.model_copy(update={"email": None}) for one in dossier().contacts]
    number, of_all = lacking(dossier(lead=nameless, contacts=contacts))
    assert number == of_all > 0
    assert lacking(dossier())[0] == (0 if table == "companies" else 2)


def test_rows_keep_the_order_of_the_runs():
    first, second = named("Zeta", domain="zeta.example"), named("Alpha", domain="alpha.example")
    assert [row["Company name"] for row in rows("hubspot", "companies", first, second)] == ["Zeta", "Alpha"]


def test_a_text_that_is_too_long_is_cut_where_one_sees_it_and_it_is_said():
    [lead] = rows("salesforce", "leads", person(title="Head of " + "very " * 40))
    assert len(lead["Title"]) <= 128
    assert lead["Title"].endswith("…")
    assert "Title of Dana Whitlock" in {what for _, what, _ in left_out("salesforce", person(title="x" * 200))}


@pytest.mark.parametrize(
    "address", ["dana at brightwater", "=cmd@b.example", "-d@b.example", "a@b", "a@b.example,c@d.example"]
)
def test_what_is_no_address_stays_out_and_is_said(address):
    odd = person(email=ContactDetail(value=address, status="published"))
    assert rows("salesforce", "leads", odd)[0]["Email"] == ""
    assert "Email of Dana Whitlock" in {what for _, what, _ in left_out("salesforce", odd)}


def test_every_person_and_dossier_is_a_row_or_named_as_left_out():
    many = [dossier(), empty_dossier(), person(name=" "), named("Other", domain="other.example")]
    for name in ("hubspot", "salesforce"):
        made, out = tables(name, *many)
        reasons = [one for one in out if " of " not in one.what]
        for table, rules in profile(name).items():
            due = len(many) if rules.row == "dossier" else sum(max(len(one.contacts), 1) for one in many)
            assert len(made[table]) + sum(one.table == table for one in reasons) == due, table


# ------------------------------------------------------------------------------- the rules


@NAMES
def test_the_tables_keep_their_rules(name, table):
    assert broken(profile(name)[table], rows(name, table, dossier(), empty_dossier())) == []


@NAMES
@pytest.mark.parametrize(
    "payload", [*PAYLOADS[:3], PAYLOADS[38], "=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "＝1", "x" * 40_000]
)
def test_hostile_text_breaks_no_rule(name, table, payload):
    assert broken(profile(name)[table], rows(name, table, poisoned(payload))) == []


@NAMES
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"needs": ""}, "has no"),
        ({"text": "=1+1"}, "could be taken for a formula"),
        ({"text": "@home"}, "could be taken for a formula"),
        ({"text": "x" * 40_000}, "is longer than"),
        ({"domain": "not a domain"}, "is no domain"),
        ({"unknown": "x"}, "that the table does not know"),
    ],
)
def test_a_row_that_breaks_a_rule_is_seen(name, table, change, fault):
    rules = profile(name)[table]
    [[kind, value]] = change.items()
    text = next(
        column for column, one in rules.columns.items() if one.kind == "text" and one.field in ("company", "title")
    )
    domain = next(column for column, one in rules.columns.items() if one.kind == "domain")
    column = {"needs": rules.needs[0], "text": text, "domain": domain}.get(kind, "No such column")
    [found] = broken(rules, [rows(name, table)[0] | {column: value}])
    assert fault in found


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("leads", "Rating", "Lukewarm"),
        ("leads", "Lead Source", "Dossier"),
        ("leads", "No. of Employees", "1,200"),
        ("leads", "Email", "inferred"),
        ("leads", "Phone", "+1 555 0142"),
        ("companies", "Lifecycle Stage", "lead"),
        ("companies", "Why Now Date", "14 May 2026"),
        ("companies", "Why Now Date", "2026-02-30"),
        ("companies", "Why Now Source", "javascript:alert(1)"),
    ],
)
def test_a_cell_of_the_wrong_shape_is_seen(table, column, value):
    rules = (profile("salesforce") if table == "leads" else profile("hubspot"))[table]
    assert fault_of(rules.columns[column], value)
    assert fault_of(rules.columns[column], "") is None


def test_a_record_that_stands_twice_is_seen():
    rules = profile("hubspot")["contacts"]
    row = rows("hubspot", "contacts")[0]
    assert broken(rules, [row, row | {"Email": row["Email"].upper()}])


def test_no_file_has_more_rows_than_its_crm_takes():
    rules = profile("salesforce")["leads"]
    assert rules.most_rows == 50_000
    table = crm_rows.CrmTable("leads", [{"Last Name": str(number)} for number in range(100_001)], rules)
    assert [len(part) for part in table.parts()] == [50_000, 50_000, 1]
    assert broken(rules.model_copy(update={"most_rows": 0}), rows("salesforce", "leads"))


def test_a_table_that_breaks_a_rule_is_not_handed_out(monkeypatch):
    monkeypatch.setattr(crm_rows, "inert_cell", lambda value: value)
    monkeypatch.setattr(crm_rows, "fault_of", lambda *_: None)
    with pytest.raises(Permanent, match="companies was not written"):
        tables("hubspot", named("=1+1"))


@given(st.text(max_size=80))
def test_no_text_becomes_a_formula_and_none_is_lost(text):
    cell = inert_cell(text)
    assert not is_formula(cell)
    assert "\n" not in cell
    kept = "".join(sign for sign in text if sign.isalnum())
    assert [sign for sign in cell if sign.isalnum() and sign in kept][: len(kept)] == list(kept) or "\\" in cell


# ------------------------------------------------------------------------------- the file


@NAMES
def test_pandas_reads_back_the_rows(tmp_path, name, table):
    odd = named('Smith, "Jo"\r\nand Söhne 東京', domain="smith.example")
    made = rows(name, table, dossier(), odd)
    csv_files.write_crm(made, headers(name)[table], tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert frame.to_dict("records") == made
    assert list(frame.columns) == list(profile(name)[table].columns)


def test_the_dialect_is_that_of_every_table(tmp_path):
    csv_files.write_crm(rows("salesforce", "leads"), headers("salesforce")["leads"], tmp_path / "out.csv")
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfFirst Name,")
    assert data.count(b"\r\n") == 4
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_no_cell_of_a_file_has_an_apostrophe_before_a_sign(tmp_path):
    made = rows("hubspot", "contacts", poisoned("=1"), person(name="Dana O'Neil"))
    csv_files.write_crm(made, headers("hubspot")["contacts"], tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("'", "=", "@", "-", "\t"))]
    assert "+15550142" in cells
    assert "O'Neil" in cells


def test_without_rows_the_header_stands_alone(tmp_path):
    csv_files.write_crm([], headers("salesforce")["leads"], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().count(b"\r\n") == 1


# ------------------------------------------------------------------------------- a client's own headers


def test_a_client_renames_columns_and_leaves_some_out():
    own = {"hubspot": {"contacts": {"Email": "Email Address", "Lifecycle Stage": None}}}
    contacts = headers("hubspot", own)["contacts"]
    assert contacts["Email"] == "Email Address"
    assert "Lifecycle Stage" not in contacts
    assert headers("hubspot", own)["companies"] == headers("hubspot")["companies"]
    assert headers("salesforce", own) == headers("salesforce")


@pytest.mark.parametrize(
    ("own", "complaint"),
    [
        ({"hubspot": {"deals": {}}}, "no table 'deals'"),
        ({"hubspot": {"contacts": {"E-Mail": "Email"}}}, "no column 'E-Mail'"),
        ({"hubspot": {"contacts": {"Email": None}}}, "'Email' cannot be left out"),
        ({"salesforce": {"leads": {"Company": None}}}, "'Company' cannot be left out"),
        ({"hubspot": {"contacts": {"Email": "=x"}}}, "no header for 'Email'"),
        ({"hubspot": {"contacts": {"Email": "Last Name"}}}, "two columns have the header 'Last Name'"),
        ({"hubspott": {}}, "crm.hubspott"),
        ({"hubspot": ["Email"]}, "crm.hubspot"),
        ("hubspot", "crm"),
    ],
)
def test_headers_that_cannot_be_used_are_refused_with_the_place(own, complaint):
    with pytest.raises(BadInput) as refused:
        headers("hubspot", own), headers("salesforce", own)
    assert complaint.casefold() in str(refused.value).casefold()
