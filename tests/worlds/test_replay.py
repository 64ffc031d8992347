"""Schedules made to happen on real processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mprunner.exploring.comparing import compared
from mprunner.exploring.confirming import Confirmation, confirm, replay
from mprunner.exploring.playing import played, witnessed
from mprunner.exploring.schedule import parsed_step, step_text
from mprunner.exploring.scheduling import resolve, schedule_of
from mprunner.exploring.unforceable import UNFORCEABLE, counted
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.worlds.base import RunOptions
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.real.late_kills import late_kills
from mprunner.worlds.real.moves import Move, Replayed
from mprunner.worlds.real.supervisor import RealWorld

METHODS = ["fork", "spawn", "forkserver"]

TWO_LOCKS = """
name: two locks
locks: {a: {}, b: {}}
targets:
  ab: {steps: [{acquire: a}, {acquire: b}, {release: b}, {release: a}]}
  ba: {steps: [{acquire: b}, {acquire: a}, {release: a}, {release: b}]}
processes: {p: {target: ab}, q: {target: ba}}
"""

COUNTER = """
name: counter
values: {n: {type: i, lock: false}}
targets:
  add:
    steps:
      - set: {seen: "{n.value}"}
      - set: {n.value: "{seen + 1}"}
processes: {p: {target: add, replicas: 2}}
"""

QUEUE = """
name: queue
queues: {q: {}}
targets:
  put: {steps: [{put: {queue: q, item: 1}}]}
  look: {steps: [{print: "{q.empty()}"}, {get: q, into: x}, {print: "got {x}"}]}
processes: {p: {target: put}, c: {target: look}}
"""

CONDITION = """
name: condition
conditions: {c: {}}
targets:
  wait: {steps: [{acquire: c}, {wait: c}, {print: woken}, {release: c}]}
  tell: {steps: [{acquire: c}, {notify: c}, {release: c}]}
processes: {w: {target: wait}, t: {target: tell}}
"""

BARRIER = """
name: barrier
barriers: {b: {parties: 2}}
targets:
  meet: {steps: [{print: before}, {wait: b}, {print: after}]}
processes: {p: {target: meet, replicas: 2}}
"""

STEALING = """
name: stealing
queues: {q: {}}
targets:
  take:
    steps:
      - try: [{get_nowait: q, into: x}, {print: "got {x}"}]
        except: {Empty: [{print: nothing}]}
processes: {p: {target: take, replicas: 2}}
main: [{put: {queue: q, item: 1}}, {start: p}, {join: p}]
"""

POOL = """
name: pool
pools: {po: {processes: 2}}
targets:
  work: {params: [n], steps: [{print: "{n}"}, {return: "{n * 10}"}]}
main:
  - apply_async: {pool: po, func: work, args: [1]}
    into: r1
  - apply_async: {pool: po, func: work, args: [2]}
    into: r2
  - get: {result: r2}
    into: x
  - get: {result: r1}
    into: y
  - print: "{x} {y}"
  - close: po
  - join: po
"""


@pytest.fixture(scope="module")
def world() -> Iterator[RealWorld]:
    with RealWorld() as world:
        yield world


def program_of(text: str) -> Program:
    loaded = load_source(Source("here.yaml", text))
    return compile_scenario(loaded.scenarios[0], source=loaded.source)


def steps(text: str) -> list[Move]:
    """Lines `thread: what it does`."""
    found = []
    for line in text.strip().splitlines():
        thread, _, words = line.strip().partition(": ")
        move = parsed_step(thread, words)
        assert move is not None
        found.append(move)
    return found


def led(
    world: RealWorld, text: str, schedule: str, *, method: str = "fork", whole: bool = False
) -> tuple[Replayed, Recording]:
    return replay(
        world, program_of(text), steps(schedule), RunOptions(start_method=method, timeout=60), whole=whole
    )


def printed(recording: Recording) -> list[str]:
    return [f"{call.actor} {call.values['text']}" for call in recording.calls if call.operation == "print"]


def in_the_model(text: str, schedule: str, method: str = "fork") -> tuple[Model, tuple[tuple[int, int], ...]]:
    """The model's schedule of hand-written steps, gone on with whoever comes first until nobody can."""
    model = Model(program_of(text), ModelOptions(start_method=method))
    found = resolve(model, steps(schedule), whole=False)
    assert found.parting is None
    path, state = list(found.schedule), model.initial
    for thread, alternative in path:
        state = model.step(state, thread, alternative).state
    while enabled := model.enabled(state):
        path.append((enabled[0], 0))
        state = model.step(state, enabled[0], 0).state
    return model, tuple(path)


