"""Fills a prompt's placeholders in one pass: `{{name}}`, dotted paths, `{{#if}}`, `{{else}}`, `{{#each}}`.

Here: the grammar, its limits and its errors. Values are written as they are and never read as template text;
a path walks keys and list positions, never attributes. Not here: what the prompts are (`dossier/prompt_files.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from dossier.errors import BadInput

MAX_TEMPLATE_CHARS = 200_000
MAX_OUTPUT_CHARS = 4_000_000
MAX_STEPS = 100_000
MAX_DEPTH = 8

# A block tag alone on its line takes the line with it, so that lists come out without blank lines.
_TAG = re.compile(
    r"^[ \t]*\{\{[ \t]*(?P<block>[#/][^{}\n]{0,200}|else)[ \t]*\}\}[ \t]*(?:\n|\Z)"
    r"|(?<!\{)\{\{(?P<tag>[^{}\n]{0,200})\}\}",
    re.MULTILINE,
)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*")


class TemplateError(BadInput):
    """A template that cannot be read, or a variable that it wants and does not get."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True)
class _Value:
    path: str
    line: int


@dataclass(slots=True)
class _Block:
    kind: Literal["if", "each"]
    path: str
    line: int
    body: list[_Node] = field(default_factory=list)
    otherwise: list[_Node] | None = None

    @property
    def open_part(self) -> list[_Node]:
        return self.body if self.otherwise is None else self.otherwise


_Node = _Text | _Value | _Block


class Template:
    """A parsed template. `name` is the file (or prompt) that errors point to, `line` the line where the text begins.

    Raises TemplateError for a tag that is no tag, a block that is not closed, or more than MAX_TEMPLATE_CHARS.
    """

    def __init__(self, text: str, name: str = "template", line: int = 1) -> None:
        if len(text) > MAX_TEMPLATE_CHARS:
            raise TemplateError(
                f"{name} is too long.", f"It has {len(text)} characters, {MAX_TEMPLATE_CHARS} is the limit."
            )
        self.name = name
        self._nodes = _Parser(text, name).parse(line)

    def names(self) -> set[str]:
        """Return the variables that must be given: the first names of all paths outside `{{#each}}` bodies."""
        return {path.split(".")[0] for path in _free_paths(self._nodes)}

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the text with `values` (JSON-able) filled in; lists and objects are written as JSON.

        Raises TemplateError for a missing variable, a value that is not JSON, and work beyond the limits.
        """
        rendering = _Rendering(self.name)
        rendering.write(self._nodes, [values])
        return "".join(rendering.parts)


class _Parser:
    """Turns template text into nodes; the stack holds the blocks that are open."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.nodes: list[_Node] = []
        self.stack: list[_Block] = []

    def parse(self, line: int = 1) -> list[_Node]:
        position = 0
        for match in _TAG.finditer(self.text):
            self._literal(position, match.start(), line)
            tag_line = line + self.text.count("\n", position, match.start())
            self._tag((match["block"] or match["tag"] or "").strip(), tag_line)
            line += self.text.count("\n", position, match.end())
            position = match.end()
        self._literal(position, len(self.text), line)
        if self.stack:
            block = self.stack[-1]
            raise self._wrong(block.line, f"{{{{#{block.kind} {block.path}}}}} is never closed.")
        return self.nodes

    def _literal(self, start: int, end: int, line: int) -> None:
        text = self.text[start:end]
        if "{{" in text:
            raise self._wrong(line + text[: text.index("{{")].count("\n"), "Here {{ opens no readable tag.")
        if text:
            self._part.append(_Text(text))

    @property
    def _part(self) -> list[_Node]:
        return self.stack[-1].open_part if self.stack else self.nodes

    def _tag(self, tag: str, line: int) -> None:
        word, _, rest = tag.partition(" ")
        if word in ("#if", "#each"):
            self._open("if" if word == "#if" else "each", self._path(rest.strip(), line), line)
        elif tag == "else":
            if not self.stack or self.stack[-1].otherwise is not None:
                raise self._wrong(line, "{{else}} stands in no open block.")
            self.stack[-1].otherwise = []
        elif tag in ("/if", "/each"):
            if not self.stack or self.stack[-1].kind != tag[1:]:
                raise self._wrong(line, f"{{{{{tag}}}}} closes no open block.")
            self.stack.pop()
        else:
            self._part.append(_Value(self._path(tag, line), line))

    def _open(self, kind: Literal["if", "each"], path: str, line: int) -> None:
        if len(self.stack) == MAX_DEPTH:
            raise self._wrong(line, f"Blocks are nested more than {MAX_DEPTH} deep.")
        block = _Block(kind, path, line)
        self._part.append(block)
        self.stack.append(block)

    def _path(self, path: str, line: int) -> str:
        if not _PATH.fullmatch(path):
            raise self._wrong(line, f"{path!r} is no name.", "A name reads like lead or lead.name.")
        return path

    def _wrong(self, line: int, what: str, why: str = "") -> TemplateError:
        return TemplateError(f"{self.name}, line {line}: {what}", why)


