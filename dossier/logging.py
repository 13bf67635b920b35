"""Logs that cannot be steered by what is logged: readable lines for a person, one JSON object per line for tools.

Here: setting up structlog and the standard library's loggers on one pair of handlers, and escaping. Not here:
what is logged. Personal data, prompts and source texts are never logged; ids and counts are.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import structlog

from dossier.text_safety import printable

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
PACKAGES = ("dossier", "dossier_assets", "resources", "io_managers", "sensors")


def configure(console: TextIO, *, json_lines: bool = False, file: Path | None = None, level: str = "info") -> None:
    """Send all logs from `level` up to `console` (JSON lines if asked) and, as JSON lines, to the end of `file`.

    Replaces what an earlier call set up. Libraries' own records take the same way, warnings and worse only.
    """
    handlers = [_handler(logging.StreamHandler(console), _json_line if json_lines else _console_line)]
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(_handler(logging.FileHandler(file, encoding="utf-8", delay=True), _json_line))
    root = logging.getLogger()
    for old in [old for old in root.handlers if getattr(old, "of_dossier", False)]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(LEVELS["debug"] if level == "debug" else logging.WARNING)
    for package in PACKAGES:
        logging.getLogger(package).setLevel(LEVELS[level])
    structlog.configure(
        processors=[*_shared_processors(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module: `log.info("claims_bound", claims=12)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def fields(**values: str) -> Iterator[None]:
    """Add `values` (run_id, step ...) to every log line inside; threads started by `side_by_side` see them too."""
    with structlog.contextvars.bound_contextvars(**values):
        yield


def _shared_processors() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _handler(handler: logging.Handler, render: structlog.types.Processor) -> logging.Handler:
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared_processors(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.of_dossier = True  # type: ignore[attr-defined]  # so that a second configure() finds it again
    return handler


def _json_line(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    """One JSON object in ASCII: controls, line breaks and bidi marks come out as escapes."""
    return json.dumps(event, default=str, ensure_ascii=True)


def _console_line(_: Any, __: str, event: Mapping[str, Any]) -> str:
    """`12:00:00 info  message  key=value`, every value made visible; a traceback follows on lines of its own."""
    rest = dict(event)
    head = f"{str(rest.pop('timestamp', ''))[11:19]} {rest.pop('level', ''):<7} {_shown(rest.pop('event', ''))}"
    trace = rest.pop("exception", None)
    rest.pop("logger", None)
    line = "  ".join([head, *(f"{_shown(key)}={_shown(value)}" for key, value in rest.items())])
    return line + ("\n" + printable(str(trace), multiline=True) if trace else "")


def _shown(value: Any) -> str:
    return printable(str(value))
