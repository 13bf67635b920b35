"""Logs under hostile text (F45): what is logged cannot steer a terminal, hide itself, or break a JSON line."""

import io
import json
import logging

import pytest
import structlog

from dossier import logging as dossier_logging
from dossier.threads import side_by_side

HOSTILE = "a\x1b[2J\x1b]52;c;ZXZpbA==\x07b\rc\nd\u202egpj\u2066e\x00\ud800\u2028f\x9bg"
STEERING = set("\x1b\x07\r\x00\u202e\u2066\u2028\x9b\ud800")


@pytest.fixture
def put_back():
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def console(put_back):
    return io.StringIO()


def test_the_console_shows_hostile_text_on_one_line(console):
    dossier_logging.configure(console)
    dossier_logging.get_logger("dossier.x").info(HOSTILE, lead=HOSTILE, **{HOSTILE: 1})
    text = console.getvalue()
    assert text.count("\n") == 1
    assert not STEERING & set(text)
    assert "\\x1b[2J" in text
    assert "\\u202e" in text


def test_every_json_line_is_one_object_in_ascii_with_the_text_intact(console, tmp_path):
    file = tmp_path / "logs" / "dossier.jsonl"
    dossier_logging.configure(console, json_lines=True, file=file)
    log = dossier_logging.get_logger("dossier.x")
    log.warning("bound", lead=HOSTILE, claims=3, odd=object())
    log.info("next")
    for text in (console.getvalue(), file.read_text(encoding="ascii")):
        lines = text.split("\n")
        assert len(lines) == 3
        assert lines[2] == ""
        assert text.isascii()
        assert not STEERING & set(text)
        record = json.loads(lines[0])
        assert (record["event"], record["claims"], record["level"]) == ("bound", 3, "warning")
        assert record["lead"] == HOSTILE
        assert record["timestamp"].endswith("Z")


def test_an_exception_is_one_json_object_and_a_harmless_traceback(console, tmp_path):
    file = tmp_path / "dossier.jsonl"
    dossier_logging.configure(console, file=file)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        dossier_logging.get_logger("dossier.x").exception("broke")
    assert len(file.read_text().splitlines()) == 1
    assert "Traceback" in json.loads(file.read_text())["exception"]
    assert "Traceback" in console.getvalue()
    assert not STEERING & set(console.getvalue())


def test_records_of_libraries_take_the_same_way(console):
    dossier_logging.configure(console)
    logging.getLogger("some.library").warning("from %s", HOSTILE)
    logging.getLogger("some.library").info("too quiet")
    assert console.getvalue().count("\n") == 1
    assert not STEERING & set(console.getvalue())


def test_fields_reach_lines_of_threads_and_end_with_their_block(console):
    dossier_logging.configure(console, json_lines=True)
    log = dossier_logging.get_logger("dossier.x")
    with dossier_logging.fields(run_id="acme--x-00000000-1"):
        side_by_side({"a": lambda: log.info("inside")})
    log.info("outside")
    inside, outside = map(json.loads, console.getvalue().splitlines())
    assert inside["run_id"] == "acme--x-00000000-1"
    assert "run_id" not in outside


def test_configuring_again_replaces_what_was_there(console):
    second = io.StringIO()
    dossier_logging.configure(console)
    dossier_logging.configure(second, level="warning")
    log = dossier_logging.get_logger("dossier.x")
    log.info("quiet")
    log.warning("loud")
    assert console.getvalue() == ""
    assert second.getvalue().count("\n") == 1
