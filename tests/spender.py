"""A process that asks the model one question after the other until a shared budget refuses it.

Started by `test_kill_calls.py` with the address of a store, that of a model server, and the run it asks for.
"""

import json
import sys
from dataclasses import replace

from claude_fixture import FAST, REQUEST, SMART
from store_fixture import take

from dossier.errors import BudgetExceeded, BudgetReached
from dossier.store.budgets import Budgets
from dossier.store.calls import CallBook
from dossier.store.database import Store
from resources.claude import Calls, Claude, ClaudeLlm, ClaudeSettings

CAP = 600_000_000


def main(url: str, model: str, run_id: str) -> None:
    """Ask, and print how it ended."""
    store = Store.open(url)
    run = take(store, run_id, f"dagster-{run_id}")
    claude = Claude(ClaudeSettings("key-of-the-test", model, FAST, SMART), store)
    llm = ClaudeLlm(Calls(claude, CallBook(store, run, Budgets(day=CAP))))
    asked = 0
    while True:
        try:
            llm.complete(replace(REQUEST, step="writer_intro", prompt=f"{run_id}: question {asked}."))
            asked += 1
        except (BudgetExceeded, BudgetReached) as end:
            print(json.dumps({"asked": asked, "cap": CAP, "end": type(end).__name__}))
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
