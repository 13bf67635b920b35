"""The server as a process of its own: `python -m dossier.model_server`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from dossier.model_server.server import ModelServer


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process ends; the first line of output is the URL."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each message takes")
    parser.add_argument("--batch-seconds", type=float, default=0.0)
    parser.add_argument("--mode", choices=("sensible", "obedient", "inventing"), default="sensible")
    parser.add_argument("--requests-per-minute", type=int)
    parser.add_argument("--input-tokens-per-minute", type=int)
    given = parser.parse_args(arguments)
    with ModelServer(
        given.documents,
        given.latency,
        port=given.port,
        mode=given.mode,
        batch_seconds=given.batch_seconds,
        requests_per_minute=given.requests_per_minute,
        input_tokens_per_minute=given.input_tokens_per_minute,
    ) as server:
        print(server.url, flush=True)
        server.closing.wait()


if __name__ == "__main__":
    main()
