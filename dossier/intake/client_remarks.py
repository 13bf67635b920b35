"""What a person should hear about a client's configuration that is taken all the same.

Here: keys that mean nothing, points that the formula does not have, half-lives of no signal, and signals that the
extractive engine knows no word for. Not here: what is refused (`clients.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from dossier.evidence.freshness import HALF_LIVES, unknown_names
from dossier.extractive.signal_names import literal_words, telling_words
from dossier.intake.client_keys import misspelt, unread
from dossier.models import Client
from dossier.steps.score import DEFAULT, points_of, unknown_weights
from dossier.steps.score_formulas import FORMULAS


def remarks(client: Client) -> list[str]:
    """Return one sentence for each thing in the configuration that will not work as its writer may expect."""
    return [*_keys(client), *_scoring(client), *_half_lives(client), *_signals(client)]


def _keys(client: Client) -> Iterator[str]:
    config = client.config.model_dump(mode="json", exclude_unset=True)
    for key, meant in misspelt(config).items():
        yield f"{key}: nothing reads this key. Did you mean {meant}? It is kept as it is."
    if others := unread(config):
        yield f"Kept, but read by no rule (a model sees what stands in icp_config): {', '.join(others)}."


def _scoring(client: Client) -> Iterator[str]:
    name = client.config.scoring
    if name not in FORMULAS:
        yield f"scoring: {name} is not available yet; until then the score is by {DEFAULT}, and each dossier says so."
    points = sorted(points_of(client))
    for weight in unknown_weights(client):
        near = get_close_matches(weight, points, n=1, cutoff=0.6)
        hint = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(points)}."
        yield f"icp_config.scoring_weights.{weight}: the formula has no such part. {hint}"


def _half_lives(client: Client) -> Iterator[str]:
    profile = client.config.icp_config
    names = [signal.name for signal in profile.signals]
    for name in unknown_names(profile.half_life_days, names):
        near = get_close_matches(name, [*names, *HALF_LIVES], n=1, cutoff=0.6)
        hint = (
            f"Did you mean {near[0]}?" if near else f"Beside your signals there are: {', '.join(HALF_LIVES)}, default."
        )
        yield f"icp_config.half_life_days.{name}: no signal has this name. {hint}"


def _signals(client: Client) -> Iterator[str]:
    for signal in client.config.icp_config.signals:
        literal = literal_words(signal.name)
        if not telling_words(signal.name):
            yield f"Signal {signal.name}: its name tells no event. Without a model it is never found: rename it."
        elif literal:
            yield (
                f"Signal {signal.name}: the extractive engine knows no other word for {' and '.join(literal)}. "
                "Without a model it is found only where a sentence says just that."
            )
