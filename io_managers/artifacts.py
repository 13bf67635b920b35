"""The one io manager: every artifact is stored in the product's own tables as JSON that its type has checked.

Here: artifact to bytes and back, by the asset's annotation, and sentences for what is missing or out of date.
Not here: the tables and the torn-bytes check (`dossier/store/artifacts.py`). Nothing is pickled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import dagster as dg
from pydantic import TypeAdapter, ValidationError

from dossier.errors import Permanent
from dossier.open_runs import Manifest, OpenRun, OpenRuns
from dossier.store.artifacts import StoredArtifact


class ArtifactIOManager(dg.IOManager):
    """Stores under the run's fence and loads by run and asset; a partition key is a run id.

    An asset keeps the artifact of each run as it is made, so that a Dagster run over many partitions holds one at a
    time, and hands the manifest to Dagster.
    """

    def __init__(self, runs: Callable[[], OpenRuns]) -> None:
        self._runs = runs

    def keep(self, run: OpenRun, asset: str, annotation: Any, artifact: Any) -> str:
        """Store the artifact of a run in hand as `annotation`; return its sha256.

        Raises Permanent if it is not what the asset promises, and Superseded if the run has changed hands.
        """
        payload = to_bytes(artifact, annotation)
        digest = hashlib.sha256(payload).hexdigest()
        self._runs().keep(run, asset, payload, digest, artifact)
        return digest

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Take note of the manifest of what was kept. Raises Permanent for an artifact that nobody kept."""
        if not isinstance(obj, Manifest):
            raise Permanent(
                f"The asset {context.asset_key.to_user_string()!r} handed over an artifact.",
                "Artifacts are kept run by run, and the manifest is handed over.",
                "Write the asset with the decorator @artifact.",
            )

    def load_input(self, context: dg.InputContext) -> Any:
        """Load the artifact of `context`'s partition as its type; of several partitions a dict by run id."""
        asset, kind = context.asset_key.to_user_string(), context.dagster_type.typing_type
        run_ids = context.asset_partition_keys
        if len(run_ids) == 1:
            return self.read(run_ids[0], asset, kind)
        return {run_id: self.read(run_id, asset, kind) for run_id in run_ids}

    def read(self, run_id: str, asset: str, annotation: Any) -> Any:
        """Return the artifact of `asset` of a run as `annotation`. Raises as `read_all` does."""
        return self.read_all(run_id, {asset: annotation})[asset]

    def read_all(self, run_id: str, annotations: Mapping[str, Any]) -> dict[str, Any]:
        """Return artifacts of a run by asset, each as its annotation.

        Raises Permanent, never an empty stand-in: one was not made yet, its bytes are torn, or it was stored by a
        version whose artifact looked otherwise.
        """
        stored = self._runs().load(run_id, annotations.keys()) if annotations else {}
        return {asset: _from_bytes(run_id, asset, stored.get(asset), kind) for asset, kind in annotations.items()}


def _from_bytes(run_id: str, asset: str, stored: StoredArtifact | None, annotation: Any) -> Any:
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
