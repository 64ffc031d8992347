"""How fast promises are judged: 10^6 events, 10 constraints (and 100), witnesses included.

    python benchmarks/checking_speed.py [--events 1000000] [--rounds 3]

The constraints are those of the process-mining tools' comparison: response, precedence, alternate response and
precedence, chain
response, not co-existence, responded existence, existence, absence, init. Shapes: `alternating` (a b pairs with
noise) and `burst` (all
a, then all b), as prints told apart by their text and as operations told apart by their signature. Figures are CPU
seconds, the least of the rounds.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable

from mprunner.checking.building import build
from mprunner.checking.constraint import End
from mprunner.checking.forms import (
    Body,
    CountForm,
    Declared,
    EachForm,
    MatcherForm,
    OpenForm,
    PromiseForm,
    ScopeForm,
    SpanForm,
)
from mprunner.checking.routing import Router
from mprunner.recording.events import Call, Ending, Event, Recording

Select = Callable[[str], MatcherForm]


def by_text(name: str) -> MatcherForm:
    return MatcherForm(print=name)


def by_signature(name: str) -> MatcherForm:
    return MatcherForm(op="put", object=name)


def constraints(select: Select) -> list[PromiseForm]:
    a, b, c = select("a"), select("b"), select("never")
    bodies: list[Body] = [
        EachForm(a, b),
        EachForm(b, a, where="before"),
        EachForm(a, b, without=a),
        EachForm(b, a, where="before", without=b),
        EachForm(a, b, where="next"),
        EachForm(a, c, wanted=False, where="anywhere"),
        EachForm(a, b, where="anywhere"),
        CountForm(a, at_least=1),
        CountForm(c, exactly=0),
    ]
    forms = [PromiseForm(body, "form") for body in bodies]
    forms.append(
        PromiseForm(CountForm(MatcherForm(), exactly=0), "form", within=ScopeForm(before=a), vacuous_ok=True)
    )
    return forms


def events(shape: str, count: int, *, texts: bool) -> list[Event]:
    found: list[Event] = []
    for i in range(count):
        letter = "abxx"[i % 4] if shape == "alternating" else "a" if i < count // 2 else "b"
        process = f"p{i % 3}"
        operation, thing = ("print", None) if texts else ("put", letter)
        values = {"text": letter if letter != "x" else f"line {i}"} if texts else {"item": i}
        kind = "none" if texts else "queue"
        call = Call(i, process, process, 1, 1, i, operation, thing, kind, i, i, "ok", values)
        found.append(Event(i, i, "begin", call))
    return found


def locked(count: int) -> list[Event]:
    found: list[Event] = []
    for i in range(count):
        process, operation = f"p{i // 2 % 3}", ("acquire", "release")[i % 2]
        call = Call(i, process, process, 1, 1, i, operation, "lock", "lock", i, i, "ok", {})
        found.append(Event(i, i, "end" if i % 2 == 0 else "begin", call))
    return found


def recording_of(count: int) -> Recording:
    return Recording(
        "bench", "bench.yaml", "", "fork", "processes", "", 0, 0.0, 1.0, 0, [], [], Ending("finished", count)
    )


def seconds(order: list[Event], forms: list[PromiseForm]) -> float:
    """CPU time of feeding the events and of finding, in seconds."""
    made = [build(form, Declared()) for form in forms]
    end = End(True, recording_of(len(order)))
    began = time.process_time()
    Router(made).feed(order)
    for one in made:
        one.finish(end)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'':46}{'seconds':>9}{'M events/s':>12}")
    for texts, select in ((True, by_text), (False, by_signature)):
        for shape in ("alternating", "burst"):
            order = events(shape, options.events, texts=texts)
            gc.freeze()
            what = "texts" if texts else "signatures"
            for many in (1, 10):
                forms = constraints(select) * many
                tell(f"{shape}, {what}, {len(forms)} constraints", order, forms, options.rounds)
            gc.unfreeze()
            del order
    order = locked(options.events)
    mutual = PromiseForm(OpenForm(SpanForm("hold", "lock"), at_most=1, each_object=True), "form")
    tell("acquire and release, mutual exclusion", order, [mutual], options.rounds)


def tell(name: str, order: list[Event], forms: list[PromiseForm], rounds: int) -> None:
    best = min(seconds(order, forms) for _ in range(rounds))
    print(f"{name:46}{best:9.3f}{len(order) / best / 1e6:12.2f}", flush=True)


if __name__ == "__main__":
    main()
