"""No row of a table disappears: whatever stands in it, it is read or rejected with its number and a reason."""

import csv
import io
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dossier.intake.leads import read_leads
from dossier.intake.rows import Rejected
from dossier.intake.tables import read_table
from dossier.store import leads
from tests.store_fixture import add_client

NOISE = st.text(alphabet="ab, \";|\t\\'\u201c\u00a0é", max_size=25)
ONE_PLACE = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def table(tmp_path, text):
    path = tmp_path / "leads.csv"
    path.write_text(text, "utf-8", newline="")
    return path


def lines_of(bad):
    """Over how many lines a rejected row goes, by its reason."""
    span = re.search(r"in lines (\d+) to (\d+)$", bad.reason)
    return 1 + int(span[2]) - int(span[1]) if span else 1


@given(rows=st.lists(st.text(max_size=40), max_size=8))
@example(rows=['"Acme "x" Inc",a.com', "B,b.com"])
@example(rows=['"Acme" ,a.com', '"B', "C", 'D"x'])
@ONE_PLACE
def test_every_record_is_read_rejected_or_blank(tmp_path, rows):
    text = "name,domain\n" + "\n".join(rows)
    read = list(read_table(table(tmp_path, text), must_have=["name"]))
    numbers = [row.row for row in read]
    assert numbers == sorted(set(numbers)), "each record has one outcome"
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if '"' not in plain:
        lines = [line.strip(" ,\t") for line in plain.split("\n")[1:]]
        assert numbers == [number for number, line in enumerate(lines, start=2) if line.strip()]


@given(noise=st.lists(NOISE, min_size=1, max_size=8))
@ONE_PLACE
def test_what_stands_in_a_line_is_in_a_row_or_a_row_is_rejected(tmp_path, noise):
    lines = [f"mark{number}{text}" for number, text in enumerate(noise)]
    read = list(read_table(table(tmp_path, "name,domain,city,state,zip\n" + "\n".join(lines)), must_have=["name"]))
    found = " ".join(str(row.values) for row in read if not isinstance(row, Rejected))
    lost = [number for number in range(len(lines)) if f"mark{number}" not in found]
    assert len(lost) <= sum(lines_of(row) for row in read if isinstance(row, Rejected))


@given(rows=st.lists(st.tuples(st.text(min_size=1, max_size=12), st.text(max_size=12)), max_size=8))
@ONE_PLACE
def test_what_was_written_as_csv_is_read_back_row_for_row(tmp_path, rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("name", "domain"), *rows])
    file = read_leads(table(tmp_path, out.getvalue()))
    assert len(file.rows) + len(file.rejected) == sum(any(cell.strip() for cell in row) for row in rows)


@pytest.mark.parametrize(
    ("text", "names", "rejected"),
    [
        ('name,city\n"Acme" Inc,x\nB,y\n', ["B"], [2]),
        ('name,city\n"Acme" ,x\nB,y\n', ["B"], [2]),
        ('name,city\n"A\nB"x,y\nC,z\n', ["C"], [2]),
        ('name,city\nA,"x\nB,y"z\nC,z\n', ["C"], [2]),
        ("name,city\nA,x,,\nB,y\n", ["B"], [2]),
        ("\n\nname,city\nA,x\n\nB\n", ["A", "B"], []),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_next_is_read(tmp_path, text, names, rejected):
    file = read_leads(table(tmp_path, text))
    assert [row.name for row in file.rows] == names
    assert [bad.row for bad in file.rejected] == rejected


def test_a_reason_says_over_how_many_lines_a_row_goes(tmp_path):
    [bad] = read_leads(table(tmp_path, 'name,city\n"A\nB"x,y\nC,z\n')).rejected
    assert bad.reason.endswith("in lines 2 to 3")


def test_a_header_that_cannot_be_read_refuses_the_file(tmp_path):
    with pytest.raises(Exception, match="header letters stand behind a closing quotation mark"):
        read_leads(table(tmp_path, '"name"x,city\nA,b\n'))


def test_created_updated_unchanged_and_rejected_are_all_rows(tmp_path, store):
    rows = 'name,domain\nA1,a1x.com\nB1,b1x.com\n"x"y,q2.com\nA1,a1x.com\n,none.com\nA1 Inc,a1x.com\nC,bad domain\n'
    file = read_leads(table(tmp_path, rows))
    add_client(store)
    with store.transaction() as session:
        saved = leads.save_leads(session, "seller", file.rows, hold=True)
    assert saved.created + saved.updated + saved.unchanged + len(file.rejected) == 7
