"""What recording an operation costs the process under test, and what is left of a record after a SIGKILL.

    python benchmarks/record_cost.py [--operations 20000] [--rounds 7] [--trials 10]

An operation is an uncontended `multiprocessing.Lock` acquire or release, told twice, as begin and end. To reach: 1 µs above the
bare operation without a payload, 1.5 µs more with a short text, all events left. Everything is measured in turn in one run:
compare the ratios, not the figures. viztracer is measured when it is installed.
"""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import multiprocessing
import os
import queue
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mprunner.operations import OPERATION_IDS
from mprunner.recording.control import prepare_run_directory
from mprunner.recording.layout import BEGIN
from mprunner.recording.log import OK, Log
from mprunner.recording.reading import LogReader

EVENTS = 200
SLICE = 100
TEXT = "p1 holds the lock"
ACQUIRE, RELEASE = OPERATION_IDS["acquire"], OPERATION_IDS["release"]
context = multiprocessing.get_context("fork")


@dataclass
class Recorder:
    """One way of recording: how to tell an event, with a text or without, and how many were left in the end."""

    tell: Callable[[str | None], Any]
    left: Callable[[], int]
    close: Callable[[], None] = lambda: None


def ours() -> Recorder:
    directory = tempfile.TemporaryDirectory(prefix="mprun-")
    prepare_run_directory(directory.name)
    opened: list[Log] = []

    def tell(text: str | None) -> None:
        if not opened:
            opened.append(Log.open(directory.name, process="p1"))
        opened[0].begin(ACQUIRE, 1, 2, None if text is None else {"text": text})

    def left() -> int:
        with LogReader(directory.name) as reader:
            return sum(raw.phase == BEGIN for raw in reader.poll())

    return Recorder(tell, left, directory.cleanup)


def mp_queue() -> Recorder:
    told: Any = context.Queue()
    return Recorder(
        lambda text: told.put(("acquire", "lock", time.monotonic_ns(), text)), drain(told), told.close
    )


def queue_handler() -> Recorder:
    told: Any = context.Queue()
    logger = logging.Logger("p1")
    logger.addHandler(logging.handlers.QueueHandler(told))
    return Recorder(lambda text: logger.info("acquire lock %s", text), drain(told), told.close)


def drain(told: Any) -> Callable[[], int]:
    """Counts what comes out of a queue, until nothing has come for a while."""

    def left() -> int:
        count = 0
        try:
            while True:
                told.get(timeout=0.3)
                count += 1
        except queue.Empty:
            return count

    return left


def tracer() -> Recorder | None:
    try:
        from viztracer import VizTracer  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    directory = tempfile.TemporaryDirectory(prefix="mprun-")
    path = os.path.join(directory.name, "trace.json")
    told = VizTracer(output_file=path, verbose=0)
    started: list[bool] = []

    def tell(text: str | None) -> None:
        if not started:
            told.start()
            started.append(True)
        told.log_instant("acquire lock", {"text": text})

    return Recorder(tell, lambda: EVENTS if os.path.exists(path) else 0, directory.cleanup)


RECORDERS: dict[str, Callable[[], Recorder | None]] = {
    "mprunner": ours,
    "mp.Queue.put": mp_queue,
    "logging.QueueHandler": queue_handler,
    "viztracer.log_instant": tracer,
}


