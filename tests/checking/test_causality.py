"""Happens-before, derived from a record: each edge, what is no edge, and the relation against its naive definition."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.causality import Causality
from mprunner.recording.events import Call, Event, Recording
from tests.checking.traces import events, trace


def instant(found: list[Event], told: str) -> Event:
    """The instant of `p1 put q A end`: the first such call's begin or end."""
    who, name, *rest = told.split(" ")
    at = rest.pop() if rest and rest[-1] in ("begin", "end") else "begin"
    for event in found:
        call = event.call
        values = [str(one) for one in (call.object, *call.values.values()) if one is not None]
        if (call.actor, call.operation, event.at) == (who, name, at) and set(rest) <= set(values):
            return event
    raise AssertionError(f"no {told}")


def ordered(recording: Recording, one: str, other: str, declared: Declared | None = None) -> bool:
    found = events(recording)
    causality = Causality(found, declared)
    first, second = instant(found, one), instant(found, other)
    assert first.position < second.position
    assert not causality.before(second, first)
    before = causality.before(first, second)
    assert causality.concurrent(first, second) is not before
    return before


def task(line: str, **values: object) -> Recording:
    """A trace whose calls of tasks and results carry which task they are about."""
    recording = trace(*line.splitlines())
    for call in recording.calls:
        if call.operation in ("apply", "apply_async", "task_start", "task_end"):
            call.values, call.kind, call.object = {**call.values, "task": "po.work[0]"}, "pool", "po"
        elif call.object == "po.work[0]":
            call.kind = "result"
            call.values = {**call.values, **values}
        elif call.operation == "join":
            call.kind = "pool" if call.object == "po" else "process"
    return recording


CALLED = "main print a\nmain apply_async po\npo[0].work[0] task_start\npo[0].work[0] print b\npo[0].work[0] task_end\n"

EDGES: dict[str, tuple[Recording, str, str]] = {
    "the steps of one process": (trace("p print a", "p print b"), "p print a", "p print b"),
    "the two instants of a call": (trace("p get q 1"), "p get begin", "p get end"),
    "a start and the child's begin": (trace("main start p", "p begin"), "main start", "p begin"),
    "a start that is long in returning": (
        trace("main start p <", "p begin", "> main start"), "main start", "p begin",
    ),
    "what came before a start, and what the child does": (
        trace("main print a", "main start p", "p begin", "p print b"), "main print a", "p print b",
    ),
    "a child's exit and the join": (trace("p print a", "p exit 0", "main join p"), "p print a", "main join end"),
    "a chain over two joins": (
        trace("kid print a", "kid exit 0", "outer join kid", "outer exit 0", "main join outer", "main print b"),
        "kid print a", "main print b",
    ),
    "a release and the acquire that follows": (
        trace("p acquire l", "p print a", "p release l", "q acquire l", "q print b"), "p print a", "q print b",
    ),
    "a release and an acquire two holders later": (
        trace("p acquire l", "p release l", "q acquire l", "q release l", "r acquire l"), "p release", "r acquire end",
    ),
    "a release by another, which had ended before the acquire began": (
        trace("p acquire l", "q release l", "r acquire l"), "q release", "r acquire end",
    ),
    "a put and the get of its item": (
        trace("p print a", "p put q 1", "c get q 1", "c print b"), "p print a", "c print b",
    ),
    "the second of two equal items, to one consumer": (
        trace("p put q 1", "p print a", "p put q 1", "c get q 1", "c get q 1", "c print b"), "p print a", "c print b",
    ),
    "what two producers of equal items have in common": (
        trace("main print a", "main start p", "main start r", "p begin", "r begin", "p put q 1", "r put q 1", "c get q 1"),
        "main print a", "c get end",
    ),
    "a submission and the task": (task(CALLED), "main print a", "po.work[0] print b"),
    "a task and the get of its result": (
        task(f"{CALLED}main get po.work[0]"), "po.work[0] print b", "main get end",
    ),
    "a task and a wait for it": (task(f"{CALLED}main wait po.work[0]"), "po.work[0] print b", "main wait end"),
    "a task and ready() that is True": (
        task(f"{CALLED}main ready po.work[0]", result=True), "po.work[0] print b", "main ready end",
    ),
    "a task and the get that raises what it raised": (
        task(f"{CALLED}main get po.work[0] !ValueError"), "po.work[0] print b", "main get end",
    ),
    "an applied task and the apply": (
        task("main apply po <\npo[0].work[0] task_start\npo[0].work[0] print b\npo[0].work[0] task_end\n> main apply"),
        "po.work[0] print b", "main apply end",
    ),
    "a pool's tasks and its join": (
        task(f"{CALLED}main join po"), "po.work[0] print b", "main join end",
    ),
}  # fmt: skip

