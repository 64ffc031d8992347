"""From a scenario's text and a recording to verdicts, and to what no promise speaks of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mprunner.checking.check import check
from mprunner.checking.unspoken import unspoken
from mprunner.language.loading import load_source
from mprunner.language.models import Scenario
from mprunner.language.source import Source
from mprunner.recording.blocks import Block, blocks
from mprunner.recording.events import Recording
from tests.checking.traces import process, trace

TEXT = """\
name: two
locks: {lock: {}}
queues: {q: {}}
targets:
  work:
    params: [n]
    steps:
      - with: lock
        steps:
          - print: "begin {n}"
          - print: "end {n}"
      - put: {queue: q, item: "{n}"}
  read: {steps: [{get: q}, {get: q}, {print: done}]}
processes:
  p1: {target: work, args: [1]}
  p2: {target: work, args: [2]}
  reader: {target: read}
expect:
"""

LINES = [
    "p1 acquire lock", "p1 print begin 1", "p1 print end 1", "p1 release lock", "p1 put q 1",
    "p2 acquire lock", "p2 print begin 2", "p2 print end 2", "p2 release lock", "p2 put q 2",
    "reader get q 2", "reader get q 1", "reader print done",
]  # fmt: skip


def scenario(expect: str) -> Scenario:
    return load_source(Source("two.yaml", TEXT + expect)).scenarios[0]


def statuses(expect: str) -> list[str]:
    return [verdict.status for verdict in check(trace(*LINES), scenario(expect)) if verdict.promise.line]


def test_every_form_that_can_be_written_is_judged() -> None:
    expect = """\
  - count: {op: print, process: [p1, p2]}
    exactly: 4
  - each: {op: acquire, object: lock}
    has: {op: release, object: lock}
    per: process
  - sequence: ["begin 1", {next: "end 1"}, {any_order: ["end 2", "begin 2"]}, {times: 1, of: {print: {matches: done}}}]
  - sequence: ["begin 1", "end 1", "begin 2", "end 2", done]
    complete: true
  - precedence: ["end 1", "begin 2"]
  - response: ["begin 1", "end 1"]
  - absence: {op: put, object: q, item: 3}
  - existence: {op: get, object: q, item: {not: 1}}
  - mutual_exclusion: lock
  - max_parallel: {of: {hold: lock}, at_most: 1}
  - open: {call: put, object: q}
    at_most: 1
  - closed: {hold: lock}
  - no_interleaving: {of: {op: print}, inside: {hold: lock}}
  - fifo: q
    order: per_producer
  - exactly_once: q
  - output: "begin 1\\nend 1\\nbegin 2\\nend 2\\ndone\\n"
  - exitcodes: {p1: 0, reader: 0}
  - count: {op: print}
    exactly: 2
    within: {from: {op: acquire}, to: {op: release}}