def per_operation(work: Callable[[], Callable[[int], None]], operations: int) -> float:
    """Microseconds for each operation, in a child: the median of slices so short that another process seldom falls into one."""
    receive, send = context.Pipe(duplex=False)

    def child() -> None:
        run = work()
        run(SLICE)
        slices = []
        for _ in range(operations // SLICE):
            began = time.perf_counter()
            run(SLICE)
            slices.append(time.perf_counter() - began)
        send.send(statistics.median(slices) / SLICE * 1e6)
        os._exit(0)

    process = context.Process(target=child)
    process.start()
    took: float = receive.recv()
    process.join()
    receive.close()
    send.close()
    return took


def bare() -> Callable[[int], None]:
    lock = context.Lock()

    def run(operations: int) -> None:
        for _ in range(operations // 2):
            lock.acquire()
            lock.release()

    return run


def recorded_by_us(directory: str, text: str | None) -> Callable[[], Callable[[int], None]]:
    """The same, with the calls that mprunner makes around each operation: begin with the payload, end without."""

    def work() -> Callable[[int], None]:
        lock = context.Lock()
        log = Log.open(directory, process="p1")

        def bare_records(operations: int) -> None:
            for _ in range(operations // 2):
                log.begin(ACQUIRE, 1, 2)
                lock.acquire()
                log.end(OK)
                log.begin(RELEASE, 1, 2)
                lock.release()
                log.end(OK)

        def records_with_text(operations: int) -> None:
            for _ in range(operations // 2):
                log.begin(ACQUIRE, 1, 2, {"text": text})
                lock.acquire()
                log.end(OK)
                log.begin(RELEASE, 1, 2, {"text": text})
                lock.release()
                log.end(OK)

        return bare_records if text is None else records_with_text

    return work


def recorded(tell: Callable[[str | None], Any], text: str | None) -> Callable[[], Callable[[int], None]]:
    """The same told to another recorder, with the text at the begin only too."""

    def work() -> Callable[[int], None]:
        lock = context.Lock()

        def run(operations: int) -> None:
            for _ in range(operations // 2):
                tell(text)
                lock.acquire()
                tell(None)
                tell(text)
                lock.release()
                tell(None)

        return run

    return work


def cost(make: Callable[[], Recorder | None], name: str, text: str | None, operations: int) -> float | None:
    if name == "mprunner":
        with tempfile.TemporaryDirectory(prefix="mprun-") as directory:
            prepare_run_directory(directory)
            return per_operation(recorded_by_us(directory, text), operations)
    recorder = make()
    if recorder is None:
        return None
    drained = threading.Thread(target=recorder.left)
    drained.start()
    try:
        return per_operation(recorded(recorder.tell, text), operations)
    finally:
        drained.join()
        recorder.close()


def left_after_kill(make: Callable[[], Recorder | None]) -> int | None:
    """How many of 200 events are left when the process is killed right after it told the last."""
    recorder = make()
    if recorder is None:
        return None
    pid = os.fork()
    if pid == 0:
        for _ in range(EVENTS):
            recorder.tell(TEXT)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    try:
        return recorder.left()
    finally:
        recorder.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--operations", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--trials", type=int, default=10)
    options = parser.parse_args()
    without: dict[str, list[float]] = {name: [] for name in RECORDERS}
    with_text: dict[str, list[float]] = {name: [] for name in RECORDERS}
    floor: list[float] = []
    for _ in range(options.rounds):
        floor.append(per_operation(bare, options.operations))
        for name, make in RECORDERS.items():
            for samples, text in ((without, None), (with_text, TEXT)):
                took = cost(make, name, text, options.operations)
                if took is not None:
                    samples[name].append(took - floor[-1])
    print(
        f"bare operation: {statistics.median(floor):.2f} µs (median of {options.rounds}); what recording adds to it:\n"
    )
    print(
        f"{'':24}{'no payload':>12}{'ratio':>8}{'short text':>12}{'ratio':>8}   left of {EVENTS} after SIGKILL"
    )
    base, base_text = statistics.median(without["mprunner"]), statistics.median(with_text["mprunner"])
    for name, make in RECORDERS.items():
        if not without[name]:
            print(f"{name:24}not installed")
            continue
        middle, middle_text = statistics.median(without[name]), statistics.median(with_text[name])
        left = sorted(count for _ in range(options.trials) if (count := left_after_kill(make)) is not None)
        figures = (
            f"{middle:>9.2f} µs{middle / base:>8.1f}{middle_text:>9.2f} µs{middle_text / base_text:>8.1f}"
        )
        print(f"{name:24}{figures}   least {left[0]}, median {left[len(left) // 2]}, most {left[-1]}")


if __name__ == "__main__":
    main()
