"""A run that did not end by itself: why, and what each process did last, waits for, since when, and who holds that."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.program.declarations import Site
from mprunner.recording.events import Blocked, Call, ProcessRecord, Recording
from mprunner.report.phrases import a_list, call_phrase, duration, moment
from mprunner.report.style import Style, clean, cut, pad, wrapped

__all__ = ["ending_lines", "ending_sentence"]

MOST_PROCESSES = 12

_HOW = {
    "cut": "ended as `ends:` says",
    "hang": "hung",
    "deadline": "out of time",
    "interrupted": "interrupted",
    "crashed": "the run itself was lost",
    "lost": "not everything could be recorded",
}


def ending_sentence(recording: Recording) -> str | None:
    """How the run ended in a phrase, None when it ended by itself: `hung (deadlock) after 2.0 s`."""
    ending = recording.ending
    if ending.how == "finished":
        return None
    after = duration(max(ending.time - recording.origin, 0))
    cause = ending.diagnosis.pattern if ending.diagnosis is not None else "unknown"
    pattern = "" if cause == "unknown" else f" ({cause})"
    if cause == "too-many-processes":
        return f"ended by mprun (too many processes) after {after}"
    return f"{_HOW[ending.how]}{pattern} after {after}"


def ending_lines(recording: Recording, style: Style, *, sites: Sequence[Site] = ()) -> list[str]:
    """The diagnosis of a run that hung, ran out of time, was interrupted or lost; nothing for one that ended as it should.

    The first line stands alone for a log: `path: hung (deadlock) after 2.0 s`. `sites` (of the program) give the lines
    of the scenario on which the processes stand.
    """
    ending = recording.ending
    if ending.how in ("finished", "cut"):
        return []
    lines = [style.paint(f"{clean(recording.path)}: {ending_sentence(recording)}", "broken")]
    diagnosis = ending.diagnosis
    if diagnosis is not None and diagnosis.sentence:
        lines += wrapped(style.plain(clean(diagnosis.sentence)), style.width, "  ")
    if ending.note:
        lines.append(f"  {clean(ending.note)}")
    lines += [f"  {clean(what)}" for what in recording.incomplete if what != ending.note]
    blocked = {each.process: each for each in (diagnosis.blocked if diagnosis is not None else ())}
    shown = [
        process
        for process in recording.processes
        if process.name in blocked or _was_alive(process, recording)
    ]
    if not shown:
        return lines
    width = max(len(clean(process.name)) for process in shown)
    for process in shown[:MOST_PROCESSES]:
        what = _standing(process, blocked.get(process.name), recording, sites)
        lines.append(style.plain(f"  {pad(clean(process.name), width)}  {what[0]}"))
        lines += [style.plain(f"  {'':{width}}  {more}") for more in what[1:]]
    if len(shown) > MOST_PROCESSES:
        lines.append(f"  and {len(shown) - MOST_PROCESSES} more processes")
    return lines


def _was_alive(process: ProcessRecord, recording: Recording) -> bool:
    return process.role != "manager" and (process.ended is None or process.ended_by == "mprun")


def _standing(
    process: ProcessRecord, blocked: Blocked | None, recording: Recording, sites: Sequence[Site]
) -> list[str]:
    own = [
        call
        for call in recording.calls
        if call.process == process.name and call.operation not in ("exit", "stderr")
    ]
    done = [call for call in own if call.outcome != "unfinished" and call.operation != "begin"]
    at = moment(done[-1].end or done[-1].begin, recording.origin) if done else ""
    last = f"last did `{cut(call_phrase(done[-1]), 60)}` at {at} s" if done else "has done nothing yet"
    if process.stopped:
        return [f"is stopped (SIGSTOP); {last}"]
    if blocked is None:
        pending = _pending(own)
        if pending is None:
            return [f"was running; {last}"]
        since = duration(max(recording.ending.time - pending.begin, 0))
        return [
            f"is in `{_call_words(pending.operation, pending.object)}` for {since}; {last}",
            *_place(pending.site, sites),
        ]
    waiting = duration(max(recording.ending.time - blocked.since, 0))
    words = f"waits in `{_call_words(blocked.operation, blocked.object)}` since {moment(blocked.since, recording.origin)} s"
    lines = [f"{words} ({waiting}){_holders(blocked)}"]
    if blocked.reason:
        lines.append(clean(blocked.reason))
    return [*lines, last, *_place(blocked.site, sites)]


def _pending(calls: Sequence[Call]) -> Call | None:
    return next((call for call in reversed(calls) if call.outcome == "unfinished"), None)


def _call_words(operation: str, target: str | None) -> str:
    return f"{operation} {clean(target)}" if target else operation


def _holders(blocked: Blocked) -> str:
    if blocked.operation == "join" and blocked.holders == (blocked.object,):
        return ""
    living = [clean(name) for name in blocked.holders if name not in blocked.dead]
    dead = [clean(name) for name in blocked.holders if name in blocked.dead]
    told = []
    if living:
        told.append(f"held by {a_list(living)}")
    if dead:
        told.append(f"held by {a_list(dead)}, which died holding it")
    return f", {' and '.join(told)}" if told else ""


def _place(site: int | None, sites: Sequence[Site]) -> list[str]:
    if site is None or not 0 <= site < len(sites):
        return []
    return [f"line {sites[site].line}: {cut(clean(sites[site].text), 60)}"]
