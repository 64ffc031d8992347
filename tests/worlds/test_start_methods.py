"""The same scenario under every start method and on threads: who is who, what is shared, what is copied."""

from __future__ import annotations

import pytest

from .conftest import METHODS, Run

ANY = (*METHODS, "threads")

TWO = """
locks: {lock: {}}
queues: {q: {}}
targets:
  add:
    params: [n]
    steps:
      - with: lock
        steps:
          - print: "add {n}"
      - put: {queue: q, item: "{n}"}
processes:
  p: {target: add, args: [1]}
  many: {target: add, args: ["{index + 2}"], replicas: 2}
main:
  - start: p
  - start: many
  - get: q
  - get: q
  - get: q
  - join: p
  - join: many
"""


def options(method: str) -> dict[str, str]:
    return {"backend": "threads"} if method == "threads" else {"start_method": method}


@pytest.mark.parametrize("method", ANY)
def test_two_processes_with_a_lock_run_and_end(run: Run, method: str) -> None:
    recording = run(TWO, **options(method))
    assert recording.ending.how == "finished"
    printed = {call.process: call.values["text"] for call in recording.calls if call.operation == "print"}
    assert printed == {"p": "add 1", "many[0]": "add 2", "many[1]": "add 3"}
    ends = {each.name: (each.exitcode, each.ended_by) for each in recording.processes}
    assert ends == dict.fromkeys(("main", "p", "many[0]", "many[1]"), (0, "itself"))


@pytest.mark.parametrize("method", ANY)
def test_events_stand_in_causal_order(run: Run, method: str) -> None:
    recording = run(TWO, **options(method))
    at = {(call.process, call.operation, call.object): call for call in recording.calls}
    start, begin = at["main", "start", "p"], at["p", "begin", None]
    leave, join = at["p", "exit", None], at["main", "join", "p"]
    assert start.begin < begin.begin < leave.begin <= (leave.end or 0) <= (join.end or 0)


@pytest.mark.parametrize(
    ("method", "seen"),
    [("fork", "changed"), ("spawn", "initial"), ("forkserver", "initial"), ("threads", "changed")],
)
def test_globals_are_copied_made_anew_or_shared(run: Run, method: str, seen: str) -> None:
    text = """
    globals: {g: initial}
    targets:
      child:
        steps:
          - print: "{g}"
          - set: {g: from the child}
    processes: {p: {target: child}}
    main:
      - set: {g: changed}
      - start: p
      - join: p
      - print: "{g}"
    """
    recording = run(text, **options(method))
    printed = [call.values["text"] for call in recording.calls if call.operation == "print"]
    assert printed == [seen, "from the child" if method == "threads" else "changed"]


@pytest.mark.parametrize("method", METHODS)
def test_an_object_given_as_argument_is_known_by_its_name(run: Run, method: str) -> None:
    text = """
    queues: {q: {}}
    targets:
      write: {params: [into], steps: [{put: {queue: into, item: 1}}]}
    processes: {p: {target: write, args: ["{q}"]}}
    main: [{start: p}, {get: q}, {join: p}]
    """
    recording = run(text, start_method=method)
    assert {("p", "q"), ("main", "q")} == {
        (call.process, call.object) for call in recording.calls if call.operation in ("put", "get")
    }


@pytest.mark.parametrize("method", METHODS)
def test_what_a_manager_holds_is_known_in_a_pool(run: Run, method: str) -> None:
    text = """
    managers: {m: {}}
    queues: {q: {manager: m}}
    pools: {po: {processes: 2}}
    targets:
      write: {params: [into], steps: [{put: {queue: into, item: 1}}]}
    main: [{apply: {pool: po, func: write, args: ["{q}"]}}, {get: q}, {close: po}, {join: po}]
    """
    recording = run(text, start_method=method)
    assert recording.ending.how == "finished"
    assert [("po.write[0]", "q"), ("main", "q")] == [
        (call.actor, call.object) for call in recording.calls if call.operation in ("put", "get")
    ]
    server = recording.process("m")
    assert server is not None
    assert (server.role, server.exitcode) == ("manager", 0)


@pytest.mark.parametrize("method", METHODS)
def test_workers_are_numbered_in_order_of_creation_and_respawned_ones_go_on(run: Run, method: str) -> None:
    text = """
    pools: {po: {processes: 1, maxtasksperchild: 1, initializer: setup}}
    globals: {ready: false}
    targets:
      setup: {steps: [{set: {ready: true}}]}
      work: {steps: [{return: "{ready}"}]}
    main:
      - repeat: 3
        steps:
          - apply: {pool: po, func: work}
            into: ok
          - assert: ok
      - close: po
      - join: po
    """
    recording = run(text, start_method=method)
    assert recording.ending.how == "finished"
    tasks = [(call.process, call.actor) for call in recording.calls if call.operation == "task_start"]
    assert tasks == [("po[0]", "po.work[0]"), ("po[1]", "po.work[1]"), ("po[2]", "po.work[2]")]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_what_can_not_be_pickled_raises_where_it_is_started(run: Run, method: str) -> None:
    text = """
    pools: {po: {processes: 1}}
    targets: {nothing: {params: [x], steps: [pass]}}
    processes: {p: {target: nothing, args: ["{po}"]}}
    main:
      - start: p
        raises: {NotImplementedError: cannot be passed}
      - close: po
      - join: po
    """
    recording = run(text, start_method=method)
    assert recording.ending.how == "finished"
    assert [0] == [each.exitcode for each in recording.processes if each.role == "main"]


def test_a_process_started_by_a_process_is_its_child(run: Run) -> None:
    text = """
    targets:
      inner: {steps: [{print: inside}]}
      outer: {steps: [{start: grandchild}, {join: grandchild}]}
    processes: {child: {target: outer}, grandchild: {target: inner}}
    main: [{start: child}, {join: child}]
    """
    recording = run(text)
    found = recording.process("grandchild")
    assert found is not None
    assert (found.parent, found.mp_name, found.exitcode) == ("child", "Process-1:1", 0)


def test_a_thread_has_the_pid_of_all_and_lacks_terminate(run: Run) -> None:
    text = """
    queues: {q: {}}
    targets: {waits: {steps: [{get: q}]}}
    processes: {p: {target: waits}}
    main:
      - start: p
      - terminate: p
        raises: {AttributeError: terminate}
      - put: {queue: q, item: 1}
      - join: p
    """
    recording = run(text, backend="threads")
    assert {each.pid for each in recording.processes} == {recording.processes[0].pid}
    assert recording.ending.how == "finished"


@pytest.mark.parametrize("method", ANY)
def test_each_replica_has_a_nested_process_of_its_own(run: Run, method: str) -> None:
    recording = run(
        """
        barriers: {both: {parties: 2}}
        targets:
          leaf: {steps: [{wait: both}]}
          branch: {steps: [{start: child}, {join: child}, {print: "{child.is_alive()}"}]}
        processes:
          p: {target: branch, replicas: 2}
          child: {target: leaf}
        """,
        **options(method),
    )
    assert "finished" == recording.ending.how
    assert ["False", "False"] == [
        call.values["text"] for call in recording.calls if call.operation == "print"
    ]
    assert {0} == {each.exitcode for each in recording.processes}
