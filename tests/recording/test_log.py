"""What a process log keeps: in every way in which a process can end, fork, run out of disk or be interrupted."""

from __future__ import annotations

import errno
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mprunner.operations import OPERATION_IDS
from mprunner.recording import control, log, segments
from mprunner.recording.events import Part, Shown
from mprunner.recording.layout import ACTOR, BEGIN, END, HELLO, INSTANT, NO_SITE
from mprunner.recording.log import OK, RAISED, REFUSED, Log
from mprunner.recording.reading import LogReader, Raw

ACQUIRE = OPERATION_IDS["acquire"]
PRINT = OPERATION_IDS["print"]


@pytest.fixture
def directory(tmp_path: Any) -> Iterator[str]:
    control.prepare_run_directory(str(tmp_path))
    yield str(tmp_path)
    opened = log.current()
    if opened is not None:
        opened.close()
    log.set_current(None)


def in_child(job: Callable[[], None]) -> int:
    """Runs `job` in a forked child and gives its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            job()
            os._exit(0)
        except BaseException:
            os._exit(99)
    return os.waitpid(pid, 0)[1]


def everything(directory: str) -> list[Raw]:
    found: list[Raw] = []
    with LogReader(directory) as reader:
        while some := reader.poll():
            found += some
    return found


def records(directory: str) -> list[Raw]:
    """All records but the logs' own (hello)."""
    return [raw for raw in everything(directory) if raw.phase != HELLO]


def test_an_operation_leaves_a_begin_and_an_end_in_order(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    opened.begin(ACQUIRE, 3, 7, timed=True)
    opened.end(REFUSED)

    begin, end = records(directory)

    assert (BEGIN, ACQUIRE, 3, 7, 1) == (begin.phase, begin.operation, begin.number, begin.site, begin.flags)
    assert (END, REFUSED, 0) == (end.phase, end.flags, end.token)
    assert begin.time <= end.time
    assert begin.place < end.place


def test_an_end_can_name_the_begin_it_belongs_to(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    outer = opened.begin(ACQUIRE)
    opened.begin(ACQUIRE)  # its end is skipped by an exception
    opened.end(RAISED, token=outer)

    first, _, end = records(directory)

    assert first.place == outer == end.token


def test_the_first_record_says_who_writes(directory: str) -> None:
    Log.open(
        directory, process="po[1]", role="worker", parent="main", mp_name="ForkPoolWorker-1", target=None
    )

    (hello,) = everything(directory)

    assert "po[1]" == hello.log.process
    assert os.getpid() == hello.log.pid
    assert threading.get_native_id() == hello.log.thread
    assert "ForkPoolWorker-1" == hello.log.hello["mp_name"]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("\ud800 lone \udfff", id="lone surrogates"),
        pytest.param("a\x1b[31m\0\r\n", id="control characters"),
        pytest.param("x" * 10_000_000, id="ten megabytes"),
        pytest.param(
            (1, [2.5, {"k": b"\0\xff"}], {3}, frozenset("a"), None, True, 10**400), id="nested plain data"
        ),
        pytest.param("", id="empty text"),
    ],
)
def test_plain_values_come_back_as_they_were(directory: str, value: Any) -> None:
    opened = Log.open(directory, process="p1")
    opened.instant(PRINT, payload={"text": value})
    opened.instant(PRINT, 0, NO_SITE, {"text": "after"})

    assert [{"text": value}, {"text": "after"}] == [raw.payload for raw in records(directory)]


def test_what_is_not_plain_data_is_shown_and_never_raises(directory: str) -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    class Count(int):
        pass

    endless: list[Any] = []
    endless.append(endless)
    opened = Log.open(directory, process="p1")
    opened.begin(
        ACQUIRE, payload={"item": Rude(), "more": [object(), Count(3)], "parts": (Part("pid", "17"),)}
    )
    opened.end(OK, {"result": endless})

    begin, end = records(directory)

    assert Shown("Rude", "<Rude: repr raised RuntimeError>") == begin.payload["item"]
    assert [Shown("object", "<object object>"), 3] == begin.payload["more"]
    assert int is type(begin.payload["more"][1])
    assert (("pid", "17"),) == begin.payload["parts"]
    assert list is type(end.payload["result"])


