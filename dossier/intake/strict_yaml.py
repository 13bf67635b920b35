"""YAML from outside, read strictly: plain values only, no aliases, no depth that takes minutes.

Here: one text to one value. Not here: what the values mean, and JSON (`strict_json.py`), whose limits hold here too.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from dossier.intake import strict_json


class BadYaml(ValueError):
    """A text that is not the YAML we take; its message is a reason for a person."""


def loads(text: str) -> Any:
    """Return the value of the YAML `text`; a date or time in it is text in ISO form. Raises BadYaml with the reason."""
    if _depth(text) > strict_json.MAX_DEPTH:
        raise BadYaml("it is nested too deep")
    try:
        _check_events(text)
        value = _plain(yaml.safe_load(text))
        strict_json.check(value)
    except strict_json.BadJson as error:
        raise BadYaml(f"in it {error}") from error
    except yaml.MarkedYAMLError as error:
        raise BadYaml(_told(error)) from error
    except BadYaml:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadYaml(f"it is not YAML: {str(error)[:300]}") from error
    return value


def _check_events(text: str) -> None:
    """Raise BadYaml for aliases and depth while the text is read, so that nothing is read behind them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BadYaml("it uses aliases, which are not taken: write the values out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > strict_json.MAX_DEPTH:
            raise BadYaml("it is nested too deep")


def _plain(value: Any) -> Any:
    """Return `value` as JSON could hold it. Raises BadYaml for bytes, sets and keys, which it cannot."""
    if isinstance(value, dict):
        if other := [key for key in value if not isinstance(key, str)]:
            raise BadYaml(f"the key {str(other[0])[:60]} is no text: put it in quotation marks")
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date):  # a time is a date too
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    raise BadYaml(f"it holds a value that is no text, number or list ({type(value).__name__})")


def _told(error: yaml.MarkedYAMLError) -> str:
    """Return what is wrong and in which line; most often it is a colon within a value."""
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    problem = (error.problem or str(error))[:200]
    hint = ": put a value that holds a colon in quotation marks" if "mapping values" in problem else ""
    return f"it is not YAML in line {line}, {problem}{hint}"


def _depth(text: str) -> int:
    """Return how deep brackets open in `text`: YAML's own parser takes minutes for what is hostile."""
    deepest = depth = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest
