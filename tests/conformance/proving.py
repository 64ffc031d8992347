"""One subject put to the proof: explored, its executions replayed, its free runs compared; what came of it, as a row."""

from __future__ import annotations

import time
from typing import Any

from mprunner.exploring.fingerprint import fingerprint
from mprunner.exploring.schedule import Schedule, text_of
from mprunner.exploring.scheduling import schedule_of
from mprunner.records import made, record
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.real.supervisor import RealWorld
from tests.conformance.explored import Explored
from tests.conformance.free_runs import FreeRuns, free_runs
from tests.conformance.replays import Replays, replays
from tests.conformance.subjects import Subject, Taken

__all__ = ["Asked", "Row", "prove"]

_MOST_SAVED = 3


@record
class Asked:
    """How much is to be done. `replay` executions at most, `runs` free runs, `seconds` for each exploration; `stress`: processes
    hesitate.
    """

    replay: int = 1_000_000
    runs: int = 0
    seconds: float = 60.0
    stress: bool = False


@record
class Row:
    """What came of a subject. `executions` were explored, all that there are if `complete`.

    `failed` are schedule files of replays that went another way, as text.
    """

    title: str
    method: str
    digest: str
    asked: Asked
    refused: str | None = None
    executions: int = 0
    complete: bool = False
    outcomes: int = 0
    played: int = 0
    confirmed: int = 0
    unforced: dict[str, int] = made(factory=dict)
    seen: int = 0
    allowed: int = 0
    undecided: int = 0
    ways: int = 0
    seconds: float = 0.0
    defects: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        values = {name: getattr(self, name) for name in self.fields}
        return {**values, "asked": {name: getattr(self.asked, name) for name in self.asked.fields}}

    @staticmethod
    def of(values: dict[str, Any]) -> Row:
        """The row that was made `plain`."""
        lists = {name: tuple(values[name]) for name in ("defects", "failed")}
        return Row(**{**values, **lists, "asked": Asked(**values["asked"])})


def prove(subject: Subject, asked: Asked) -> Row:
    """Explore, replay, run and compare."""
    began = time.monotonic()
    taken = subject.taken()
    try:
        explored = Explored(taken, subject.method, asked.seconds)
        weak = _weaker(subject, taken, explored, asked)
    except Unfollowed as reason:
        return Row(subject.title, subject.method, subject.digest, asked, refused=str(reason))
    with RealWorld() as world:
        replayed = replays(world, subject, explored.model, explored.chosen(asked.replay))
        free = free_runs(world, subject, taken, weak, asked.runs, hesitates=asked.stress)
    return _row(subject, taken, asked, explored, replayed, free, time.monotonic() - began)


def _weaker(subject: Subject, taken: Taken, explored: Explored, asked: Asked) -> Explored:
    """What free runs are held to: memory without a lock has store buffers in every processor that this runs on."""
    if not (taken.has_raw_memory and asked.runs):
        return explored
    return Explored(taken, subject.method, asked.seconds, "tso")


def _row(
    subject: Subject,
    taken: Taken,
    asked: Asked,
    explored: Explored,
    replayed: Replays,
    free: FreeRuns,
    seconds: float,
) -> Row:
    account = explored.found.accounting
    defects = [f"replay: {words}" for words in replayed.defects]
    defects += [f"free run: {words}" for words in free.defects]
    if account.blocked:
        defects.append(f"{account.blocked} executions were blocked")
    return Row(
        subject.title,
        subject.method,
        subject.digest,
        asked,
        executions=account.executions,
        complete=explored.complete,
        outcomes=len(explored.found.outcomes),
        played=replayed.played,
        confirmed=replayed.confirmed,
        unforced=dict(replayed.unforced),
        seen=free.seen,
        allowed=free.allowed,
        undecided=free.undecided,
        ways=free.outcomes,
        seconds=seconds,
        defects=tuple(defects),
        failed=tuple(_file(subject, taken, explored, each) for each in replayed.failed[:_MOST_SAVED]),
    )


def _file(subject: Subject, taken: Taken, explored: Explored, schedule: Any) -> str:
    """A schedule as a file for `mprun replay`."""
    return text_of(
        Schedule(
            schedule_of(explored.model, schedule),
            scenario=subject.name,
            path=subject.path,
            program=fingerprint(taken.program),
            shows="what real processes did not do",
            start_method=subject.method,
            whole=True,
        )
    )