def test_a_payload_beyond_the_limit_is_shown_shortened(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST_PAYLOAD", 100_000)
    opened = Log.open(directory, process="p1")
    opened.instant(PRINT, payload={"text": "x" * 200_000, "short": 1})

    (raw,) = records(directory)

    assert raw.payload["text"].text.endswith("… (200002 characters)")
    assert 1 == raw.payload["short"]


def test_a_log_grows_over_many_segments_without_a_gap(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    for number in range(30_000):
        opened.begin(ACQUIRE, number, payload=number if number % 7 == 0 else None)

    found = records(directory)

    assert list(range(30_000)) == [raw.number for raw in found]
    assert [number if number % 7 == 0 else None for number in range(30_000)] == [raw.payload for raw in found]
    assert sorted(raw.place for raw in found) == [raw.place for raw in found]


def test_a_small_log_takes_32_kibibytes(directory: str) -> None:
    Log.open(directory, process="p1")

    (first,) = (entry for entry in os.scandir(directory) if entry.name.endswith(".0"))

    assert 32 * 1024 == first.stat().st_size
    assert 32 * 1024 <= first.stat().st_blocks * 512, "a sparse file would be a SIGBUS on a full disk"


def test_the_reader_gives_each_record_once_and_sees_new_logs(directory: str) -> None:
    with LogReader(directory) as reader:
        assert [] == reader.poll()
        opened = Log.open(directory, process="p1")
        assert [HELLO] == [raw.phase for raw in reader.poll()]
        assert [] == reader.poll()
        for round_ in range(5):
            for _ in range(1500):
                opened.begin(ACQUIRE, round_)
            found = reader.poll()
            assert [round_] * 1500 == [raw.number for raw in found]


def test_the_reader_bounds_what_one_poll_gives(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    for number in range(100):
        opened.begin(ACQUIRE, number)

    with LogReader(directory) as reader:
        sizes = []
        while some := reader.poll(most=30):
            sizes.append(len(some))

    assert [30, 30, 30, 11] == sizes


def test_more_logs_than_may_stay_mapped_are_still_all_read(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mprunner.recording.reading._MOST_MAPPED", 3)
    opened = [Log(directory, {"process": f"p{number}"}) for number in range(1)]
    threads = [
        threading.Thread(target=lambda: Log(directory, {"process": "t"}).begin(ACQUIRE)) for _ in range(8)
    ]
    with LogReader(directory) as reader:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        opened[0].begin(ACQUIRE)
        found = [*reader.poll(), *reader.poll()]

    assert 9 == sum(raw.phase == BEGIN for raw in found)


@pytest.mark.parametrize("payload", [None, {"text": "hello"}], ids=["bare", "with text"])
def test_nothing_is_lost_when_a_process_kills_itself_with_sigkill(directory: str, payload: Any) -> None:
    def job() -> None:
        opened = Log.open(directory, process="victim")
        for number in range(200):
            opened.begin(ACQUIRE, number, payload=payload)
        os.kill(os.getpid(), signal.SIGKILL)

    for trial in range(20):
        assert signal.SIGKILL == in_child(job)
        assert (trial + 1) * 200 == len(records(directory))


def test_a_sigkill_at_any_instant_leaves_whole_records_without_a_gap(directory: str) -> None:
    told, tell = os.pipe()
    for _trial in range(40):
        pid = os.fork()
        if pid == 0:
            opened = Log.open(directory, process="victim")
            os.write(tell, b".")
            number = 0
            while True:
                opened.begin(ACQUIRE, number, payload={"text": "x" * (number % 90), "number": number})
                number += 1
        os.read(told, 1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    os.close(told)
    os.close(tell)

    with LogReader(directory) as reader:
        found: dict[str, list[Raw]] = {}
        while some := reader.poll():
            for raw in some:
                found.setdefault(raw.log.name, []).append(raw)
        assert () == reader.lost
    assert 40 == len(found)
    for raws in found.values():
        numbers = [raw.number for raw in raws if raw.phase == BEGIN]
        assert list(range(len(numbers))) == numbers
        assert all({"text": "x" * (n % 90), "number": n} == raw.payload for n, raw in enumerate(raws[1:]))


def test_a_process_that_closed_all_its_descriptors_goes_on_being_recorded(directory: str) -> None:
    def job() -> None:
        opened = Log.open(directory, process="closer")
        os.closerange(0, 1000)
        for number in range(5000):
            opened.begin(ACQUIRE, number)

    assert 0 == in_child(job)
    assert 5000 == len(records(directory))


def test_a_growing_log_never_closes_a_descriptor_of_somebody_else(directory: str) -> None:
    def job() -> None:
        opened = Log.open(directory, process="closer")
        os.closerange(3, 1000)
        mine = [os.open(os.devnull, os.O_RDONLY) for _ in range(20)]
        for number in range(5000):
            opened.begin(ACQUIRE, number)
        opened.close()
        for descriptor in mine:
            os.fstat(descriptor)

    assert 0 == in_child(job)


def test_recording_holds_no_descriptor(directory: str) -> None:
    def job() -> None:
        before = os.listdir("/proc/self/fd")
        opened = Log.open(directory, process="p1")
        for number in range(5000):
            opened.begin(ACQUIRE, number)
        assert before == os.listdir("/proc/self/fd")

    assert 0 == in_child(job)


def test_a_forked_child_writes_on_in_a_log_of_its_own(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    opened.begin(ACQUIRE, 1)

    def job() -> None:
        assert log.current() is None
        opened.begin(ACQUIRE, 2)

    assert 0 == in_child(job)
    opened.begin(ACQUIRE, 3)

    with LogReader(directory) as reader:
        found = reader.poll()
    by_role: dict[str, list[int]] = {}
    for raw in found:
        if raw.phase == BEGIN:
            by_role.setdefault(raw.log.hello["role"], []).append(raw.number)
    assert {"process": [1, 3], "foreign": [2]} == by_role


def test_threads_have_logs_of_their_own(directory: str) -> None:
    mine = Log.open(directory, process="p1")
    seen: list[Log | None] = []

    def job(name: str) -> None:
        seen.append(log.current())
        opened = Log.open(directory, process=name)
        for number in range(2000):
            opened.begin(ACQUIRE, number)
        opened.close()

    threads = [threading.Thread(target=job, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [None] * 4 == seen
    assert mine is log.current()
    numbers: dict[str, list[int]] = {}
    for raw in records(directory):
        numbers.setdefault(raw.log.process, []).append(raw.number)
    assert {f"t{number}": list(range(2000)) for number in range(4)} == numbers


def test_a_task_within_a_worker_changes_the_actor(directory: str) -> None:
    opened = Log.open(directory, process="po[0]", role="worker")
    opened.actor("po.work[4]")
    opened.actor(None)

    assert [(ACTOR, "po.work[4]"), (ACTOR, None)] == [(raw.phase, raw.payload) for raw in records(directory)]


def full_disk(_descriptor: int, _size: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_the_record_and_not_the_process(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Log.open(directory, process="p1")
    monkeypatch.setattr(segments, "allocate", full_disk)
    for number in range(3000):
        opened.begin(ACQUIRE, number, payload={"text": "x"} if number % 2 else None)
        opened.end(OK)

    with LogReader(directory) as reader:
        found = reader.poll()
        assert ["p1"] == [info.process for info in reader.lost]
    assert opened.lost
    assert 0 < len(found) < 1024
    assert ("no space",) == control.lost_reasons(directory)
    assert [] == [name for name in os.listdir(directory) if name.endswith(".new")]


def test_a_disk_that_is_full_from_the_start_is_told_on_the_control_page(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "allocate", full_disk)
    opened = Log.open(directory, process="p1")
    token = opened.begin(ACQUIRE)
    opened.end(OK, {"result": 1}, token)

    assert opened.lost
    assert [] == everything(directory)
    assert ("no space",) == control.lost_reasons(directory)


def test_the_operating_systems_own_file_limit_counts_as_a_full_disk(directory: str) -> None:
    def job() -> None:
        opened = Log.open(directory, process="p1")
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        for number in range(3000):
            opened.begin(ACQUIRE, number)

    assert 0 == in_child(job)
    assert ("no space",) == control.lost_reasons(directory)


def test_a_process_out_of_files_says_so_on_the_page_it_inherited(directory: str) -> None:
    control.use_control_page(directory)

    def job() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        assert Log.open(directory, process="p1").lost

    assert 0 == in_child(job)
    assert ("cannot open",) == control.lost_reasons(directory)


def test_nothing_is_lost_in_a_run_that_recorded_all(directory: str) -> None:
    Log.open(directory, process="p1")

    assert () == control.lost_reasons(directory)


def test_a_signal_handler_may_record_too(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    handled = 0

    def handler(*_: object) -> None:
        nonlocal handled
        opened.instant(PRINT, 1, payload={"text": "y" * 300})
        handled += 1
        signal.setitimer(signal.ITIMER_REAL, 0.0001)

    previous = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0001)
    try:
        written = 0
        while handled < 300:
            opened.begin(ACQUIRE, 2, payload={"text": "x" * 50})
            written += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)

    phases = [raw.phase for raw in records(directory)]
    assert handled == phases.count(INSTANT)
    assert written == phases.count(BEGIN)


def test_a_damaged_log_is_told_and_read_up_to_the_damage(directory: str) -> None:
    opened = Log.open(directory, process="p1")
    place = 0
    for number in range(3):
        place = opened.begin(ACQUIRE, number)
    (path,) = (entry.path for entry in os.scandir(directory) if entry.name.endswith(".0"))
    with open(path, "r+b") as file:
        file.seek(place + 31)
        file.write(b"\x55")

    with LogReader(directory) as reader:
        found = reader.poll()
        (damaged,) = reader.lost

    assert [0, 1] == [raw.number for raw in found if raw.phase == BEGIN]
    assert f"no record at byte {place}" == damaged.damage
