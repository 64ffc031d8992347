"""How fast promises are judged: 10^6 operations of a recording in memory, 10 constraints and 100, witnesses included.

    python benchmarks/checking_speed.py [--events 1000000] [--rounds 3] [--pm4py PYTHON] [--declare4py PYTHON]

The constraints are those of the process-mining tools' comparison: response, precedence, alternate response and precedence,
chain response, not co-existence, responded existence, existence, absence, init. Each operation has two instants, so there are
twice as many events. What other tools take is asked in the same run of interpreters that have them (`python -m venv V;
V/bin/pip install pm4py declare4py`). Figures are seconds of CPU, the least of the rounds; the recording is in memory, matchers
are compiled and asked within the time. Declare4Py is given a hundredth of the log, and its time taken a hundred times.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from letters import PAIRS, labels

from mprunner.checking.blocks.feeding import Feeder
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.queues import Fifo
from mprunner.checking.forms import Body, CountForm, Declared, EachForm, MatcherForm, PromiseForm, ScopeForm
from mprunner.checking.unwritten import unwritten
from mprunner.recording.blocks import Block, blocks
from mprunner.recording.events import Call, Ending, Recording

TEMPLATES = (
    "response", "precedence", "altresponse", "altprecedence", "chainresponse", "noncoexistence", "responded_existence",
    "existence", "absence", "init",
)  # fmt: skip
"""As pm4py names them, in the order of `constraints`."""


def printed(name: str) -> MatcherForm:
    return MatcherForm(print=name)


def constraints(first: str, second: str) -> list[PromiseForm]:
    a, b, never = printed(first), printed(second), printed("never")
    bodies: list[Body] = [
        EachForm(a, b),
        EachForm(b, a, where="before"),
        EachForm(a, b, without=a),
        EachForm(b, a, where="before", without=b),
        EachForm(a, b, where="next"),
        EachForm(a, never, wanted=False, where="anywhere"),
        EachForm(a, b, where="anywhere"),
        CountForm(a, at_least=1),
        CountForm(never, exactly=0),
    ]
    forms = [PromiseForm(body, "form") for body in bodies]
    before = ScopeForm(before=a)
    forms.append(PromiseForm(CountForm(MatcherForm(), exactly=0), "form", within=before, vacuous_ok=True))
    return forms


def recording(calls: list[Call]) -> Recording:
    ending = Ending("finished", len(calls) * 2)
    return Recording("bench", "bench.yaml", "", "fork", "processes", "", 0, 0.0, 1.0, 0, calls, [], ending)


def call(number: int, operation: str, thing: str | None = None, kind: str = "none", **values: object) -> Call:
    process = f"p{number // 2 % 3}"
    return Call(
        number,
        process,
        process,
        1,
        1,
        number,
        operation,
        thing,
        kind,
        2 * number,
        2 * number + 1,
        "ok",
        values,
    )


def prints(shape: str, count: int) -> Recording:
    return recording([call(number, "print", text=label) for number, label in enumerate(labels(shape, count))])


def locked(count: int) -> Recording:
    """Each process acquires and releases in turn."""
    names = ("acquire", "release")
    return recording([call(number, names[number % 2], "lock", "lock") for number in range(count)])


def passed_on(count: int) -> Recording:
    """Each item, all different, is got right after it was put."""
    names = ("put", "get")
    return recording(
        [call(number, names[number % 2], "q", "queue", item=number // 2) for number in range(count)]
    )


def judged(
    make: Callable[[], Sequence[Constraint]], record: Recording, parts: Sequence[Block]
) -> list[Finding]:
    made = make()
    feeder = Feeder(made)
    for block in parts:
        feeder.feed(block)
    end = End(True, record)
    return [one.finish(end) for one in made]


def measured(
    make: Callable[[], Sequence[Constraint]], record: Recording, parts: Sequence[Block], rounds: int
) -> tuple[float, list[Finding]]:
    """Seconds of CPU for making the constraints, feeding them and finding; and what they find."""
    best, found = float("inf"), list[Finding]()
    for _ in range(rounds):
        began = time.process_time()
        found = judged(make, record, parts)
        best = min(best, time.process_time() - began)
    return best, found


def asked(tool: str, python: str | None, shape: str, events: int, rounds: int) -> dict[str, object] | None:
    """What another tool takes for the same log, and which templates it calls broken."""
    if python is None:
        return None
    script = str(Path(__file__).with_name("checking_others.py"))
    ran = subprocess.run(
        [python, script, tool, shape, str(events), str(rounds)], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        print(f"{tool} can't be asked: {ran.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="operations; each has two instants")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pm4py", metavar="PYTHON", help="an interpreter that has pm4py")
    parser.add_argument("--declare4py", metavar="PYTHON", help="an interpreter that has Declare4Py")
    options = parser.parse_args()
    print(
        f"{'':34}{'10':>8}{'100':>8}{'100:10':>8}{'pm4py':>8}{'ratio':>7}{'Declare4Py':>12}{'ratio':>7}  verdicts"
    )
    for shape in ("alternating", "burst", "distinct", "broken", "ten pairs"):
        prints_of(shape, options)
    contracts(options)
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB, recording included")


def prints_of(shape: str, options: argparse.Namespace) -> None:
    record = prints(shape, options.events)
    parts = list(blocks(record))
    gc.freeze()
    ten = constraints(*PAIRS[0])
    hundred = [form for pair in PAIRS for form in constraints(*pair)]
    few, found = measured(lambda: [build(form, Declared()) for form in ten], record, parts, options.rounds)
    many, _ = measured(lambda: [build(form, Declared()) for form in hundred], record, parts, options.rounds)
    own = many if shape == "ten pairs" else few
    row = f"{shape:34}{few:8.3f}{many:8.3f}{many / few:8.1f}"
    others = (
        asked("pm4py", options.pm4py, shape, options.events, options.rounds),
        asked("declare4py", options.declare4py, shape, max(options.events // 100, 1), 1),
    )
    for other, width, scale in zip(others, (8, 12), (1, 100), strict=True):
        seconds = None if other is None else float(str(other["seconds"])) * scale
        row += f"{'-':>{width}}{'-':>7}" if seconds is None else f"{seconds:{width}.3f}{seconds / own:7.1f}"
    broken = sorted(name for name, one in zip(TEMPLATES, found, strict=True) if one.status == "broken")
    if others[0] is not None and shape != "ten pairs":
        row += "  the same" if others[0]["broken"] == broken else f"  {others[0]['broken']}, here {broken}"
    print(row, flush=True)
    gc.unfreeze()


def made(makes: Sequence[Callable[[], Constraint]]) -> list[Constraint]:
    return [make() for make in makes]


def contracts(options: argparse.Namespace) -> None:
    """What nobody wrote: that a lock excludes, and that what comes out of a queue was put into it; and that it comes in order."""
    declared = Declared(locks=frozenset({"lock"}), queues=frozenset({"q"}))
    implied = unwritten((), declared)
    items = passed_on(options.events)
    contract = [one.make for one in implied]
    for name, record, makes in (
        ("a lock's holds", locked(options.events), contract),
        ("a queue's items, all different", items, contract),
        ("fifo, items all different", items, [lambda: Fifo("q", total=False)]),
        ("fifo over all producers", items, [lambda: Fifo("q", total=True)]),
    ):
        parts = list(blocks(record))
        gc.freeze()
        seconds, found = measured(partial(made, makes), record, parts, options.rounds)
        assert all(one.status == "kept" for one in found)
        print(
            f"{name:34}{seconds:8.3f}  {seconds / options.events * 5e5:.2f} microseconds an event", flush=True
        )
        gc.unfreeze()


if __name__ == "__main__":
    main()
