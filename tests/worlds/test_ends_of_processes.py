"""How processes end, as the record tells it: exit codes, who ended them, uncaught exceptions, last variables, times."""

from __future__ import annotations

import pytest

from .conftest import Run

ONE = """
queues: {{started: {{}}}}
targets:
  body:
    steps: {steps}
processes: {{p: {{target: body}}}}
main: {main}
"""
JOINED = "[{start: p}, {join: p}]"
SIGNALLED = "[{start: p}, {get: started}, {%s: p}, {join: p}]"
LASTING = "[{put: {queue: started, item: 1}}, {sleep: 60}]"


@pytest.mark.parametrize(
    ("steps", "main", "exitcode", "ended_by"),
    [
        ("[pass]", JOINED, 0, "itself"),
        ("[{return: 5}]", JOINED, 0, "itself"),
        ("[{raise: {ValueError: no}}]", JOINED, 1, "itself"),
        ("[{raise: {SystemExit: 3}}]", JOINED, 3, "itself"),
        ("[{raise: {SystemExit: 256}}]", JOINED, 0, "itself"),
        ("[{raise: SystemExit}]", JOINED, 0, "itself"),
        ("[{raise: {SystemExit: why}}]", JOINED, 1, "itself"),
        (LASTING, SIGNALLED % "terminate", -15, "scenario"),
        (LASTING, SIGNALLED % "kill", -9, "scenario"),
        (LASTING, "[{start: p}, {terminate: p}, {join: p}]", -15, "scenario"),
        ("[pass]", "[{start: p}]", 0, "itself"),
    ],
)
def test_the_exit_code_and_who_ended_it(
    run: Run, steps: str, main: str, exitcode: int, ended_by: str
) -> None:
    process = run(ONE.format(steps=steps, main=main)).process("p")
    assert process is not None
    assert (process.exitcode, process.ended_by) == (exitcode, ended_by)


def test_a_process_that_died_before_its_first_step_is_there(run: Run) -> None:
    # Whether it is killed before or after its first record is open: it is in the table either way.
    for _ in range(5):
        recording = run(ONE.format(steps="[{sleep: 60}]", main="[{start: p}, {kill: p}, {join: p}]"))
        assert [("main", 0), ("p", -9)] == [(each.name, each.exitcode) for each in recording.processes]


def test_an_uncaught_exception_is_an_event_and_cpythons_words_are_on_stderr(run: Run) -> None:
    recording = run(ONE.format(steps="[{raise: {ValueError: no}}]", main=JOINED))
    (raised,) = [call for call in recording.calls if call.operation == "exception"]
    assert raised.error is not None
    assert ("p", "ValueError", "no") == (raised.process, raised.error.type, raised.error.text)
    written = [call.values["text"] for call in recording.calls if call.operation == "stderr"]
    assert written[:2] == ["Process Process-1:", "Traceback (most recent call last):"]
    assert 'File "test.yaml", line 6, in body' in written[2]
    assert written[-1] == "ValueError: no"


def test_an_uncaught_exception_in_main_gives_exit_code_1(run: Run) -> None:
    recording = run("targets: {t: {steps: [pass]}}\nmain: [{raise: {ValueError: no}}]\n")
    assert recording.ending.how == "finished"
    assert [1] == [each.exitcode for each in recording.processes]


def test_daemons_are_terminated_and_others_joined_when_main_ends(run: Run) -> None:
    text = """
    queues: {q: {}}
    targets:
      lasts: {steps: [{put: {queue: q, item: 1}}, {sleep: 60}]}
      short: {steps: [{print: done}]}
    processes: {d: {target: lasts, daemon: true}, n: {target: short}}
    main: [{start: d}, {get: q}, {start: n}]
    """
    recording = run(text)
    ends = {each.name: (each.exitcode, each.ended_by) for each in recording.processes}
    assert ends == {"main": (0, "itself"), "d": (-15, "scenario"), "n": (0, "itself")}


def test_final_variables_and_times_are_told(run: Run) -> None:
    recording = run(ONE.format(steps="[{set: {x: '{[1, 2]}'}}, {sleep: 0.05}]", main=JOINED))
    process = recording.process("p")
    assert process is not None
    assert process.variables == {"x": [1, 2]}
    assert process.running is not None
    assert process.running > 0
    assert process.ready is not None
    assert process.waiting is not None
    ((operation, target, waited),) = [
        (each.operation, each.object, each.nanoseconds) for each in process.waits
    ]
    assert ("sleep", None) == (operation, target)
    assert waited >= 50_000_000


def test_what_pool_workers_end_with_is_told(run: Run) -> None:
    text = """
    pools: {po: {processes: 2}}
    targets: {work: {steps: [pass]}}
    main: [{apply: {pool: po, func: work}}, {close: po}, {join: po}]
    """
    workers = [each for each in run(text).processes if each.role == "worker"]
    assert ["po[0]", "po[1]"] == sorted(each.name for each in workers)
    assert [0, 0] == [each.exitcode for each in workers]


POOLED = """
pools: {po: {processes: 1}}
targets: {body: {steps: [{return: 1}]}}
processes: {p: {target: body}}
main: [{start: p}, {join: p}, {apply: {pool: po, func: body}}, {close: po}, {join: po}]
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_process_lives_at_least_as_long_as_it_runs(run: Run, method: str) -> None:
    recording = run(POOLED, start_method=method)
    tick = 10_000_000
    for name in ("p", "po[0]"):
        process = recording.process(name)
        assert process is not None
        assert process.running is not None
        assert process.ready is not None
        assert process.started is not None
        assert process.ended is not None
        assert process.running + process.ready <= process.ended - process.started + 2 * tick


KILLED_POOL = """
queues: {started: {}}
pools: {po: {processes: 1}}
targets: {work: {steps: [{put: {queue: started, item: 1}}, {sleep: 60}]}}
main: [{apply_async: {pool: po, func: work}}, {get: started}%s]
"""
MANAGED = """
managers: {m: {}}
queues: {q: {manager: m}}
main: [{put: {queue: q, item: 1}}, {get: q}]
"""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (KILLED_POOL % ", {terminate: po}, {join: po}", "po[0]"),
        (KILLED_POOL % "", "po[0]"),
        (MANAGED, "m"),
    ],
    ids=["terminated", "by CPython at main's exit", "a manager's server"],
)
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_how_long_a_process_ran_is_known_though_it_could_not_tell(
    run: Run, method: str, text: str, name: str
) -> None:
    process = run(text, start_method=method).process(name)
    assert process is not None
    assert process.running is not None
    assert process.ready is not None
    assert process.running > 0
