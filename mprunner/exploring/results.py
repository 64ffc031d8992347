"""What an exploration found out, as data: for reports, for `--json`, for the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from mprunner.checking.verdict import Promise, Verdict
from mprunner.exploring.system import Schedule
from mprunner.recording.events import Call, Diagnosis, Recording
from mprunner.records import made, record

if TYPE_CHECKING:
    from fractions import Fraction

    from mprunner.checking.telling.evidence import Evidence
    from mprunner.worlds.model.steps import Memory

__all__ = [
    "Accounting",
    "Answer",
    "Deadlock",
    "Exploration",
    "Lasso",
    "Method",
    "Outcome",
    "PromiseAnswer",
    "StepMade",
    "Witnessed",
]

Answer = Literal["proved", "violated", "inconclusive"]
Method = Literal["traces", "states", "preemptions", "random", "pct", "pos"]


@record
class Accounting:
    """What was done. `executions` are complete ones; with `traces` each is of another Mazurkiewicz trace, and none was `blocked`.

    `complete`: there is nothing more. Else `bound` names what was reached (`--executions 1000`), and `estimate` is how many
    executions (or states) there may be in all, where that can be told.
    """

    method: Method
    executions: int = 0
    steps: int = 0
    states: int = 0
    races: int = 0
    blocked: int = 0
    seconds: float = 0.0
    complete: bool = False
    bound: str | None = None
    estimate: float | None = None
    waiting: int = 0
    """States that were met and not yet looked at, while a search over states is on its way."""


@record
class StepMade:
    """One step of a schedule: who made it, and what of it is on record (each call with the instant of it that this is).

    `switch` says why it is not the thread of the step before that goes on; empty where it is.
    """

    thread: str
    instants: tuple[tuple[Call, str], ...]
    alternative: int = 0
    switch: str = ""


@record
class Witnessed:
    """A schedule that shows something, with the record of it.

    `switches` are those from one thread to another, `preemptions` those from one that could have gone on. `least`: no schedule
    that shows it has fewer switches, nor with these fewer steps; `bound` is then the smallest preemption bound that shows it.
    `probability` is that of a scheduler that takes any enabled thread alike, None where it was not computed.
    """

    schedule: Schedule
    steps: tuple[StepMade, ...]
    recording: Recording
    switches: int
    preemptions: int
    least: bool = False
    bound: int | None = None
    probability: Fraction | float | None = None


@record
class PromiseAnswer:
    """A promise over all executions: in how many it was kept, broken, inconclusive, vacuous.

    `shown` is the verdict that shows the answer best; it is that of `witness`. `assuming` are the options of `mprun explore`
    under each of which a promise that is broken holds.
    """

    promise: Promise
    answer: Literal["kept", "broken", "open", "inconclusive"]
    note: str
    counts: Mapping[str, int]
    shown: Verdict
    witness: Witnessed | None = None
    evidence: Evidence | None = None
    assuming: tuple[str, ...] = ()

    @property
    def is_about_hanging(self) -> bool:
        """Whether it is the promise, which nobody wrote, that nobody gets stuck."""
        return self.promise.form == "hang" and self.promise.line is None


@record
class Outcome:
    """One way in which executions end. `lines` are what each lane printed, lane by lane, `held` what shared values hold.

    `values` are those that the scenario's `outcomes` speak of (`p.x=1, q.x=0`), `grade` is theirs. `executions` of those explored
    end so, `runs` of the free real runs, where there were any. `allowed`: the model has it; else only real runs showed it.
    """

    lines: tuple[tuple[str, str], ...]
    held: tuple[tuple[str, str], ...]
    broken: tuple[str, ...]
    ending: str
    executions: int = 0
    runs: int | None = None
    values: str | None = None
    grade: str | None = None
    allowed: bool = True
    witness: Witnessed | None = None


@record
class Deadlock:
    """A way in which executions get stuck: why, and a shortest schedule. `partial`: not all processes are.

    `executions` of those explored end like that: none where others go on for ever. `always`: all do (but for those that are not
    weakly fair), and there are no others. `promised`: the scenario says so.
    """

    diagnosis: Diagnosis
    executions: int
    partial: bool
    promised: bool
    witness: Witnessed
    always: bool = False


@record
class Lasso:
    """Steps for ever: `prefix` leads to a state, and `cycle` back to it. `starved` could go on, and never do.

    `fairness` is the strongest under which it is still possible.
    """

    kind: Literal["livelock", "starvation"]
    fairness: Literal["no", "weak", "strong"]
    starved: tuple[str, ...]
    prefix: Witnessed
    cycle: tuple[StepMade, ...]


@record
class Exploration:
    """All that is known of a scenario's executions.

    `answer` is that to "does every promise hold in every schedule?"; `reason` says why it is inconclusive. `unreached` are the
    lines of steps that no execution comes to, `leaked` the processes that outlive main in some execution. `notes` say under which
    assumptions all this is so.
    """

    scenario: str
    path: str
    answer: Answer
    reason: str | None
    accounting: Accounting
    promises: tuple[PromiseAnswer, ...]
    outcomes: tuple[Outcome, ...]
    deadlocks: tuple[Deadlock, ...] = ()
    lassos: tuple[Lasso, ...] = ()
    unreached: tuple[int, ...] = ()
    leaked: tuple[str, ...] = ()
    memory: Memory = "sc"
    notes: tuple[str, ...] = ()
    runs: int = 0
    always_stuck: bool = False
    """Whether every execution ends in some deadlock, whichever; known only where all was explored."""
    schedules: tuple[Schedule, ...] = made(factory=tuple)
    """Those of the explored executions, where they were asked for."""
    examples: bool = False
    """Whether the executions stand for others that come to the same for every promise: how many there are is not known then."""
