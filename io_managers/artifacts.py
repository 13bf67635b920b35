"""The one io manager: every artifact is stored in the product's own tables as JSON that its type has checked.

Here: artifact to bytes and back, by the asset's annotation, and sentences for what is missing or out of date.
Not here: the tables and the torn-bytes check (`dossier/store/artifacts.py`). Nothing is pickled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import dagster as dg
from pydantic import TypeAdapter, ValidationError

from dossier.errors import DossierError, Permanent
from dossier.open_runs import OpenRuns


class ArtifactIOManager(dg.IOManager):
    """Stores under the run's fence and loads by run and asset; a partition key is a run id."""

    def __init__(self, runs: Callable[[], OpenRuns]) -> None:
        self._runs = runs

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store the artifact of the run that this Dagster run has in hand."""
        asset, run_id = context.asset_key.to_user_string(), context.partition_key
        run = self._runs().opened(run_id, context.run_id)
        if run is None:
            raise Permanent(f"The run {run_id} is not in hand.", "Only the worker that took it may store.")
        try:
            payload = to_bytes(obj, context.dagster_type.typing_type)
            self._runs().keep(run, asset, payload, hashlib.sha256(payload).hexdigest(), obj)
        except DossierError as error:
            self._runs().fail(run, asset, error)
            raise

    def load_input(self, context: dg.InputContext) -> Any:
        """Load the artifact of `context`'s partition as its type."""
        return self.read(context.partition_key, context.asset_key.to_user_string(), context.dagster_type.typing_type)

    def read(self, run_id: str, asset: str, annotation: Any) -> Any:
        """Return the artifact of `asset` of a run as `annotation`.

        Raises Permanent, never an empty stand-in: it was not made yet, its bytes are torn, or it was stored by a
        version whose artifact looked otherwise.
        """
        stored = self._runs().load(run_id, asset)
        if stored is None:
            raise Permanent(
                f"The artifact {asset!r} of run {run_id} is missing.",
                "It was not made yet.",
                f"Materialize {asset} for this partition first, or run: dossier retry {run_id}",
            )
        try:
            return adapter(annotation).validate_json(stored.payload)
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            raise Permanent(
                f"The artifact {asset!r} of run {run_id} is out of date.",
                f"It does not fit its type any more: {'.'.join(map(str, fault['loc']))}: {fault['msg']}.",
                f"Make it again with: dossier retry {run_id} --from {asset}",
            ) from None


def to_bytes(artifact: Any, annotation: Any) -> bytes:
    """Return the artifact as JSON. Raises Permanent if it is not what the asset promises."""
    kind = adapter(annotation)
    try:
        return kind.dump_json(kind.validate_python(artifact), by_alias=True)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise Permanent(
            "An artifact is not what its asset promises.",
            f"{'.'.join(map(str, fault['loc'])) or 'artifact'}: {fault['msg']}.",
            "This is a defect of the step that made it.",
        ) from None


@lru_cache(maxsize=64)
def adapter(annotation: Any) -> TypeAdapter[Any]:
    """Return the reader and writer of one type of artifact."""
    return TypeAdapter(annotation)