def confirmed(world: RealWorld, text: str, schedule: str, method: str = "fork") -> Confirmation:
    model, path = in_the_model(text, schedule, method)
    [one] = confirm(world, model, [witnessed(model, path)], RunOptions(start_method=method, timeout=60))
    return one


# --- by hand ---


@pytest.mark.parametrize("method", METHODS)
def test_a_lost_update_happens_when_a_schedule_says_so(world: RealWorld, method: str) -> None:
    replayed, recording = led(
        world, COUNTER, "p[0]: read n\np[1]: read n\np[1]: write n\np[0]: write n", method=method
    )
    assert Replayed(4, None) == replayed
    assert 1 == (recording.process("main").variables or {})["n"]  # type: ignore[union-attr]


@pytest.mark.parametrize("method", METHODS)
def test_a_deadlock_ends_in_a_hang_that_is_told_at_once(world: RealWorld, method: str) -> None:
    replayed, recording = led(world, TWO_LOCKS, "p: acquire a\nq: acquire b", method=method)
    assert Replayed(2, None) == replayed
    assert ("hang", "deadlock") == (recording.ending.how, recording.ending.diagnosis.pattern)  # type: ignore[union-attr]
    assert recording.ending.time - recording.origin < 30e9


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("late", [False, True])
def test_a_feeder_writes_when_the_schedule_says_so(world: RealWorld, method: str, late: bool) -> None:
    order = ["p.feeder(q): writes", "c: print"]
    lines = ["p: put q", *(["c: empty q", order[0]] if late else [order[0], "c: empty q"])]
    replayed, recording = led(world, QUEUE, "\n".join(lines), method=method)
    assert replayed.parting is None
    assert [f"c {late}", "c got 1"] == printed(recording)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", [0, 1])
def test_who_arrives_at_a_barrier_first_is_settled(world: RealWorld, method: str, first: int) -> None:
    one, other = f"p[{first}]", f"p[{1 - first}]"
    replayed, recording = led(
        world, BARRIER, f"{one}: wait b begins\n{other}: print\n{other}: wait b\n{one}: wait b ends\n{one}: print, 2nd\n"
        f"{other}: print, 2nd", method=method,
    )  # fmt: skip
    assert replayed.parting is None
    assert [f"{one} before", f"{other} before", f"{one} after", f"{other} after"] == printed(recording)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", [0, 1])
def test_tasks_of_a_pool_are_led_by_their_names(world: RealWorld, method: str, first: int) -> None:
    replayed, recording = led(
        world, POOL, f"po.work[{first}]: print\npo.work[{1 - first}]: print", method=method
    )
    assert replayed.parting is None
    assert [f"po.work[{first}] {first + 1}", f"po.work[{1 - first}] {2 - first}", "main 20 10"] == printed(
        recording
    )