def _free_paths(nodes: Sequence[_Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, _Value):
            yield node.path
        elif isinstance(node, _Block):
            yield node.path
            if node.kind == "if":
                yield from _free_paths(node.body)
            yield from _free_paths(node.otherwise or [])


_MISSING = object()


class _Rendering:
    """One rendering: what was written so far, and how much of the limits is used."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts: list[str] = []
        self.chars = 0
        self.steps = 0

    def write(self, nodes: Sequence[_Node], scopes: list[Any]) -> None:
        for node in nodes:
            self._step()
            if isinstance(node, _Text):
                self._add(node.text)
            elif isinstance(node, _Value):
                self._add(self._as_text(self._need(node.path, node.line, scopes), node))
            elif node.kind == "if":
                chosen = node.body if self._holds(node, scopes) else node.otherwise
                self.write(chosen or [], scopes)
            else:
                self._repeat(node, scopes)

    def _step(self) -> None:
        """Count one part or one round of a loop: this is what bounds the time, however loops are nested."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TemplateError(f"{self.name} does too much.", f"More than {MAX_STEPS} parts to fill in.")

    def _repeat(self, block: _Block, scopes: list[Any]) -> None:
        items = self._need(block.path, block.line, scopes)
        if items is not None and not isinstance(items, list | tuple):
            raise TemplateError(
                f"{self.name}, line {block.line}: {{{{#each {block.path}}}}} needs a list.",
                f"{block.path} is of type {type(items).__name__}.",
            )
        for item in items or ():
            self._step()
            self.write(block.body, [*scopes, item])
        if not items:
            self.write(block.otherwise or [], scopes)

    def _holds(self, block: _Block, scopes: list[Any]) -> bool:
        first = block.path.split(".")[0]
        self._need(first, block.line, scopes)
        value = _find(block.path, scopes)
        return value is not _MISSING and bool(value)

    def _need(self, path: str, line: int, scopes: list[Any]) -> Any:
        value = _find(path, scopes)
        if value is _MISSING:
            raise self._missing(path, line, scopes)
        return value

    def _missing(self, path: str, line: int, scopes: list[Any]) -> TemplateError:
        known = sorted({name for scope in scopes for name in _names_in(scope)})
        parent = path.rpartition(".")[0]
        if parent and _find(path.split(".")[0], scopes) is not _MISSING:
            known = [f"{parent}.{name}" for name in sorted(_names_in(_find(parent, scopes)))]
        near = get_close_matches(path, known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known[:30]) or 'nothing'}."
        return TemplateError(f"{self.name}, line {line}: no value for {{{{{path}}}}}.", hint)

    def _as_text(self, value: Any, node: _Value) -> str:
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        try:
            return json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise TemplateError(
                f"{self.name}, line {node.line}: {{{{{node.path}}}}} cannot be written.",
                f"Its value is not JSON ({type(error).__name__}).",
            ) from error

    def _add(self, text: str) -> None:
        self.chars += len(text)
        if self.chars > MAX_OUTPUT_CHARS:
            raise TemplateError(
                f"{self.name} grows too long.", f"More than {MAX_OUTPUT_CHARS} characters when filled in."
            )
        self.parts.append(text)


def _find(path: str, scopes: Sequence[Any]) -> Any:
    """Walk `path` from the innermost scope that knows its first name; `this` is the innermost item itself."""
    first, *rest = path.split(".")
    value: Any = _MISSING
    if first == "this" and len(scopes) > 1:
        value = scopes[-1]
    else:
        for scope in reversed(scopes):
            if isinstance(scope, Mapping) and first in scope:
                value = scope[first]
                break
    for key in rest:
        value = _child(value, key)
    return value


def _child(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, _MISSING)
    if isinstance(value, list | tuple) and key.isascii() and key.isdigit() and int(key) < len(value):
        return value[int(key)]
    return _MISSING


def _names_in(scope: Any) -> list[str]:
    return [str(name) for name in scope] if isinstance(scope, Mapping) else []