NO_EDGES: dict[str, tuple[Recording, str, str]] = {
    "two prints": (trace("p print a", "q print b"), "p print a", "q print b"),
    "a start's return and the child": (
        trace("main start p <", "> main start", "p begin"), "main start end", "p begin",
    ),
    "an exit and a join that timed out": (
        trace("p print a", "main join p ?", "p exit 0"), "p print a", "main join end",
    ),
    "a process and another's join": (trace("p print a", "p exit 0", "main join q"), "p print a", "main join end"),
    "the locks of two names": (
        trace("p acquire l", "p release l", "q acquire m"), "p release", "q acquire end",
    ),
    "a release and an acquire that failed": (
        trace("p acquire l", "p release l", "q acquire l ?"), "p release", "q acquire end",
    ),
    "an acquire that had begun before somebody else released": (
        trace("p acquire l", "r acquire l <", "q release l", "> r acquire"), "q release", "r acquire end",
    ),
    "a put and empty() that is False": (trace("p put q 1", "c empty q"), "p put", "c empty end"),
    "a put and the get of another item": (trace("p put q 1", "r put q 2", "c get q 2"), "p put", "c get end"),
    "puts of different producers": (trace("p put q 1", "r put q 2"), "p put", "r put"),
    "a put that one of two equal ones can have been": (
        trace("p put q 1", "r put q 1", "c get q 1"), "p put", "c get end",
    ),
    "a put that failed": (trace("p put q 1 !Full", "r put q 1", "c get q 1"), "p put", "c get end"),
    "the second of two equal items, to whoever comes first": (
        trace("p put q 1", "p print a", "p put q 1", "c get q 1 <", "d get q 1 <", "> d get", "> c get"),
        "p print a", "c get end",
    ),
    "a list that can have been changed before it was pickled": (
        trace("p put q [1]", "r put q [2]", "c get q [2]"), "r put", "c get end",
    ),
    "a task and ready() that is False": (
        task(f"{CALLED}main ready po.work[0]", result=False), "po.work[0] print b", "main ready end",
    ),
}  # fmt: skip


KINDS = {"s": "semaphore", "go": "event", "c": "condition", "b": "barrier", "q": "queue", "p": "process"}
LIMITS = Declared(limits={"s": 2, "q": 1, "b": 2}, one_worker=frozenset({"one"}))


def shared(*lines: str) -> Recording:
    """A trace whose objects are what `KINDS` says; `is_set` saw it set."""
    recording = trace(*lines)
    for call in recording.calls:
        call.kind = KINDS.get(call.object or "", call.kind)  # type: ignore[assignment]
        if call.operation == "is_set":
            call.values = {"result": True}
        if call.kind == "barrier":
            call.values = {"result": int(call.process == "x")}
    return recording