@pytest.mark.parametrize("method", METHODS)
def test_what_is_only_called_is_on_record_and_not_done(world: RealWorld, method: str) -> None:
    order = "p[0]: read n\np[0]: write n called\np[1]: read n\np[0]: write n\np[1]: write n"
    replayed, recording = led(world, COUNTER, order, method=method)
    assert replayed.parting is None
    [write] = [call for call in recording.calls if (call.actor, call.operation) == ("p[0]", "write")]
    [read] = [call for call in recording.calls if (call.actor, call.operation) == ("p[1]", "read")]
    assert write.begin < read.begin
    assert 0 == read.values["result"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("overtakes", [False, True])
def test_who_has_woken_takes_the_lock_again_when_the_schedule_says_so(
    world: RealWorld, method: str, overtakes: bool
) -> None:
    third = "  also: {steps: [{with: c, steps: [{print: x}]}]}\nprocesses: {x: {target: also}, "
    text = CONDITION.replace("processes: {", third)
    order = ["w: acquire c", "w: wait c begins", "t: acquire c", "t: notify c", "t: release c"]
    taken, woken = (
        ["x: acquire c", "x: print", "x: release c"],
        ["w: wait c ends", "w: print", "w: release c"],
    )
    order += [*taken, *woken] if overtakes else [*woken, *taken]
    replayed, recording = led(world, text, "\n".join(order), method=method)
    assert replayed.parting is None
    assert (["x x", "w woken"] if overtakes else ["w woken", "x x"]) == printed(recording)


CALLBACKS = """
name: callbacks
pools: {po: {processes: 2}}
queues: {q: {kind: SimpleQueue}}
targets:
  work: {params: [n], steps: [{return: "{n}"}]}
  done: {params: [n], steps: [{print: "done {n}"}, {put: {queue: q, item: "{n}"}}]}
main:
  - {apply_async: {pool: po, func: work, args: [1], callback: done}}
  - {apply_async: {pool: po, func: work, args: [2], callback: done}}
  - {print: on}
  - {get: q, into: x}
  - {get: q, into: y}
  - {close: po}
  - {join: po}
expect: [{sequence: [done 1, done 2]}, {precedence: [on, done 1], holds: sometimes}]
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("early", [False, True])
def test_what_a_pool_calls_back_comes_when_the_schedule_says_so(
    world: RealWorld, method: str, first: int, early: bool
) -> None:
    order = [f"po.work[{first}]: task_end po", f"po.work[{1 - first}]: task_end po"]
    order += [f"po.work.callback[{first}]: print", f"po.work.callback[{1 - first}]: print"]
    order.insert(3 if early else 2, "main: print")
    one = confirmed(world, CALLBACKS, "\n".join(order), method)
    assert (None, ()) == (one.replayed.parting, one.differences)
    told = [f"po.work.callback[{first}] done {first + 1}", f"po.work.callback[{1 - first}] done {2 - first}"]
    told.insert(1 if early else 0, "main on")
    assert told == printed(one.recording)


def test_a_callback_that_can_not_come_next_is_told_at_once(world: RealWorld) -> None:
    order = "po.work[1]: task_end po\npo.work[0]: task_end po\npo.work.callback[0]: print\npo.work.callback[1]: print"
    replayed, recording = led(world, CALLBACKS, order)
    assert replayed.parting is not None
    assert (2, "absent") == (replayed.parting.at, replayed.parting.reason)
    assert "finished" == recording.ending.how


# --- a get in the midst of it ---

PUT = "main: put q\n"
WRITES = "main.feeder(q): writes\n"
LOOKS = "p[0]: get_nowait q begins\n"
SEES = "p[0]: get_nowait q ends\n"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (f"{WRITES}{LOOKS}p[1]: get_nowait q\n{SEES}", ["p[0] got 1", "p[1] nothing"]),
        (f"{LOOKS}{WRITES}{SEES}", ["p[0] got 1", "p[1] nothing"]),
        (f"{LOOKS}{SEES}{WRITES}p[0]: print", ["p[0] nothing", "p[1] got 1"]),
    ],
    ids=["another looks while it reads", "the item comes when it has the lock", "the item comes too late"],
)
def test_each_step_of_a_get_waits_for_its_turn(
    world: RealWorld, method: str, order: str, expected: list[str]
) -> None:
    replayed, recording = led(world, STEALING, PUT + order, method=method)
    assert replayed.parting is None
    assert expected == sorted(printed(recording))


def test_a_get_is_held_when_it_has_read_its_item(world: RealWorld) -> None:
    order = f"{PUT}{LOOKS}{WRITES}p[0]: goes on\np[1]: get_nowait q\np[1]: print\n{SEES}"
    one = confirmed(world, STEALING, order)
    assert one.confirmed
    assert ["p[1] nothing", "p[0] got 1"] == printed(one.recording)
    assert not {"inside", "wake-up"} & set(one.unforced)


@pytest.mark.parametrize("dies", [False, True])
def test_a_process_that_is_killed_as_it_reads_keeps_the_lock_of_the_readers(
    world: RealWorld, dies: bool
) -> None:
    text = STEALING.replace("{start: p}, {join: p}", "{start: p}, {kill: 'p[0]'}, {join: p}")
    order = f"{PUT}{WRITES}main: start p[0]\nmain: start p[1]\nmain: kill p[0]\np[0]: begin\n"
    order += f"{LOOKS}p[0].signal: dies\n" if dies else "p[0].signal: dies\n"
    one = confirmed(world, text, f"{order}p[1]: get_nowait q")
    assert (None, ()) == (one.replayed.parting, one.differences)
    assert ["p[1] nothing" if dies else "p[1] got 1"] == printed(one.recording)
    assert {} == one.unforced


# --- where a run can't follow ---


@pytest.mark.parametrize(
    ("schedule", "at", "reason", "found"),
    [
        ("p: acquire b\np: acquire a", 0, "other", "acquire a"),
        ("q: release b\nq: acquire b, 2nd", 1, "died", ""),
        ("p: acquire a\np: acquire a, 2nd", 1, "died", ""),
        ("p: acquire a\nq: acquire b\np: acquire b", 2, "blocked", "acquire b"),
        ("r: acquire a", 0, "absent", ""),
    ],
)
def test_where_a_run_parts_from_its_schedule_is_told(
    world: RealWorld, schedule: str, at: int, reason: str, found: str
) -> None:
    replayed, _ = led(world, TWO_LOCKS, schedule)
    parting = replayed.parting
    assert parting is not None
    assert (at, reason, found) == (parting.at, parting.reason, parting.found)


def test_a_whole_schedule_has_no_room_for_another_step(world: RealWorld) -> None:
    replayed, _ = led(world, COUNTER, "main: start p[0]\nmain: start p[1]\np[0]: write n", whole=True)
    assert replayed.parting is not None
    assert ("unlisted", "read n") == (replayed.parting.reason, replayed.parting.found)


# --- with the model ---


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        (COUNTER, "p[0]: read n\np[1]: read n\np[0]: write n"),
        (COUNTER, "p[0]: read n\np[0]: write n\np[1]: read n"),
        (TWO_LOCKS, "p: acquire a\nq: acquire b"),
        (TWO_LOCKS, "q: acquire b\nq: acquire a"),
        (QUEUE, "p: put q\nc: empty q\np.feeder(q): writes"),
        (QUEUE, "p: put q\np.feeder(q): writes\nc: empty q"),
        (BARRIER, "p[1]: wait b begins\np[0]: wait b"),
        (CONDITION, "w: acquire c\nw: wait c begins\nt: acquire c\nt: notify c"),
        (CONDITION, "t: acquire c\nt: notify c\nt: release c\nw: acquire c"),
    ],
)
def test_the_real_run_does_what_the_model_says(
    world: RealWorld, method: str, text: str, schedule: str
) -> None:
    one = confirmed(world, text, schedule, method)
    assert (None, ()) == (one.replayed.parting, one.differences)


@pytest.mark.parametrize("text", [COUNTER, TWO_LOCKS, QUEUE, BARRIER, CONDITION])
def test_a_schedule_of_the_model_is_found_again_by_its_names(text: str) -> None:
    model, path = in_the_model(
        text, "main: start " + ("p[0]" if "replicas" in text else "w" if "notify" in text else "p")
    )
    moves = schedule_of(model, path)
    assert path == resolve(model, moves).schedule
    assert len({(move.key, move.part) for move in moves}) == len(moves)
    assert all(parsed_step(move.thread, step_text(move)) is not None for move in moves)


def test_where_a_schedule_parts_from_the_model_is_told() -> None:
    model, path = in_the_model(COUNTER, "p[0]: read n")
    moves = schedule_of(model, path)
    edited = Model(program_of(COUNTER.replace("{seen + 1}", "{seen + n.value}")))
    parting = resolve(edited, moves).parting
    assert parting is not None
    assert ("p[0]", "write n", "read n") == (
        parting.move.thread,
        parting.move.name,
        parting.found.partition(",")[0],
    )


def test_what_differs_is_told_operation_by_operation() -> None:
    model, path = in_the_model(COUNTER, "p[0]: read n\np[1]: read n")
    _, other = in_the_model(COUNTER, "p[0]: write n\np[1]: read n")
    [difference] = [
        each for each in compared(played(model, path), played(model, other)) if each.thread == "p[1]"
    ]
    assert "read n (result=0)" == difference.modelled
    assert "read n (result=1)" == difference.real


# --- what can't be forced ---


def test_the_end_of_a_wait_is_waited_for(world: RealWorld) -> None:
    one = confirmed(world, BARRIER, "p[0]: wait b begins\np[1]: wait b")
    assert one.confirmed
    assert 0 < one.unforced["wake-up"]


def test_a_condition_that_is_notified_is_replayed(world: RealWorld) -> None:
    one = confirmed(world, CONDITION, "w: acquire c\nw: wait c begins\nt: acquire c\nt: notify c begins")
    assert one.confirmed
    assert 0 < one.unforced["inside"]


def test_a_long_item_is_written_as_far_as_there_is_room(world: RealWorld) -> None:
    text = QUEUE.replace("item: 1", "item: \"{'x' * 200_000}\"").replace("got {x}", "got {len(x)}")
    replayed, recording = led(world, text, "p: put q\np.feeder(q): writes\nc: empty q")
    assert replayed.parting is None
    assert ["c False", "c got 200000"] == printed(recording)


def test_a_wait_can_run_out_of_time_after_others_have_seen_it(world: RealWorld) -> None:
    text = CONDITION.replace("{wait: c}", "{wait: {condition: c, timeout: 5}}")
    order = "w: acquire c\nw: wait c begins times out\nt: acquire c\nt: release c\nw: wait c ends"
    replayed, recording = led(world, text.replace("{notify: c}, ", ""), order)
    assert replayed.parting is None
    assert ["refused"] == [call.outcome for call in recording.calls if call.operation == "wait"]


def test_a_killed_process_dies_where_the_schedule_says(world: RealWorld) -> None:
    text = """
name: killed
targets:
  endless: {steps: [{while: true, steps: [{print: on}]}]}
processes: {p: {target: endless}}
main: [{start: p}, {kill: p}, {join: p}]
"""
    order = "main: start p\np: begin\nmain: kill p\np: print\np: print, 2nd\np.signal: dies\nmain: join p"
    replayed, recording = led(world, text, order, whole=True)
    assert Replayed(7, None) == replayed
    assert ["p on", "p on"] == printed(recording)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dies", [False, True])
def test_a_signal_comes_when_the_schedule_says_or_too_late(world: RealWorld, method: str, dies: bool) -> None:
    text = """
name: killed
targets: {t: {steps: [{print: one}, {print: two}]}}
processes: {p: {target: t}}
main: [{start: p}, {terminate: p}, {join: p}]
expect: [{sequence: [one, two]}]
"""
    order = "main: start p\nmain: terminate p\np: begin\np: print\n"
    order += "p.signal: dies\n" if dies else "p: print, 2nd\np: exit\n"
    replayed, recording = led(world, text, f"{order}main: join p\nmain: exit", method=method, whole=True)
    assert replayed.parting is None
    assert ["p one", *([] if dies else ["p two"])] == printed(recording)
    assert [-15 if dies else 0] == [each.exitcode for each in recording.processes if each.name == "p"]


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
@pytest.mark.parametrize("finds", [False, True])
def test_a_spawned_process_looks_for_its_objects_when_it_begins(
    world: RealWorld, method: str, finds: bool
) -> None:
    text = """
name: dropped
locks: {lock: {}}
targets: {t: {params: [lock], steps: [{with: lock, steps: [{print: mine}]}]}}
processes: {p: {target: t, args: ["{lock}"]}}
main: [{start: p}, {del: p}, {del: lock}]
expect: [{count: mine, at_most: 1}]
"""
    order = ["main: del", "main: del, 2nd"]
    order = ["p: begin", *order] if finds else [*order, "p: begin"]
    one = confirmed(world, text, "\n".join(["main: start p", *order]), method)
    assert (None, ()) == (one.replayed.parting, one.differences)
    assert [0 if finds else 1] == [each.exitcode for each in one.recording.processes if each.name == "p"]


def test_the_end_of_a_pool_comes_as_late_as_the_schedule_allows() -> None:
    kill, on, dies = steps("main: terminate po\npo.work[0]: print\npo[0].signal: dies")
    assert (on, kill, dies) == late_kills([kill, on, dies], {"po"})


def test_a_flush_of_a_store_buffer_is_not_forced() -> None:
    moves = [Move("p.flush", "goes on"), Move("p.flush", "goes on", 2)]
    assert {"store buffer": 2} == counted(program_of(COUNTER), moves)


def test_what_depends_on_the_clock_is_not_compared(world: RealWorld) -> None:
    text = """
name: clock
queues: {q: {}}
main:
  - set: {began: "{monotonic()}"}
  - print: "it took {monotonic() - began:.6f} s"
  - put: {queue: q, item: {at: "{monotonic()}", of: "{1 + 1}"}}
  - get: q
"""
    one = confirmed(world, text, "main: print")
    assert one.confirmed
    assert {"clock": 3} == one.unforced
    _, path = in_the_model(text.replace("{1 + 1}", "{3}"), "main: print")
    model = Model(program_of(text.replace("{1 + 1}", "{3}")))
    [difference] = compared(played(model, path), one.recording)
    assert "put q" == difference.real[:5]


def test_a_process_that_dies_between_two_operations_is_not_counted() -> None:
    program = program_of(TWO_LOCKS)
    between = steps("p: acquire a\np.signal: dies")
    assert {} == counted(program, between)
    assert {} == counted(program, [*steps("p: acquire a begins"), between[1]])


def test_each_entry_of_the_list_names_a_test_that_is_there() -> None:
    assert [] == [each.test for each in UNFORCEABLE if each.test not in globals()]
