"""mprun's side of a run: start it, follow its logs, end it when it is time, and make a Recording of what it left."""

from __future__ import annotations

import itertools
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mprunner.program.declarations import Program
from mprunner.recording import control
from mprunner.recording.events import Call, Recording
from mprunner.recording.merge import Merger
from mprunner.recording.naming import name_table
from mprunner.recording.reading import MOST_AT_ONCE, LogReader, Raw
from mprunner.records import made, record, replaced
from mprunner.worlds.base import LiveLine, RunOptions
from mprunner.worlds.real import directories
from mprunner.worlds.real.endings import Cut, Judge
from mprunner.worlds.real.launch import Launched, sweep
from mprunner.worlds.real.live import WATERMARK_NS, LiveRun, is_sighting
from mprunner.worlds.real.needs import modules_for, uses_tracker
from mprunner.worlds.real.orders import Close, KillRun, RunFailed, RunOver, StageStarted, StartRun

if TYPE_CHECKING:
    from mprunner.worlds.real.gatekeeper import Gatekeeper

OnLine = Callable[[LiveLine], None]
OnCalls = Callable[[Sequence[Call], Sequence[Call], int], None]
"""Takes, at each look at the run, the operations that have ended since the last and those in flight. All that began before the
time (ns, CLOCK_MONOTONIC) is known then.
"""
"""Takes the operations that have ended since it was last called, at each look at the run."""

_TICK = 0.02
_LAZY_TICK = 0.05
_CLOSE_SECONDS = 5.0
_AHEAD = 3
"""Runs of a series that the keeper knows of at once."""


@record(frozen=False)
class Underway:
    """A run from its start until its recording is made."""

    number: int
    program: Program
    options: RunOptions
    directory: Path
    started_at: float
    origin: int
    reader: LogReader
    live: LiveRun
    merger: Merger
    calls: list[Call] = made(factory=list)
    stage: int | None = None
    cut: Cut | None = None
    over: RunOver | None = None
    failed: str | None = None
    notes: list[str] = made(factory=list)
    gate: Gatekeeper | None = None


