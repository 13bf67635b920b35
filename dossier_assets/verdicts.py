"""What the result of a check says in words on Dagster's pages: what is wrong, where, and what to do next.

Here: sentences made of complaints. Not here: what is promised (`checks.py`) and what Dagster does with a result
(`graph.py`). Pages render the words as Markdown, and complaints may hold words of documents: they are made harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from dossier.exports.wording import count
from dossier_assets.checks import Check
from dossier_assets.metadata import MAX_DETAILS, bullets, clipped, plain

RUNS_NAMED = 20
_RUN_ID = re.compile(r"[a-z0-9-]+")  # a person can add any text as a partition


def verdict(check: Check, broken: Mapping[str, Sequence[str]], looked_at: int) -> str:
    """Return what a check found in `looked_at` dossier runs; `broken` are the complaints by run id."""
    complaints = [(run_id, said) for run_id, all_said in broken.items() for said in all_said]
    if not complaints:
        return f"Kept: {_lowered(check.says)}" if looked_at == 1 else f"Kept in all {looked_at} dossier runs."
    named = "" if looked_at == 1 else "**{}**: "
    where = "" if looked_at == 1 else f" in {len(broken)} of {looked_at} dossier runs"
    said = [
        f"**Broken {count(len(complaints), 'time')}{where}**: {_lowered(check.says)}",
        bullets(complaints, lambda one: named.format(plain(one[0])) + plain(one[1], 300)),
        f"Next: {check.next_step.format(run=_one_or('RUN', broken))}" if check.next_step else "",
    ]
    return clipped("\n\n".join(part for part in said if part), MAX_DETAILS, "More in the log of the run.")


def not_made(made: int, failed: Mapping[str, str], left_alone: int) -> str:
    """Return how many dossier runs of a range have this artifact, and of the `failed` ones why not, by run id."""
    asked = made + len(failed) + left_alone
    rest = f" {left_alone} left to another worker, or completed already." if left_alone else ""
    if not failed:
        return f"{made} of {count(asked, 'dossier run')} got this far.{rest}"
    these, them = ("this partition", "it") if len(failed) == 1 else ("these partitions", "them")
    said = [
        f"**{len(failed)} of {count(asked, 'dossier run')} did not get this far.**{rest}",
        bullets(list(failed.items()), lambda one: f"**{plain(one[0])}**: {plain(one[1], 300)}", RUNS_NAMED),
        f"Next: mend the cause, then run: `dossier retry {_one_or('RUN', failed)}`, or materialize {these} alone."
        f" Dagster shows {them} as materialized all the same: it counts a range as a whole.",
    ]
    return clipped("\n\n".join(said), MAX_DETAILS, "More in: `dossier status`")


def first_of(complaints: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Return the first of the complaints by run id as metadata: the log of a run shows no descriptions of checks."""
    for run_id, said in complaints.items():
        return {"first": f"{run_id}: {said if isinstance(said, str) else said[0]}"[:300]}
    return {}


def _one_or(placeholder: str, run_ids: Iterable[str]) -> str:
    known = list(run_ids)
    return known[0] if len(known) == 1 and _RUN_ID.fullmatch(known[0]) else placeholder


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
