"""From logs to calls: what was written by whom, in which order, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from mprunner.operations import OPERATION_IDS
from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration, Site
from mprunner.recording import control, log
from mprunner.recording.events import Call, ErrorShown, Part
from mprunner.recording.live import Watermark
from mprunner.recording.log import OK, RAISED, REFUSED, Log
from mprunner.recording.merge import Merger
from mprunner.recording.naming import name_table, object_names
from mprunner.recording.reading import LogReader
from mprunner.recording.values import shown_error


class Declared:
    """As much of a program as names are made from."""

    objects = (
        ObjectDeclaration("lock", "lock", {}, None, False, 0),
        ObjectDeclaration("queue", "q", {}, 2, False, 0),
        ObjectDeclaration("pool", "po", {}, None, False, 0),
    )
    processes = (
        ProcessDeclaration("p1", None, (), (), None, None, None, "main", 0),
        ProcessDeclaration("fork", None, (), (), 2, None, None, "main", 0),
    )


NAMES = name_table(Declared())
SITES = (Site(3, 1, "acquire: lock", "work", "critical"), Site(4, 1, "print: x", "work"))


@pytest.fixture
def directory(tmp_path: Any) -> Iterator[str]:
    control.prepare_run_directory(str(tmp_path))
    yield str(tmp_path)
    opened = log.current()
    if opened is not None:
        opened.close()
    log.set_current(None)


def merged(directory: str) -> tuple[list[Call], Merger]:
    merger = Merger(NAMES, SITES)
    with LogReader(directory) as reader:
        return merger.feed(reader.poll()), merger


def test_names_are_numbered_alike_everywhere_and_families_are_spelled_out() -> None:
    assert ("", "lock", "q[0]", "q[1]", "po", "p1", "fork[0]", "fork[1]") == object_names(Declared())
    assert 3 == NAMES.number("q[1]")
    assert 0 == NAMES.number("po.work[4]")


def test_a_call_has_its_object_its_kind_its_label_and_both_values(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    opened.begin(OPERATION_IDS["acquire"], NAMES.number("lock"), 0, {"timeout": 2.5}, timed=True)
    opened.end(REFUSED, {"result": False})

    ((call,), _) = merged(directory)

    assert ("acquire", "lock", "lock", "refused") == (call.operation, call.object, call.kind, call.outcome)
    assert {"timeout": 2.5, "result": False} == call.values
    assert (0, "critical", True) == (call.site, call.label, call.timed)
    assert ("p1", "p1", os.getpid()) == (call.process, call.actor, call.pid)
    assert call.end is not None
    assert call.begin < call.end


def test_nested_calls_are_paired_inside_out(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    opened.begin(OPERATION_IDS["run"], NAMES.number("fork[1]"))
    opened.begin(OPERATION_IDS["sleep"])
    opened.end(OK)
    opened.end(RAISED, {"error": ("Empty", ("Exception", "BaseException"), "")})

    ((inner, outer), _) = merged(directory)

    assert ("sleep", "ok", None) == (inner.operation, inner.outcome, inner.error)
    assert ("run", "fork[1]", "raised") == (outer.operation, outer.object, outer.outcome)
    assert ErrorShown("Empty", ("Exception", "BaseException"), "") == outer.error


def test_an_error_may_be_given_as_it_is_shown(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    opened.begin(OPERATION_IDS["get"])
    try:
        {}["key"]
    except KeyError as error:
        opened.end(RAISED, {"error": shown_error(error)})

    ((call,), _) = merged(directory)

    assert ErrorShown("KeyError", ("LookupError", "Exception", "BaseException"), "'key'") == call.error


def test_an_end_that_names_its_begin_ends_what_an_exception_skipped(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    token = opened.begin(OPERATION_IDS["run"])
    opened.begin(OPERATION_IDS["sleep"])
    opened.end(RAISED, {"error": ("KeyboardInterrupt", ("BaseException",), "")}, token)

    ((inner, outer), merger) = merged(directory)

    assert ("sleep", "raised", outer.end) == (inner.operation, inner.outcome, inner.end)
    assert ("run", "raised") == (outer.operation, outer.outcome)
    assert inner.error == outer.error
    assert inner.error is not None
    assert [] == merger.unfinished()


def test_what_is_in_flight_is_told_as_unfinished(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    opened.begin(OPERATION_IDS["get"], NAMES.number("q[0]"))

    (completed, merger) = merged(directory)

    assert [] == completed
    assert [("get", "q[0]", "queue", None, "unfinished")] == [
        (call.operation, call.object, call.kind, call.end, call.outcome) for call in merger.unfinished()
    ]


def test_an_end_without_a_begin_is_counted_and_dropped(directory: str) -> None:
    Log.open(directory, process="p1").end(OK)

    (completed, merger) = merged(directory)

    assert ([], 1) == (completed, merger.orphans)


def test_an_instant_is_a_call_whose_end_is_its_begin_and_a_print_keeps_its_parts(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    parts = (("text", "pid "), ("pid", "17"))
    opened.instant(OPERATION_IDS["print"], 0, 1, {"text": "pid 17", "parts": parts})

    ((call,), _) = merged(directory)

    assert call.begin == call.end
    assert {"text": "pid 17", "parts": (Part("text", "pid "), Part("pid", "17"))} == call.values


def test_a_task_is_an_actor_of_its_own_and_a_result_is_named_by_what_it_carries(directory: str) -> None:
    opened = Log.open(directory, process="po[0]", role="worker", parent="main")
    opened.actor("po.work[4]")
    opened.begin(OPERATION_IDS["get"], payload={"object": "po.work[3]", "kind": "result"})
    opened.end(OK)
    opened.actor(None)
    opened.instant(OPERATION_IDS["mark"])

    ((get, mark), merger) = merged(directory)

    assert ("po[0]", "po.work[4]", "po.work[3]", "result", {}) == (
        get.process,
        get.actor,
        get.object,
        get.kind,
        get.values,
    )
    assert "po[0]" == mark.actor
    assert [("po[0]", "worker", "main")] == [(p.name, p.role, p.parent) for p in merger.processes()]


def test_a_process_that_user_code_forked_is_named_after_its_parent(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            opened.instant(OPERATION_IDS["mark"])
            os._exit(0)
        os.waitpid(pid, 0)

    (completed, merger) = merged(directory)

    assert {"p1.fork[0]", "p1.fork[1]"} == {call.process for call in completed}
    assert [("p1", None), ("p1.fork[0]", "p1"), ("p1.fork[1]", "p1")] == sorted(
        (process.name, process.parent) for process in merger.processes()
    )


def test_records_fed_in_pieces_give_the_same_calls(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    merger = Merger(NAMES)
    with LogReader(directory) as reader:
        opened.begin(OPERATION_IDS["sleep"])
        assert [] == merger.feed(reader.poll())
        opened.end(OK)
        assert ["sleep"] == [call.operation for call in merger.feed(reader.poll())]


def test_the_watermark_holds_records_back_and_gives_them_in_order_of_time(directory: str) -> None:
    first, second = Log.open(directory, process="p1"), Log.open(directory, process="p2")
    for number in range(4):
        (first, second)[number % 2].instant(OPERATION_IDS["mark"], number)
    watermark = Watermark(delay=1000)
    with LogReader(directory) as reader:
        raws = [raw for raw in reader.poll() if raw.operation == OPERATION_IDS["mark"]]
    times = sorted(raw.time for raw in raws)
    watermark.feed(raws)

    assert [] == watermark.ready(times[0] + 999)
    assert [0, 1] == [raw.number for raw in watermark.ready(times[1] + 1000)]
    assert [2, 3] == [raw.number for raw in watermark.rest()]
    assert [] == watermark.rest()