class RealWorld:
    """Runs programs on real processes or threads. A context manager: when it is closed nothing of any run is left.

    `start` may be called as early as one likes: the keeper then starts while the rest of mprun is loading.
    `origin` is the zero of the run that is followed, or was last (ns, CLOCK_MONOTONIC): its recording's, and its lines'.
    """

    def __init__(self) -> None:
        self._launched: Launched | None = None
        self._count = 0
        self._interrupted = False
        self.origin = time.monotonic_ns()
        self._saved: tuple[Program, Path] | None = None
        self._swept = False

    def __enter__(self) -> RealWorld:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> Launched:
        """Start the keeper if it does not run. Raises OSError when no process or directory can be had."""
        if self._launched is None:
            self._launched = Launched()
        return self._launched

    @property
    def directory(self) -> Path:
        """Where its runs keep their logs while they go on. It is gone once the world is closed."""
        return self.start().directory

    def close(self) -> None:
        """End whatever still runs, and the keeper; remove what is theirs."""
        launched, self._launched = self._launched, None
        if launched is None:
            return
        try:
            launched.channel.send(Close())
            if launched.wait(_CLOSE_SECONDS):
                launched.channel.close()
                launched.remove()
                return
        finally:
            launched.destroy()

    def interrupt(self) -> None:
        """End the run that is going on; its recording still comes, its ending `interrupted`. For signal handlers too."""
        self._interrupted = True

    # --- runs ---

    def run(
        self,
        program: Program,
        options: RunOptions,
        *,
        on_line: OnLine | None = None,
        on_calls: OnCalls | None = None,
        meanwhile: Callable[[], None] | None = None,
        gate: Gatekeeper | None = None,
    ) -> Recording:
        """Run a program once; `meanwhile` is called when it has been ordered, for what need not delay it.

        `gate` decides what comes when; it is closed by its owner.

        A KeyboardInterrupt ends the run, not this call. Raises OSError when no run can be started.
        """
        if gate is not None:
            launched = self.start()
            path = str(launched.directory / f"gate-{self._count}")
            gate.start(path, launched.pid)
            options = replaced(options, gate=path)
        underway = self._begin(program, options)
        underway.gate = gate
        if meanwhile is not None:
            meanwhile()
        return self._finish(self._supervise(underway, on_line, on_calls))

    def runs(
        self,
        program: Program,
        options: RunOptions,
        count: int,
        *,
        on_run: Callable[[int, int], OnCalls] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Iterator[Recording]:
        """Run a program `count` times, each with the next seed. Some are ordered ahead, so that none waits for mprun.

        `on_run` is told the seed of a run that is followed from now on, and a time before all that happens in it (ns,
        CLOCK_MONOTONIC); it gives what takes its operations. `meanwhile` is called once, when the first have been ordered.
        """
        ahead: deque[Underway] = deque()
        numbers = iter(range(count))
        over: Underway | None = None
        ended = 0
        try:
            while True:
                for number in itertools.islice(numbers, _AHEAD - len(ahead)):
                    ahead.append(self._begin(program, replaced(options, seed=options.seed + number)))
                if meanwhile is not None:
                    meanwhile()
                    meanwhile = None
                if over is not None:
                    yield self._finish(over)
                    over = None
                if not ahead:
                    return
                over = ahead.popleft()
                on_calls = None if on_run is None else on_run(over.options.seed, max(over.origin, ended))
                self._supervise(over, None, on_calls)
                ended = over.over.stage.time if over.over is not None else 0
                if over.cut is not None and over.cut.how == "interrupted":
                    yield self._finish(over)
                    return
        finally:
            for underway in ahead:
                self._cancel(underway)

    def _cancel(self, underway: Underway) -> None:
        """End a run that nobody waits for any more, and forget it."""
        if underway.over is None and underway.failed is None and self._launched is not None:
            self._cut(underway, Cut("interrupted", time.monotonic_ns()))
            self._supervise(underway, None, None)
        underway.reader.close()
        directories.remove_tree(underway.directory)

    def _begin(self, program: Program, options: RunOptions) -> Underway:
        if self._launched is not None and self._launched.channel.closed:
            self.close()
        launched = self.start()
        self._count += 1
        directory = launched.directory / str(self._count)
        directory.mkdir()
        control.prepare_run_directory(str(directory))
        names = name_table(program)
        underway = Underway(
            self._count,
            program,
            options,
            directory,
            time.time(),
            time.monotonic_ns(),
            LogReader(str(directory)),
            LiveRun(names, threads=options.backend == "threads", time_scale=options.time_scale),
            Merger(names, program.sites),
        )
        order = StartRun(
            self._count,
            str(directory),
            self._save(program, launched.directory),
            options,
            modules_for(program, options),
            uses_tracker(program, options),
        )
        launched.channel.send(order)
        if not self._swept:  # what need not delay the run
            self._swept = True
            import mprunner.worlds.real.finishing  # noqa: F401

            sweep()
        return underway

    def _save(self, program: Program, directory: Path) -> str:
        """The pickle of a program, in the keeper's directory: its processes read it there."""
        saved = self._saved
        if saved is None or saved[0] is not program or saved[1].parent != directory:
            if saved is not None:
                saved[1].unlink(missing_ok=True)
            path = directory / f"program-{self._count}"
            path.write_bytes(pickle.dumps(program, protocol=pickle.HIGHEST_PROTOCOL))
            self._saved = saved = (program, path)
        return str(saved[1])

    # --- following ---

    def _supervise(self, underway: Underway, on_line: OnLine | None, on_calls: OnCalls | None) -> Underway:
        # A run that was ordered ahead has waited for the last one: its time begins now at the earliest.
        judge = Judge(underway.program, underway.options, underway.live, time.monotonic_ns())
        watched = on_line is not None or on_calls is not None or judge.watches_events
        tick = _TICK if watched else _LAZY_TICK
        while underway.over is None and underway.failed is None:
            try:
                self._follow(underway, judge, tick, on_line, on_calls)
            except KeyboardInterrupt:
                self._interrupted = True
            if self._interrupted and underway.cut is None:
                self._cut(underway, judge.cut("interrupted"))
        self._interrupted = False
        self._drain(underway, on_calls)
        if on_line is not None:
            for line in underway.live.lines(None):
                on_line(line)
        return underway

    def _follow(
        self, underway: Underway, judge: Judge, tick: float, on_line: OnLine | None, on_calls: OnCalls | None
    ) -> None:
        launched = self._launched
        assert launched is not None
        message = launched.channel.receive(judge.patience(tick))
        if message is not None:
            if message.number != underway.number:
                return
            if isinstance(message, StageStarted):
                underway.stage, underway.origin = message.pid, message.time
                self.origin = message.time
                underway.started_at = time.time() - (time.monotonic_ns() - message.time) / 1e9
                judge.begin(message.time)
            elif isinstance(message, RunOver):
                underway.over = message
            elif isinstance(message, RunFailed):
                underway.failed = message.reason
            return
        if launched.channel.closed:
            self._lost_keeper(underway, on_calls)
            return
        before = time.monotonic_ns()
        new = underway.reader.poll()
        ended = self._take(underway, new)
        if on_calls is not None:
            # Where there was more than fits into one look, what it did not come to is not known yet.
            on_calls(ended, underway.merger.unfinished(), before if len(new) < MOST_AT_ONCE else 0)
        if on_line is not None:
            for line in underway.live.lines(before - WATERMARK_NS):
                on_line(line)
        if underway.cut is None:
            gate = underway.gate
            if gate is not None and gate.wants_end:
                self._cut(underway, judge.cut("cut"))
                return
            cut = judge.look(new, launched.pid, held=gate is not None and not gate.is_open)
            if cut is not None:
                self._cut(underway, cut)

    def _cut(self, underway: Underway, cut: Cut) -> None:
        underway.cut = cut
        if self._launched is not None:
            self._launched.channel.send(KillRun(underway.number))

    def _drain(self, underway: Underway, on_calls: OnCalls | None) -> None:
        while new := underway.reader.poll():
            ended = self._take(underway, new)
            if on_calls is not None:
                on_calls(ended, (), 0)

    def _take(self, underway: Underway, new: list[Raw]) -> list[Call]:
        """The operations that have ended."""
        if underway.cut is not None:
            # What a process still does because another one of the run was killed first is no part of it.
            new = [raw for raw in new if raw.time <= underway.cut.time]
        underway.live.feed(new)
        calls = underway.merger.feed(raw for raw in new if not is_sighting(raw))
        underway.calls.extend(calls)
        return calls

    def _lost_keeper(self, underway: Underway, on_calls: OnCalls | None) -> None:
        """The keeper is gone, whatever killed it: do what it would have done."""
        launched, self._launched = self._launched, None
        assert launched is not None
        underway.failed = "the run's keeper process was lost"
        noise = launched.noise()
        if noise:
            underway.notes.append(noise)
        self._drain(underway, on_calls)
        launched.destroy()

    def _finish(self, underway: Underway) -> Recording:
        from mprunner.worlds.real.finishing import finish

        try:
            return finish(underway)
        finally:
            underway.reader.close()
            directories.remove_tree(underway.directory)


__all__ = ["OnCalls", "OnLine", "RealWorld", "Underway"]
