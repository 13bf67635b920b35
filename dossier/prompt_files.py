"""Reads the prompts: one Markdown file per step, YAML front matter, then the text with its `{{variables}}`.

Here: the front matter's fields, the checks a file must pass before it is used, digests, and what of a filled prompt is
the same for every lead of a client. Not here: templates (`dossier/templates.py`), asking (`dossier/exchange.py`),
versions (`dossier/store/prompts.py`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, Field, ValidationError

from dossier import keys
from dossier.answers import ANSWERS
from dossier.errors import BadInput
from dossier.intake import strict_yaml
from dossier.models import Model
from dossier.setup_answers import SETUP_ANSWERS
from dossier.templates import Template

# Given to every prompt by the exchange: a mark that no source can know, set around what came from outside.
BUILT_IN = frozenset({"boundary"})
# A line of its own. What stands above it uses values of the client alone, so the vendor can keep it between leads.
STABLE_UNTIL = "<!-- the same for every lead until here -->"
MAX_FRONT_MATTER = 8_000


@lru_cache(maxsize=128)
def _parsed(content: str, name: str, line: int = 1) -> Template:
    return Template(content, name, line)


class Filled(NamedTuple):
    """A prompt with its values: the first `stable_chars` of `text` are the same for every lead of a client."""

    text: str
    stable_chars: int


class PromptFile(Model):
    """A prompt as its file says it: `content` is the template, `system` is sent beside it, unfilled."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    id: str
    name: str
    stage: Literal["FIND_LEAD", "ENRICH_LEAD", "INSIGHT", "FINAL", "SET_UP"]
    step_order: int = Field(ge=1)
    role: Literal["fast", "smart"] = "smart"
    produces_claims: bool = False
    merges_claims: bool = False
    produces_context_pack: bool = False
    context_pack_type: Literal["signal_to_entity", "entity_to_contacts", "contacts_to_enrichment"] | None = None
    execution_mode: Literal["sync", "async_poll", "background", "agent"] = "sync"
    uses_tools: list[str] = []
    max_tokens: int = Field(default=8000, ge=256, le=21_000)
    effort: Literal["low", "medium", "high"] | None = None
    timeout_seconds: int = Field(default=300, ge=1)
    variables: list[str]
    system: str
    content: str
    source: str = Field(default="", exclude=True, repr=False)  # the file as it was read, so that it can be exported

    @property
    def digest(self) -> str:
        """The sha256 of all that shapes an answer; a new digest is a new version."""
        return keys.digest(json.dumps(self.model_dump(mode="json"), sort_keys=True))

    @property
    def template(self) -> Template:
        """The parsed text. Raises TemplateError."""
        return _parsed(self.content, f"prompts/{self.id}.md")

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the prompt with `values` filled in. Raises TemplateError, which names what is missing."""
        return "".join(part.render(values) for part in self.parts())

    def fill(self, values: Mapping[str, Any]) -> Filled:
        """Return the prompt with `values` and with boundaries, which no text in the values can know and close.

        The boundary is a digest of all values; in the stable part of those alone that stand there, or nothing of it
        would be the same for two leads. Raises TemplateError.
        """
        *above, rest = self.parts()
        stable = "".join(part.render({**values, "boundary": _boundary(values, part.names())}) for part in above)
        return Filled(stable + rest.render({**values, "boundary": _boundary(values, values)}), len(stable))

    def parts(self) -> list[Template]:
        """The parts of the prompt in their order: the stable one, if there is one, and the rest."""
        above, line, below = _parts(self.content)
        where = f"prompts/{self.id}.md"
        if not line:
            return [_parsed(above, where)]
        return [_parsed(above, where), _parsed(below, where, above.count("\n") + 2)]


def _parts(content: str) -> tuple[str, str, str]:
    """Return what stands above the line STABLE_UNTIL, the line, and what stands below it."""
    above, line, below = content.partition(f"{STABLE_UNTIL}\n")
    return above, line, below


def _boundary(values: Mapping[str, Any], names: Collection[str]) -> str:
    given = {name: values[name] for name in names if name in values and name not in BUILT_IN}
    return keys.digest(json.dumps(given, sort_keys=True))[:16]


def parse_prompt(text: str, step: str) -> PromptFile:
    """Read the file of `step`. Raises BadInput naming the file and what is wrong with it."""
    where = f"prompts/{step}.md"
    front, content = _split(text.replace("\r\n", "\n"), where)
    try:
        prompt = PromptFile.model_validate({**front, "content": content, "source": text})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
        raise BadInput(f"{where}: the front matter cannot be used.", faults) from error
    _check(prompt, step, where)
    return prompt


def _split(text: str, where: str) -> tuple[dict[str, Any], str]:
    if not text.startswith("---\n"):
        raise BadInput(f"{where} has no front matter.", "A prompt begins with a line of three dashes.")
    front, fence, content = text[4:].partition("\n---\n")
    if not fence or not content.strip():
        raise BadInput(f"{where}: the front matter is not closed, or no prompt follows it.")
    return _front_matter(front, where), content.strip() + "\n"


def _front_matter(text: str, where: str) -> dict[str, Any]:
    """Load plain YAML. Aliases and depth are refused: both can grow without bound from a short text."""
    if len(text) > MAX_FRONT_MATTER:
        raise BadInput(f"{where}: the front matter is longer than {MAX_FRONT_MATTER} characters.")
    try:
        front = strict_yaml.loads(text)
    except strict_yaml.BadYaml as error:
        raise BadInput(f"{where}: the front matter cannot be read.", f"{error}.", "Correct it.") from error
    if not isinstance(front, dict):
        raise BadInput(f"{where}: the front matter is not a list of fields.")
    return front


def _check(prompt: PromptFile, step: str, where: str) -> None:
    if prompt.id != step:
        raise BadInput(f"{where}: its id is {prompt.id!r}.", "A prompt's file carries its id as name.")
    if Template(prompt.system, where).names():
        raise BadInput(f"{where}: the system text has placeholders.", "They belong into the prompt.")
    if prompt.content.count(STABLE_UNTIL) != prompt.content.count(f"\n{STABLE_UNTIL}\n"):
        raise BadInput(f"{where}: the mark of the stable part is not a line of its own.", STABLE_UNTIL)
    if prompt.content.count(STABLE_UNTIL) > 1:
        raise BadInput(f"{where} marks its stable part twice.", "What is the same for every lead stands in one piece.")
    names = {name for part in prompt.parts() for name in part.names()}
    unknown = sorted(names - BUILT_IN - set(prompt.variables))
    if unknown:
        raise BadInput(
            f"{where} uses {', '.join(unknown)} without declaring it.",
            f"Declared variables: {', '.join(prompt.variables)}.",
        )


def read_prompts(folder: Traversable) -> dict[str, PromptFile]:
    """Read every `*.md` of `folder` by step id, in order of the steps. Raises BadInput."""
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".md")), key=lambda file: file.name)
    prompts = [parse_prompt(file.read_text(encoding="utf-8"), file.name.removesuffix(".md")) for file in files]
    return {prompt.id: prompt for prompt in sorted(prompts, key=lambda prompt: (prompt.step_order, prompt.id))}


@lru_cache(maxsize=1)
def load_prompts() -> dict[str, PromptFile]:
    """Return the prompts that are shipped, one for every step that asks. Raises BadInput if one is missing."""
    prompts, steps = read_prompts(resources.files("prompts")), ANSWERS.keys() | SETUP_ANSWERS.keys()
    missing, unknown = steps - prompts.keys(), prompts.keys() - steps
    if missing or unknown:
        raise BadInput("The prompts do not fit the steps.", f"Missing: {missing or '-'}; unknown: {unknown or '-'}.")
    return prompts