GATHERED: dict[str, tuple[Recording, str, str, bool]] = {
    "a release that an acquire of a semaphore needed": (
        shared("p acquire s", "r acquire s", "p release s", "x acquire s"), "p release", "x acquire end", True,
    ),
    "a permit was left": (
        shared("p acquire s", "p release s", "x acquire s"), "p release", "x acquire end", False,
    ),
    "either of two releases was enough": (
        shared("p acquire s", "r acquire s", "p release s", "r release s", "x acquire s"), "p release", "x acquire end", False,
    ),
    "both releases were needed": (
        shared("p acquire s", "r acquire s", "p release s", "r release s", "x acquire s", "y acquire s"),
        "p release", "y acquire end", True,
    ),
    "an acquire that waited while no permit was left": (
        shared("p acquire s", "r acquire s", "x acquire s <", "y acquire s <", "p release s", "> x acquire",
               "r release s", "> y acquire"),
        "r release", "y acquire end", True,
    ),
    "a get that made room for a put": (
        shared("p put q 1", "c get q 1", "p put q 2"), "c get begin", "p put q 2 end", True,
    ),
    "a get that the first put did not need": (
        shared("p put q 1 <", "c get q 1 <", "> c get", "> p put"), "c get begin", "p put q 1 end", False,
    ),
    "a set and a wait": (shared("p set go", "x wait go"), "p set", "x wait end", True),
    "a set and a wait that had begun": (shared("x wait go <", "p set go", "> x wait"), "p set", "x wait end", True),
    "a set and is_set() that is True": (shared("p set go", "x is_set go"), "p set", "x is_set end", True),
    "a set and a wait that timed out": (shared("p set go", "x wait go ?"), "p set", "x wait end", False),
    "one of two sets": (shared("p set go", "r set go", "x wait go"), "p set", "x wait end", False),
    "a set that a clear undid": (
        shared("p set go", "p clear go", "r set go", "x wait go"), "r set", "x wait end", True,
    ),
    "a set that a clear had undone": (
        shared("p set go", "p clear go", "r set go", "x wait go"), "p set", "x wait end", False,
    ),
    "who came to a barrier and who left it": (
        shared("p print a", "p wait b <", "x wait b <", "> x wait", "> p wait"), "p print a", "x wait end", True,
    ),
    "what was done in the barrier's action": (
        shared("p wait b <", "x wait b <", "x print a", "> x wait", "> p wait"), "x print a", "p wait end", True,
    ),
    "what the other did before the barrier opened again": (
        shared("p wait b <", "x wait b <", "> x wait", "x print a", "> p wait"), "x print a", "p wait end", False,
    ),
    "who came to a barrier and what is done in its action": (
        shared("p print a", "p wait b <", "x wait b <", "x print y", "> x wait", "> p wait"), "p print a", "x print y", True,
    ),
    "who came after the one that does the action": (
        shared("x wait b <", "p print a", "p wait b <", "x print y", "> x wait", "> p wait"), "p print a", "x print y", True,
    ),
    "the second time, after the other's first": (
        shared(
            "p wait b <", "x wait b <", "> x wait", "> p wait", "p print a", "p wait b <", "x wait b <", "> x wait", "> p wait",
            "x print y",
        ),
        "p print a", "x print y", True,
    ),
    "a third that may have been the one": (
        shared("p wait b <", "r wait b <", "x wait b <", "> x wait"), "p wait begin", "x wait end", False,
    ),
    "a notification and who woke": (
        shared("x acquire c", "x wait c <", "p acquire c", "p notify c", "p release c", "> x wait"),
        "p notify", "x wait end", True,
    ),
    "a notification that came before the wait": (
        shared("p notify c", "x wait c", "x print y"), "p notify", "x wait end", False,
    ),
    "a condition's wait lets another have the lock": (
        shared("x acquire c", "x print a", "x wait c <", "p acquire c"), "x print a", "p acquire end", True,
    ),
    "a kill and the end by it": (shared("main kill p", "p exit -9", "x join p"), "main kill", "x join end", True),
    "a kill and an end by itself": (shared("main kill p", "p exit 0", "x join p"), "main kill", "x join end", False),
    "what was done and the queue's join": (
        shared("p put q 1", "c get q 1", "c task_done q", "p join q"), "c task_done", "p join end", True,
    ),
    "a pool's only worker and the one in its place": (
        trace("one[0] print a", "one[0] exit 0", "one[1] begin"), "one[0] print a", "one[1] begin", True,
    ),
    "a pool's only worker that was killed and the third": (
        trace("one[0] print a", "one[0] exit -9", "one[1] begin", "one[1] exit 0", "one[2] print b"),
        "one[0] print a", "one[2] print b", True,
    ),
    "one worker of several and the one in its place": (
        trace("po[0] print a", "po[0] exit 0", "po[1] begin"), "po[0] print a", "po[1] begin", False,
    ),
    "what need not have been done": (
        shared("p put q 1", "c get q 1", "c task_done q", "d task_done q", "p join q"), "c task_done", "p join end", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GATHERED)
def test_what_several_bring_about_is_ordered_where_it_is_certain(name: str) -> None:
    recording, one, other, edge = GATHERED[name]
    for call in recording.calls:
        if call.operation == "exit":
            call.thread = 0
    assert edge is ordered(recording, one, other, declared=LIMITS)


@pytest.mark.parametrize("name", EDGES)
def test_an_edge_orders(name: str) -> None:
    assert ordered(*EDGES[name])


@pytest.mark.parametrize("name", NO_EDGES)
def test_what_is_no_edge_orders_nothing(name: str) -> None:
    assert not ordered(*NO_EDGES[name])


@pytest.mark.parametrize(
    ("operation", "result", "edge"),
    [
        ("is_alive", False, True), ("is_alive", True, False), ("exitcode", 0, True), ("exitcode", None, False),
    ],
)  # fmt: skip
def test_whoever_sees_a_process_dead_comes_after_all_it_did(
    operation: str, result: object, edge: bool
) -> None:
    recording = trace("p print a", "p exit 0", f"main {operation} p")
    recording.calls[-1].kind, recording.calls[-1].values = "process", {"result": result}
    assert edge is ordered(recording, "p print a", f"main {operation} end")


def test_a_queue_that_keeps_one_order_tells_equal_items_of_two_producers_apart() -> None:
    recording = trace("p put q 1", "r print a", "r put q 1", "c get q 1", "c get q 1", "c print b")
    assert ordered(recording, "r print a", "c print b", declared=Declared(ordered_queues=frozenset({"q"})))
    assert not ordered(recording, "r print a", "c print b")


def test_a_get_that_timed_out_did_not_see_its_task_end() -> None:
    recording = task(f"{CALLED}main get po.work[0] !TimeoutError")
    recording.calls[-1].timed = True
    assert not ordered(recording, "po.work[0] print b", "main get end")


def test_the_exit_of_a_killed_process_comes_after_all_that_it_did() -> None:
    recording = trace("p print a", "p exit -9", "main join p")
    recording.calls[1].thread = 0
    assert ordered(recording, "p print a", "p exit")
    assert ordered(recording, "p print a", "main join end")


def test_another_thread_of_a_process_comes_after_its_begin_and_not_after_its_steps() -> None:
    recording = trace("main start p", "p begin", "p print a", "p print b")
    recording.calls[-1].thread = 2
    assert ordered(recording, "p begin", "p print b")
    assert not ordered(recording, "p print a", "p print b")


def test_a_lock_that_was_made_twice_orders_nothing() -> None:
    recording = trace("p create x l", "q create x l", "p acquire l", "p release l", "q acquire l")
    for call in recording.calls[:2]:
        call.object, call.values = None, {"name": "l"}
    assert not ordered(recording, "p release", "q acquire end")


def test_a_process_that_was_made_again_is_seen_dead_by_its_own_end_only() -> None:
    recording = trace("main create x p", "main start p", "p exit 0", "main create x p", "main is_alive p")
    for call in recording.calls:
        if call.operation == "create":
            call.object, call.values = None, {"name": "p"}
    recording.calls[-1].values = {"result": False}
    assert not ordered(recording, "p exit", "main is_alive end")


WORKERS, LOCKS, ITEMS = ("p", "r", "s"), ("l", "m"), ("A", "B")


@st.composite
def recordings(draw: st.DrawFn, texts: tuple[str, ...] = ("x",)) -> Recording:
    """Small runs that can have been: locks are held by one, items come out in their producers' order."""
    lines = [f"main print {texts[0]}"]
    state: dict[str, str] = dict.fromkeys(WORKERS, "new")
    holder: dict[str, str] = {}
    buffers: dict[str, list[str]] = {name: [] for name in WORKERS}
    for _ in range(draw(st.integers(0, 14))):
        who = draw(st.sampled_from(WORKERS))
        if state[who] == "new":
            lines += [f"main start {who}", f"{who} begin"]
            state[who] = "alive"
            continue
        if state[who] == "dead":
            lines.append(f"main join {who}")
            continue
        action = draw(st.sampled_from(("print", "lock", "lock", "put", "put", "get", "get", "exit")))
        if action == "print":
            lines.append(f"{who} print {draw(st.sampled_from(texts))}")
        elif action == "lock":
            lock = draw(st.sampled_from(LOCKS))
            if holder.get(lock) == who:
                lines.append(f"{who} release {lock}")
                del holder[lock]
            elif lock not in holder:
                lines.append(f"{who} acquire {lock}")
                holder[lock] = who
        elif action == "put":
            buffers[who].append(draw(st.sampled_from(ITEMS)))
            lines.append(f"{who} put q {buffers[who][-1]}")
        elif action == "get":
            full = [name for name in WORKERS if buffers[name]]
            if full:
                item = buffers[draw(st.sampled_from(full))].pop(0)
                lines.append(f"{who} get q {item}")
        elif who not in holder.values():
            lines.append(f"{who} exit 0")
            state[who] = "dead"
    return trace(*lines)


def naive(found: list[Event]) -> list[set[int]]:
    """For each instant what is before it: the closure of the edges as the page of promises lists them."""
    before: list[set[int]] = []
    for here, event in enumerate(found):
        past: set[int] = set()
        earlier = [one for one in found[:here] if one.call.process == event.call.process]
        past.update(one.position for one in earlier)
        for sources in alternatives(found[:here], event, first=not earlier):
            past |= set.intersection(*({one.position} | before[one.position] for one in sources))
        for one in sorted(past):
            past |= before[one]
        before.append(past)
    return before


def alternatives(past: list[Event], event: Event, *, first: bool) -> Iterator[list[Event]]:
    """Lists of instants of which one, it is open which, is what this one waited for."""

    def those(operation: str, thing: str | None, at: str = "begin") -> list[Event]:
        return [
            one for one in past if (one.call.operation, one.call.object, one.at) == (operation, thing, at)
        ]

    call: Call = event.call
    if first:
        yield from ([one] for one in those("start", call.process))
    if (call.operation, event.at) == ("join", "end"):
        yield from ([one] for one in past if one.call.process == call.object)
    if (call.operation, event.at) == ("acquire", "end"):
        yield from ([one] for one in those("release", call.object)[-1:])
    if (call.operation, event.at) == ("get", "end"):
        item = call.values["item"]
        puts, taken = list[Event](), 0
        for one in past:
            if one.call.object != call.object or one.call.values.get("item") != item:
                continue
            if (one.call.operation, one.at) == ("put", "begin"):
                puts.append(one)
            elif (one.call.operation, one.at) == ("get", "end"):
                taken += 1
                if taken == len(puts):
                    puts, taken = [], 0  # all of them are gone: it was none of these
        if len({one.call.process for one in puts}) == 1:
            yield [puts[taken]]
        else:
            yield puts


@given(recording=recordings())
@settings(max_examples=300, deadline=None)
def test_the_relation_is_the_closure_of_its_edges_and_a_strict_order_within_the_record(
    recording: Recording,
) -> None:
    found = events(recording)
    causality = Causality(found)
    related = [{one.position for one in found if causality.before(one, other)} for other in found]
    assert naive(found) == related
    for place, past in enumerate(related):
        assert all(one < place for one in past)
        assert all(related[one] <= past for one in past)
