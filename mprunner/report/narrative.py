"""What happened, and why in that order, in a few sentences: who died and how, who waited for whom, how long.

Everything is read off the recording; no promise and no scenario is needed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from mprunner.checking.forms import Declared, family
from mprunner.operations import operation
from mprunner.recording.columns import stay_in_file
from mprunner.recording.events import Call, ProcessRecord, Recording
from mprunner.records import record
from mprunner.report.holds import Hold, holds
from mprunner.report.phrases import a_list, call_phrase, count, duration, moment, signal_name
from mprunner.report.style import clean, cut

__all__ = ["deaths", "narrative", "waits"]

MOST_SENTENCES = 4
MOST_DEATHS = 3
SHORTEST_WAIT = 500_000
"""Nanoseconds: a shorter wait is only what a call costs."""
SMALLEST_SHARE = 0.05
"""Of the run: a shorter wait is not worth a sentence."""
_TEXT_WIDTH = 100


def narrative(
    recording: Recording, facts: Declared | None = None, *, most: int = MOST_SENTENCES
) -> list[str]:
    """At most `most` sentences: first who died, then the longest waits. `facts`: what the scenario says of its objects, if known.

    Who waited for whom is not told of a recording that stays in its file: that goes over the calls again and again.
    """
    died = deaths(recording)
    if stay_in_file(recording.calls):
        return died
    return [*died, *waits(recording, facts, most=most - len(died))]


def deaths(recording: Recording) -> list[str]:
    """A sentence for each process that a signal or an exception ended, with its last event, the earliest first."""
    dead = sorted((each for each in recording.processes if each.exitcode), key=lambda each: each.ended or 0)
    told = [sentence for sentence in (_death(process, recording) for process in dead) if sentence]
    if len(told) > MOST_DEATHS:
        return [*told[: MOST_DEATHS - 1], f"{len(told) - MOST_DEATHS + 1} more processes ended like that."]
    return told


def _death(process: ProcessRecord, recording: Recording) -> str | None:
    assert process.exitcode is not None
    at = f" at {moment(process.ended, recording.origin)} s" if process.ended is not None else ""
    name = clean(process.name)
    if process.exitcode > 0:
        raised = _last(recording, process.name, only=("exception",))
        if raised is None or raised.error is None:
            return f"{name} ended with exit code {process.exitcode}{at}."
        text = f": {clean(raised.error.text)}" if raised.error.text else ""
        return f"{name} ended with exit code {process.exitcode}{at}: {cut(raised.error.type + text, _TEXT_WIDTH)}."
    if process.ended_by == "mprun":
        return None
    signal = signal_name(-process.exitcode)
    last = _last(recording, process.name)
    doing = _doing(last, recording.origin)
    by = _killer(process, recording)
    if by is not None:
        return f"{name} was stopped by {by} ({signal}){at}{doing}."
    outside = " from outside" if process.ended_by == "outside" else ""
    return f"{name} was killed by {signal}{outside}{at}{doing}."


def _doing(last: Call | None, origin: int) -> str:
    if last is None:
        return ""
    since = moment(last.begin, origin)
    if last.outcome == "unfinished":
        return f", in `{call_phrase(last, ended=True)}` since {since} s"
    return f"; the last it did was `{call_phrase(last)}` at {since} s"


def _killer(process: ProcessRecord, recording: Recording) -> str | None:
    if process.ended_by != "scenario":
        return None
    family = process.name.partition("[")[0]
    call = _latest(
        recording,
        lambda call: call.operation in ("terminate", "kill") and call.object in (process.name, family),
    )
    if call is not None:
        return f"{clean(call.actor)}'s {call.operation}"
    return "multiprocessing, as a daemon whose parent ended," if process.daemon else "the scenario"


def _last(recording: Recording, process: str, *, only: Sequence[str] = ()) -> Call | None:
    def fits(call: Call) -> bool:
        if call.process != process or call.operation in ("exit", "stderr"):
            return False
        return not only or call.operation in only

    return _latest(recording, fits)


def _latest(recording: Recording, fits: Callable[[Call], bool]) -> Call | None:
    """The last call of those that fit."""
    calls = recording.calls
    if not stay_in_file(calls):
        return next(filter(fits, reversed(calls)), None)
    found: Call | None = None
    for call in filter(fits, calls):  # what is in a file is gone over forwards only
        found = call
    return found


@record(frozen=False)
class _Wait:
    """What one actor waited for in one kind of call on one object, all in all."""

    call: Call
    nanoseconds: int
    times: int
    by: list[str]


def waits(recording: Recording, facts: Declared | None = None, *, most: int = MOST_SENTENCES) -> list[str]:
    """At most `most` sentences on who waited for what, as long as it mattered, the longest first."""
    threshold = max(SHORTEST_WAIT, int((recording.ending.time - recording.origin) * SMALLEST_SHARE))
    held = holds(recording.calls)
    gathered: dict[tuple[str, str, str | None], _Wait] = {}
    joins: dict[str, list[Call]] = defaultdict(list)
    for call in recording.calls:
        spec = operation(call.operation, call.kind)  # type: ignore[arg-type]
        if spec is None or not spec.blocks or call.end is None or call.end - call.begin < threshold:
            continue
        if not spec.takes and (
            call.kind in ("condition", "event", "barrier") or call.operation == "task_done"
        ):
            continue  # a notify, a set: they wait a moment for the lock inside
        if call.operation == "join" and call.kind == "process":
            joins[call.actor].append(call)
            continue
        if call.operation == "put" and facts is not None and _never_full(call.object, facts):
            continue
        givers = _givers(call, recording, held)
        if call.operation in ("acquire", "put", "read", "write") and call.outcome == "ok" and not givers:
            continue  # nobody had it, nobody made room: only the processor or a manager's answer was waited for
        if call.kind == "barrier" and call.outcome == "ok" and not givers:
            continue  # the last one to come waits for nobody
        found = gathered.setdefault((call.actor, call.operation, call.object), _Wait(call, 0, 0, []))
        found.nanoseconds += call.end - call.begin
        found.times += 1
        found.by.extend(name for name in givers if name not in found.by)
    ranked = sorted(gathered.values(), key=lambda wait: -wait.nanoseconds)
    of_locks = [wait for wait in ranked if wait.call.operation == "acquire" and wait.call.kind != "semaphore"]
    sentences = _of_locks(of_locks, held)
    sentences += [(wait.nanoseconds, _sentence(wait)) for wait in ranked if wait not in of_locks]
    sentences += [(_total(calls), _joins(actor, calls)) for actor, calls in joins.items()]
    sentences.sort(key=lambda told: -told[0])
    return [sentence for _, sentence in sentences[: max(most, 0)]]


def _never_full(queue: str | None, facts: Declared) -> bool:
    """Whether a put into it waits for nobody: it has no size, nor is it a pipe that is written to by the putter itself."""
    return facts.limit(queue) is None and (family(queue) or "") not in facts.ordered_queues


def _total(calls: Sequence[Call]) -> int:
    # Joins are why a parent waits, seldom why things happened in this order: they stand last.
    return min(sum((call.end or call.begin) - call.begin for call in calls), 1)


def _joins(actor: str, calls: Sequence[Call]) -> str:
    names = [clean(call.object or "?") for call in calls]
    if len(names) > 5:
        names = [*names[:4], f"{len(names) - 4} more"]
    then = names[0] + "".join(f", then {name}" for name in names[1:])
    total = sum((call.end or call.begin) - call.begin for call in calls)
    return f"{clean(actor)} waited for {then} to end ({duration(total)})."


def _of_locks(ranked: Sequence[_Wait], held: dict[str, list[Hold]]) -> list[tuple[int, str]]:
    """One sentence for each lock that was waited for; with several waiters it tells the order of the holders."""
    by_lock: dict[str, list[_Wait]] = defaultdict(list)
    for wait in ranked:
        by_lock[wait.call.object or "?"].append(wait)
    told = []
    for lock, waiting in by_lock.items():
        longest = waiting[0]
        if len(waiting) == 1:
            told.append((longest.nanoseconds, _sentence(longest)))
            continue
        order = [clean(hold.holder) for hold in held.get(lock, ())]
        turns = [name for number, name in enumerate(order) if number == 0 or order[number - 1] != name]
        shown = turns if len(turns) <= 6 else [*turns[:5], f"{len(turns) - 5} more"]
        who = clean(longest.call.actor)
        told.append(
            (
                longest.nanoseconds,
                f"`{clean(lock)}` was held by {', then '.join(shown)}; {who} waited longest for it "
                f"({duration(longest.nanoseconds)}).",
            )
        )
    return told


def _sentence(wait: _Wait) -> str:
    call, what = wait.call, clean(wait.call.object or "?")
    often = f" ({count(wait.times, 'wait')})" if wait.times > 1 else ""
    start = f"{clean(call.actor)} waited {duration(wait.nanoseconds)}{often} for"
    by = a_list([clean(name) for name in wait.by])
    if call.outcome in ("raised", "refused") and not by:
        start = f"{clean(call.actor)} waited {duration(wait.nanoseconds)}{often}, in vain, for"
    if call.operation == "acquire" and call.kind == "semaphore":
        return f"{start} a permit of `{what}`{f', until {by} gave one' if by else ''}."
    if call.operation == "acquire":
        return f"{start} `{what}`{f', held by {by}' if by else ''}."
    if call.operation in ("read", "write"):
        return f"{start} the lock of `{what}`{f', held by {by}' if by else ''}."
    if call.operation == "put":
        start = start.removesuffix(" for")
        return f"{start} to put into `{what}`{f', until {by} took an item' if by else ''}."
    if call.operation in ("get", "wait") and call.kind == "queue":
        return f"{start} an item of `{what}`{f', put by {by}' if by else ''}."
    if call.kind in _UNTIL and call.operation == "wait":
        return f"{start} {_UNTIL[call.kind].format(what=what)}{f', by {by}' if by else ''}."
    if call.kind == "barrier" and call.operation == "wait":
        return f"{start} the other parties of `{what}`{f'; the last was {by}' if by else ''}."
    if call.kind == "queue" and call.operation == "join":
        return f"{start} all items of `{what}` to be done."
    if call.kind == "result":
        return f"{start} the result of {what}."
    if call.operation == "apply":
        return f"{start} a task of pool `{what}`."
    if call.operation == "join_thread":
        return f"{start} the feeder of `{what}` to empty its buffer."
    if call.kind == "pool":
        return f"{start} the workers of pool `{what}` to end."
    return f"{start} {call.operation} of `{what}`."


_UNTIL = {"condition": "`{what}` to be notified", "event": "`{what}` to be set"}
_WAKING = {"condition": ("notify", "notify_all"), "event": ("set",), "semaphore": ("release",)}


def _wakers(call: Call, recording: Recording) -> list[str]:
    """Who notified, set, gave a permit or was the last to come while `call` waited: the last of them, which ended the wait."""
    if call.outcome != "ok" or call.end is None:
        return []
    if call.kind == "barrier":
        return _last_to_come(call, recording)
    wanted = _WAKING.get(call.kind, ())
    latest: Call | None = None
    for other in recording.calls:
        if other.begin > call.end:
            break
        if other.operation in wanted and other.object == call.object and other.begin >= call.begin:
            latest = other
    return [] if latest is None or latest.actor == call.actor else [latest.actor]


def _last_to_come(call: Call, recording: Recording) -> list[str]:
    """Who came last to the barrier in the round of `call`; nobody, if that was its own actor."""
    assert call.end is not None
    latest, number = None, _arrival(call)
    for other in recording.calls:
        if other.begin > call.end:
            break
        if other.operation == "wait" and other.object == call.object and other.begin >= call.begin:
            arrival = _arrival(
                other
            )  # the next round may have begun: the highest number, where it comes first
            if arrival > number:
                latest, number = other, arrival
    return [] if latest is None else [latest.actor]


def _arrival(call: Call) -> int:
    number = call.values.get("result")
    return number if isinstance(number, int) else -1


def _made_room(get: Call, put: Call) -> bool:
    """Whether `get`, which got an item, ended while `put` waited, or began to take this very item from a pipe."""
    item = put.values.get("item")
    # Who waited for this item before it was put made no room for it.
    at = get.begin if get.values.get("item") == item else get.end
    return at is not None and put.end is not None and put.begin <= at <= put.end


def _givers(call: Call, recording: Recording, held: dict[str, list[Hold]]) -> list[str]:
    """Those for whom `call` waited: who held the lock meanwhile, who gave the permit, put the item, made room."""
    assert call.end is not None
    if call.operation == "acquire" and call.kind == "semaphore":
        return _wakers(call, recording)  # whoever took permits before need not be who gives one
    if call.operation in ("acquire", "read", "write"):
        during = [
            hold
            for hold in held.get(str(call.values.get("lock") or call.object), ())
            if hold.holder != call.actor
            and hold.begin < call.end
            and (hold.end is None or hold.end > call.begin)
        ]
        return list(dict.fromkeys(hold.holder for hold in during))
    if call.operation == "wait" and call.kind in ("condition", "event", "barrier"):
        return _wakers(call, recording)
    if call.kind != "queue" or call.operation not in ("get", "put"):
        return []
    wanted = ("put", "put_nowait") if call.operation == "get" else ("get", "get_nowait")
    latest: Call | None = None
    for other in recording.calls:
        if other.begin > call.end:
            break
        if other.operation not in wanted or other.object != call.object or other.outcome != "ok":
            continue
        if other.actor == call.actor:
            continue
        if call.operation == "put" and not _made_room(other, call):
            continue
        if call.operation == "get" and other.values.get("item") != call.values.get("item"):
            continue
        latest = other
        if other.begin >= call.begin:
            break
    return [latest.actor] if latest is not None else []
