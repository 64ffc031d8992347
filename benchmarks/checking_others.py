"""What other checkers take for the logs of `checking_speed.py`: run by it, in the interpreter that has them.

    python benchmarks/checking_others.py pm4py|declare4py SHAPE EVENTS ROUNDS

Prints one line of JSON: seconds of CPU (the least of the rounds), and which templates are broken. Reading the log is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from letters import PAIRS, labels

ONE_PAIR: dict[str, tuple[str, ...]] = {
    "response": ("a0", "b0"), "precedence": ("a0", "b0"), "altresponse": ("a0", "b0"), "altprecedence": ("a0", "b0"),
    "chainresponse": ("a0", "b0"), "noncoexistence": ("a0", "never"), "responded_existence": ("a0", "b0"),
}  # fmt: skip
SINGLE = {"existence": "a0", "absence": "never", "init": "a0"}


def pm4py(log: list[str], pairs: int) -> Callable[[], list[str]]:
    """Its list interface: a trace is a list of labels, and a deviation is a template with its labels."""
    from pm4py.algo.conformance.declare.variants import classic

    model: dict[str, dict[Any, dict[str, float]]] = {}
    numbers = {"support": 1, "confidence": 1.0}
    for first, second in PAIRS[:pairs]:
        names = {"a0": first, "b0": second}
        for template, roles in ONE_PAIR.items():
            model.setdefault(template, {})[tuple(names.get(role, role) for role in roles)] = numbers
        for template, role in SINGLE.items():
            model.setdefault(template, {})[names.get(role, role)] = numbers

    def check() -> list[str]:
        (found,) = classic.apply_list([log], model)
        return sorted({template for template, _ in found["deviations"]})

    return check


D4PY = """\
activity a0
activity b0
activity x
activity never
Response[a0, b0] | | |
Precedence[a0, b0] | | |
Alternate Response[a0, b0] | | |
Alternate Precedence[a0, b0] | | |
Chain Response[a0, b0] | | |
Not Responded Existence[a0, never] | | |
Responded Existence[a0, b0] | | |
Existence1[a0] | |
Absence1[never] | |
Init[a0] | |
"""


def declare4py(log: list[str], pairs: int) -> Callable[[], list[str]]:
    """Its checker of one trace, whose events are mappings. Always the first pair only."""
    from Declare4Py.ProcessModels.DeclareModel import DeclareModel
    from Declare4Py.Utils.Declare.Checkers import ConstraintChecker

    model = DeclareModel().parse_from_string(D4PY)
    trace = [{"concept:name": label, "time:timestamp": number} for number, label in enumerate(log)]

    def check() -> list[str]:
        results = ConstraintChecker().check_trace_conformance(trace, model, True)
        states = zip(model.serialized_constraints, results, strict=True)
        return sorted(name for name, result in states if "VIOLATED" in str(result.state).upper())

    return check


def main() -> None:
    tool, shape, events, rounds = sys.argv[1:]
    log = list(labels(shape, int(events)))
    check = {"pm4py": pm4py, "declare4py": declare4py}[tool](log, 10 if shape == "ten pairs" else 1)
    best = float("inf")
    broken: list[str] = []
    for _ in range(int(rounds)):
        began = time.process_time()
        broken = check()
        best = min(best, time.process_time() - began)
    print(json.dumps({"seconds": best, "broken": broken}))


if __name__ == "__main__":
    main()
