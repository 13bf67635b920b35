"""Asks the vendor whether it takes the key and knows the models, by a request that costs nothing.

Here: the one free request for each model. Not here: calls that are paid (`claude.py`).
"""

from __future__ import annotations

from dossier.errors import Permanent
from resources.claude import ClaudeSettings, make_client, place_of, rejected

SECONDS = 20.0


def check_key(settings: ClaudeSettings) -> str:
    """Return in words which models the vendor knows with this key. Raises what it says against key or models.

    Tokens are counted, which is free of charge. Only the vendor's own platform is asked.
    """
    import anthropic

    if settings.via != "api":
        return f"its key is not tried: {settings.via} has no request that costs nothing"
    client = make_client(settings)
    hello: list[anthropic.types.MessageParam] = [{"role": "user", "content": "Good morning."}]
    for model in dict.fromkeys((settings.fast, settings.smart)):
        try:
            client.messages.count_tokens(model=model, messages=hello, timeout=SECONDS)
        except anthropic.APIStatusError as error:
            raise rejected(error, settings, place_of(client)) from None
        except anthropic.APIError as error:
            raise Permanent(
                "The model's service was not reached.",
                f"{type(error).__name__}, at {place_of(client)}.",
                "Look at ANTHROPIC_BASE_URL, at a proxy between, and at the network.",
            ) from None
    return f"the key is taken, {settings.fast} and {settings.smart} are known"
