"""Two records of one schedule compared, operation by operation: the model's, and that of real processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from mprunner.recording.events import Call, Recording
from mprunner.records import record
from mprunner.worlds.model.clock_values import TIME, ClockValues

__all__ = ["Difference", "compared", "of_the_clock"]

_OWN = frozenset({"pid", "ppid", "running", "ready", "variables", "seconds", "parts", "from", "to"})
"""Values that are of a run, or only tell how something was asked for."""

_RUN_VALUES = frozenset({"pid", "ident", "sentinel", "authkey"})
"""Operations whose value is of a run."""

_BY_ITSELF = frozenset({"task_end", "exception"})
"""What nobody does: it follows from what was done before."""


@record
class Difference:
    """Where a real lane departs from the model's: the thread, which of its operations, and both in words."""

    thread: str
    number: int
    modelled: str
    real: str


def compared(
    expected: Recording, real: Recording, *, skipped: Collection[str] = ()
) -> tuple[Difference, ...]:
    """Where two records of one schedule differ, lane by lane, the first difference of each; then how they ended.

    Of a run that was cut short only what it had come to counts, of a process that was killed not its last operation; of those in
    `skipped`, which were killed before they did all that they were to do, what they did.
    """
    cut = expected.ending.how == "cut"
    ended = {each.name for each in expected.processes if each.exitcode is not None and each.exitcode < 0}
    killed = ended | {call.actor for call in expected.calls if call.process in ended}
    left, right = _lanes(expected), _lanes(real)
    found = []
    for thread in dict.fromkeys((*left, *right)):
        mine, theirs = left.get(thread, []), right.get(thread, [])
        if cut or thread in killed:
            # What a process does by itself may come yet, or not any more, before it is ended.
            mine, theirs = (
                [told for told in lane if told.outcome != "unfinished" and told.operation not in _BY_ITSELF]
                for lane in (mine, theirs)
            )
        if cut:
            theirs = theirs[: len(mine)]
        if thread in skipped:
            mine, theirs = ([told for told in lane if told.operation != "exit"] for lane in (mine, theirs))
            mine = mine[: len(theirs)]
        difference = _first(thread, mine, theirs)
        if difference is not None:
            found.append(difference)
    if not cut:
        found += _exit_codes(expected, real, skipped)
    if not cut and expected.ending.how != real.ending.how:
        found.append(Difference("the run", 0, expected.ending.how, real.ending.how))
    return tuple(found)


def _exit_codes(expected: Recording, real: Recording, skipped: Collection[str]) -> Iterator[Difference]:
    # Of one whose end nobody noticed there is none; that it ended is in its lane.
    codes = {each.name: each.exitcode for each in real.processes if each.exitcode is not None}
    for each in expected.processes:
        code = codes.get(each.name, each.exitcode)
        if code != each.exitcode and each.role == "process" and each.name not in skipped:
            yield Difference(each.name, 0, f"exit code {each.exitcode}", f"exit code {code}")


class _Told(NamedTuple):
    """What of an operation is the same in every run of one schedule."""

    operation: str
    target: str | None
    outcome: str
    error: str | None
    values: tuple[tuple[str, str], ...]

    def allows(self, other: _Told) -> bool:
        """Whether another run may have had that instead: the same, but for what depends on the clock."""
        if not any(TIME in text for _, text in self.values):
            return self == other
        if self._replace(values=()) != other._replace(values=()) or len(self.values) != len(other.values):
            return False
        pairs = zip(self.values, other.values, strict=True)
        return all(name == real_name and _may_be(text, real) for (name, text), (real_name, real) in pairs)


def _may_be(text: str, real: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, text.split(TIME))), real, re.DOTALL) is not None


def of_the_clock(expected: Recording) -> int:
    """How many operations of the model's record have a value that depends on the clock."""
    return sum(_depends_on_clock(call) for call in expected.calls)


def _depends_on_clock(call: Call) -> bool:
    return any(TIME in text for _, text in _values(call))


def _values(call: Call) -> Iterator[tuple[str, str]]:
    """What is compared of the values of an operation, as texts."""
    masked = call.values.masked if isinstance(call.values, ClockValues) else {}
    for name, value in call.values.items():
        if name == "text" and "parts" in call.values:
            text = "".join(TIME if part.kind == "time" else part.text for part in call.values["parts"])
            yield name, repr(text)
        elif name not in _OWN and not (name == "result" and call.operation in _RUN_VALUES):
            yield name, masked.get(name) or repr(value)


def _first(thread: str, mine: Sequence[_Told], theirs: Sequence[_Told]) -> Difference | None:
    for number in range(max(len(mine), len(theirs))):
        one = mine[number] if number < len(mine) else None
        other = theirs[number] if number < len(theirs) else None
        if one is None or other is None or not one.allows(other):
            return Difference(thread, number + 1, _words(one), _words(other))
    return None


def _lanes(recording: Recording) -> dict[str, list[_Told]]:
    # Which worker has a task is the pool's own affair (`unforceable`), and so is when workers begin and end.
    workers = {
        each.name: f"a worker of {each.name.partition('[')[0]}"
        for each in recording.processes
        if each.role in ("worker", "manager")
    }
    pids = {str(each.pid): workers.get(each.name, each.name) for each in recording.processes}
    pattern = re.compile(rf"\b({'|'.join(pids) or '0'})\b")
    found: dict[str, list[_Told]] = {}
    begun = {call.process for call in recording.calls if call.operation != "exit"}
    for call in recording.calls:
        # Of who ended before it began there is but the exit code.
        is_led = not (call.actor in workers and call.operation in ("start", "begin", "exit"))
        if is_led and call.operation != "stderr" and call.process in begun:
            told = _told(call, lambda text: pattern.sub(lambda hit: f"<pid of {pids[hit[1]]}>", text))
            found.setdefault(call.actor, []).append(told)
    return found


def _told(call: Call, plain: Callable[[str], str]) -> _Told:
    """`plain` puts names in the place of pids."""
    # Whether anybody saw that it is gone is another matter.
    outcome = "ok" if call.operation == "exit" else call.outcome
    # That it began shows in a call that did not end; how an object looks is the object's affair.
    shown = () if outcome == "unfinished" else tuple(sorted(_values(call)))
    given = tuple((name, plain(value)) for name, value in shown if "Shown(" not in value)
    return _Told(call.operation, call.object, outcome, None if call.error is None else call.error.type, given)


def _words(told: _Told | None) -> str:
    if told is None:
        return "nothing"
    operation, target, outcome, error, values = told
    words = operation if target is None else f"{operation} {target}"
    given = ", ".join(f"{name}={value}" for name, value in values)
    how = "" if outcome == "ok" else f", raised {error}" if error is not None else f", {outcome}"
    return f"{words}{f' ({given})' if given else ''}{how}"
