"""One measurement in a process of its own: its memory is nobody else's, and nothing is warm from another one.

Here: `alone("module:function", ...)`, and the other end of it. The answer of the function is the JSON on standard
output, with the peak of the process's memory beside it.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
from typing import Any


def alone(function: str, **arguments: Any) -> dict[str, Any]:
    """Return what `module:function(**arguments)` answers, run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.alone", function, json.dumps(arguments)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answer


def peak_mb() -> int:
    """Return the most memory that this process has had so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 if sys.platform != "darwin" else 1024 * 1024)


if __name__ == "__main__":
    module, name = sys.argv[1].split(":")
    print(json.dumps(getattr(importlib.import_module(module), name)(**json.loads(sys.argv[2]))))
