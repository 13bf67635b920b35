"""`make bench`: runs the benchmarks and prints one JSON document on standard output.

Here: which benchmarks there are and how they are chosen. Each module named here has `measure(whole) -> dict` and works
in temporary folders, on both databases. Progress goes to standard error. Figures are reported, never asserted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import time

# What each measures, and its minutes on two quiet cores: of the quick set, and of all of it.
BENCHMARKS = {
    "one_by_one": ("dossiers one by one: a command each, and one after another in one process", 1.5, 1.5),
    "ranges": ("dossiers by the 20, 100, 300 in one Dagster run, beside as many empty assets", 2, 20),
    "backfill": ("dossiers by one backfill of Dagster's pages: 300 of them, 5 in the quick set", 2, 15),
    "search": ("queries over 20,000 and 100,000 documents", 1.5, 8),
    "model": ("dossiers by a model: calls, tokens, dollars, and what we add to its time", 2, 2),
    "merge": ("claims merged: 200, 1,000 and 10,000 of one lead", 0.2, 0.5),
    "reading": ("sentences read for claims, and written sentences checked", 0.5, 1),
    "corpus_import": ("documents taken in per second", 0.5, 0.5),
}


def main() -> None:
    """Measure what was chosen on the command line, by default all of it in its quick form."""
    chosen = _arguments()
    figures: dict[str, object] = {"machine": _machine()}
    for name in chosen.names or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr)
        begun = time.monotonic()
        measured = importlib.import_module(f"benchmarks.{name}").measure(chosen.all)
        figures[name] = {**measured, "took_s": round(time.monotonic() - begun)}
    print(json.dumps(figures, indent=2))


def _arguments() -> argparse.Namespace:
    listed = [f"  {name:14}{said} ({quick:g} min, all {whole:g})" for name, (said, quick, whole) in BENCHMARKS.items()]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Figures of this machine, as JSON on standard output.",
        epilog="benchmarks:\n" + "\n".join(listed),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benchmarks; all of them by default")
    parser.add_argument("--all", action="store_true", help="every size, not only the smallest (make bench ALL=1)")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return chosen


def _machine() -> dict[str, object]:
    """Say what the figures hold for; under a load of others they are worth little."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


if __name__ == "__main__":
    main()