"""
    assert ["kept"] * 18 == statuses(expect)


def test_a_fifo_without_an_order_promises_what_the_queue_keeps() -> None:
    assert ["kept"] == statuses("  - fifo: q\n")
    assert ["broken"] == statuses("  - fifo: q\n    order: fifo\n")


def test_a_verdict_knows_where_its_promise_stands() -> None:
    (verdict,) = (
        one
        for one in check(trace(*LINES), scenario("  - existence: done\n    why: it ends\n"))
        if one.promise.line
    )
    promise = verdict.promise
    assert (19, 5, "existence", "it ends") == (promise.line, promise.column, promise.form, promise.why)
    assert 'some "done"' == promise.title


def test_a_hang_is_judged_by_what_each_process_waits_in() -> None:
    expect = "  - hangs: {waiting: {reader: {op: get, object: q}}}\n"
    hung = trace("p1 put q 1", "reader get q 1", "reader get q <", how="hang")
    found = {verdict.promise.form: verdict.status for verdict in check(hung, scenario(expect))}
    assert "kept" == found["hangs"]
    assert "hang" not in found


def test_what_no_promise_speaks_of_is_told_by_process_and_operation() -> None:
    expect = '  - sequence: ["begin 1", "end 1"]\n  - exitcodes: {p2: 0}\n'
    recording = trace(*LINES, processes=[process(name) for name in ("p1", "p2", "reader")])
    expected = [
        "2 acquires of lock",
        "2 puts into q",
        "2 prints of p2",
        "2 gets from q",
        "1 print of reader",
        "process reader",
    ]
    assert expected == unspoken(recording, scenario(expect))


def test_what_is_unspoken_is_found_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[Recording] = []

    def counted(recording: Recording) -> Iterator[Block]:
        passes.append(recording)
        return blocks(recording)

    monkeypatch.setattr("mprunner.checking.unspoken.blocks", counted)
    unspoken(trace(*LINES), scenario("  - existence: {op: print}\n"))
    assert len(passes) == 1


def test_nothing_is_unspoken_where_every_operation_is_promised() -> None:
    expect = "  - count: {}\n    at_least: 1\n".replace("{}", "{op: [print, put, get, acquire]}")
    assert [] == unspoken(trace(*LINES), scenario(expect))


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        ("existence: {op: read}", ["2 writes to v"]),
        ("existence: {op: write, object: v, item: 1}", ["1 write to v"]),
        ("variables: {main: {v: 2}}", []),
        ("linearizable: {object: v, model: register}", []),
    ],
)
def test_writes_to_shared_memory_are_spoken_of_by_what_it_holds_at_the_end_too(
    promise: str, expected: list[str]
) -> None:
    text = (
        "name: memory\nvalues: {v: {type: i}}\nmain: [{set: {v.value: '{v.value + 1}'}}]\n"
        f"expect: [{{{promise}}}]\n"
    )
    loaded = load_source(Source("memory.yaml", text)).scenarios[0]
    recording = trace("main read v 0", "main write v 1", "main write v 2")
    assert expected == unspoken(recording, loaded)


def judged(expect: str, *lines: str) -> list[tuple[str, str | None]]:
    found = check(trace(*(lines or LINES)), scenario(expect))
    return [(verdict.status, verdict.reason) for verdict in found if verdict.promise.line]


def test_delivery_can_allow_losses_or_repetitions() -> None:
    expect = "  - at_most_once: q\n  - at_least_once: q\n  - nothing_invented: q\n  - exactly_once: q\n"
    lost = judged(expect, "p1 put q 1", "p2 put q 2", "reader get q 2")
    twice = judged(expect, "p1 put q 1", "reader get q 1", "reader get q 1")
    invented = judged(expect, "p1 put q 1", "reader get q 1", "reader get q 3")
    assert ["kept", "broken", "kept", "broken"] == [status for status, _ in lost]
    assert ["broken", "kept", "kept", "broken"] == [status for status, _ in twice]
    assert ["broken"] * 4 == [status for status, _ in invented]


def test_a_matcher_can_leave_out_what_another_selects() -> None:
    expect = """\
  - count: {op: print, none_of: [done, {process: p1}]}
    exactly: 2
  - universality: {any_of: [{process: reader}, {op: print, process: p1}, {op: print, process: p2}]}
    among: {op: print}
"""
    assert ["kept", "kept"] == statuses(expect)


def test_a_chain_that_is_missing_is_told_with_the_event_that_lacks_it() -> None:
    expect = """\
  - each: "begin 1"
    has: ["end 2", "begin 2"]
  - each: done
    has_no: ["begin 1", "end 1"]
    where: before
"""
    reasons = [reason for _, reason in judged(expect)]
    assert reasons == [
        'p1 printed "begin 1" (#2), and there is no "end 2" then "begin 2" after it',
        'reader printed "done" (#24), and before it there is "begin 1" then "end 1" (p1 printed "end 1" (#4))',
    ]


def test_an_instant_that_opens_a_segment_is_no_neighbour_where_it_does_not_stand() -> None:
    expect = """\
  - each: "begin 1"
    has: "end 1"
    where: next
    within: {from: {op: get, object: q, at: begin}, to: done}
"""
    lines = [
        "reader get q 1",
        "p1 print begin 1",
        "reader get q 2 <",
        "p1 print end 1",
        "> reader get",
        "reader print done",
    ]
    assert ["kept"] == [status for status, _ in judged(expect, *lines)]


POOL = """\
name: pool
pools: {po: {processes: 2}}
targets: {work: {steps: [{print: x}]}}
main: [{apply_async: {pool: po, func: work}}, {close: po}, {join: po}]
expect:
"""


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        ("max_parallel: {of: {task: po}, at_most: 2}", []),
        ("count: {op: task_end}\n    exactly: 1", []),
        ("existence: {op: print}", ["1 task of po"]),
    ],
)
def test_who_speaks_of_how_tasks_run_speaks_of_the_tasks(promise: str, expected: list[str]) -> None:
    recording = trace("main apply_async po", "po[0].work[0] task_start", "po[0].work[0] task_end")
    recording.calls[0].values["task"] = "po.work[0]"
    (loaded,) = load_source(Source("pool.yaml", f"{POOL}  - {promise}\n")).scenarios
    assert expected == unspoken(recording, loaded)
