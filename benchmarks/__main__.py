"""`make bench`: runs every benchmark and prints one JSON document on standard output.

Here: which benchmarks there are. Each module beside this one has a function `measure() -> dict` that works in a
temporary folder. Progress goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys

NAMES = ("dossiers", "search", "corpus_import")


def main() -> None:
    """Measure all, or those that are named on the command line."""
    wanted = sys.argv[1:] or NAMES
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}")
    figures: dict[str, object] = {"machine": {"cores": os.cpu_count(), "python": platform.python_version()}}
    for name in wanted:
        print(f"measuring {name} ...", file=sys.stderr)
        figures[name] = importlib.import_module(f"benchmarks.{name}").measure()
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
