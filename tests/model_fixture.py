"""Requests to the model server as the product writes them, over invented organisations.

Here: prompts with marked blocks, bodies, the SDK's client. Not here: the server and its answers.
"""

import json
import os

import anthropic
import pytest

CODE = "0123456789abcdef"
PROFILE = {"signals": [{"name": "new_plant_announced", "tier": "hot"}, {"name": "layoffs", "tier": "warm"}]}
CLIENT = {"name": "Acme Steel", "offer": ["steel buildings"], "differentiators": ["one crew for all"]}
STORY = (
    "Harbor Foods announced on May 14, 2026 that it will build a plant in Dayton, Ohio for $120 million. "
    "The company expects 300 new jobs. Stone Builders is the contractor of Harbor Foods for the plant. "
    "Ann Lee, vice president of operations at Harbor Foods, leads the project. Rain fell in April 2026."
)
OTHER_STORY = (
    "Lantern Mills plans to close its mill in Salem in September 2026. "
    "Bob Reyes, plant manager at Lantern Mills, said that 80 jobs end."
)
CLAIMS = (
    "- MERGED_001, SIGNAL, current, HIGH, 2026-05-14 (day): Harbor Foods announced on May 14, 2026 that it will build "
    "a plant in Dayton, Ohio for $120 million.\n"
    "- MERGED_002, CONTACT, current, LOW: Ann Lee, vice president of operations at Harbor Foods, leads the project.\n"
    "- MERGED_003, RELATIONSHIP, current, MEDIUM: Stone Builders is the contractor of Harbor Foods for the plant.\n"
    "- MERGED_004, METRIC, superseded, LOW: Harbor Foods has 20 sites.\n"
)
SCORE = "- 72 of 100, tier B, urgency HIGH\n- signal: 25 of 25. A plant was announced.\n- timing: 15 of 15. It is new."


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keys nor proxies of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("ANTHROPIC_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def client_of(url: str, **options: object) -> anthropic.Anthropic:
    """The real SDK, talking to `url`."""
    return anthropic.Anthropic(api_key="key-of-the-test", base_url=url, **{"max_retries": 0, **options})


def block(label: str, text: str, code: str = CODE) -> str:
    """A marked block of a prompt."""
    return f"[[{code} {label}]]\n{text}\n[[{code} end]]\n\n"


def passage(text: str, source_id: str = "src_0001", tier: str = "NEWS", url: str = "https://news.example/1") -> str:
    """A passage of a source as prompts show it."""
    head = f"title: A report\npublisher: The Paper\naddress: {url}\n\n"
    return block(f"source {source_id}, from character 0, tier {tier}, published 2026-05-15", head + text)


def research_prompt(text: str, lead: str = "Harbor Foods", wanted: str = "types ENTITY and RELATIONSHIP") -> str:
    """A prompt of a research step."""
    return (
        "# Task\n\nFind out. Today is 2026-06-30.\n\n"
        + block("client", json.dumps(CLIENT))
        + block("ideal customer profile", json.dumps(PROFILE))
        + block("lead", json.dumps({"name": lead, "domain": None, "aliases": []}))
        + (passage(text) if text else "There are no sources.\n\n")
        + f"# Rules\n\n- Write claims of the {wanted}.\n\n# Output\n"
    )


def writing_prompt(claims: str = CLAIMS, fields: str = "`title`, `one_liner`", more: str = "") -> str:
    """A prompt of a writing step, with the fields of its content."""
    return (
        "# Task\n\nWrite. Today is 2026-06-30.\n\n"
        + block("client", json.dumps(CLIENT))
        + block("lead", json.dumps({"name": "Harbor Foods"}))
        + block("score", SCORE)
        + more
        + block("claims", claims)
        + f"# Output\n\n- `content`: {fields}.\n"
    )


def body_of(prompt: str, schema: dict | None = None, **more: object) -> dict:
    """A body for POST /v1/messages, its schema as the SDK sends it."""
    body = {
        "model": "claude-sonnet-5-5",
        "max_tokens": 16_000,
        "messages": [{"role": "user", "content": prompt}],
        **more,
    }
    if schema is not None:
        strict = anthropic.transform_schema(schema)
        body["output_config"] = {"format": {"type": "json_schema", "schema": strict}}
    return body
