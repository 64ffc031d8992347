"""A broken (or undecided) promise, explained in at most 25 lines, for a reader who knows nothing of how it was judged.

In this order: the verdict; the promise as written; one sentence that names the events; the events in lanes; why their order is
certain; how often it was put to the test; what does hold; how to see more.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mprunner.checking.verdict import Proof, Witness
from mprunner.language.source import display_width
from mprunner.report.lanes import Row, lanes
from mprunner.report.phrases import a_list, event_phrase
from mprunner.report.reasons import because
from mprunner.report.standing import Standing
from mprunner.report.style import Style, clean, cut, wrapped
from mprunner.report.text import title_of

if TYPE_CHECKING:
    from mprunner.checking.telling.evidence import Evidence

__all__ = ["commands", "explained"]

MOST_LINES = 25
_MOST_SOURCE = 4
_FEWEST_ROWS = 5
_LABEL = 10
"""Columns of `  certain ` and the other labels."""


def explained(
    standing: Standing,
    style: Style,
    *,
    path: str,
    source: Sequence[str] = (),
    origin: int = 0,
    of_run: bool = True,
) -> list[str]:
    """The lines. The first is made for problem matchers: `file:line:column: broken: title [form]`.

    Where it is not `of_run` but of a model's execution, there is no clock to tell of, and no run to make or to look at.
    """
    written = list(_written(standing, style, source))
    head = [*_head(standing, style, path), *written, *_why(standing, style, written)]
    tail = _tail(standing, style, path, of_run=of_run)
    room = max(MOST_LINES - len(head) - len(tail) - 1, _FEWEST_ROWS)
    rows = _rows(standing)
    most = room if len(rows) <= room else room - 1  # one line says how many are left out
    return [*head, *lanes(rows, style, origin=origin if of_run else None, indent="    ", most=most), *tail]


def _head(standing: Standing, style: Style, path: str) -> list[str]:
    promise = standing.promise
    place = clean(path) if promise.line is None else f"{clean(path)}:{promise.line}:{promise.column or 1}"
    word = "broken" if standing.mark == "broken" else "undecided"
    first = f"{place}: {word}: {cut(title_of(standing), 200)} [{promise.form}]"
    return [style.paint(style.plain(first), standing.mark)]


def _written(standing: Standing, style: Style, source: Sequence[str]) -> Iterator[str]:
    """The promise as it stands in the file."""
    first, last = standing.promise.line, standing.promise.end_line
    if first is None or first > len(source):
        return
    lines = [line.rstrip() for line in source[first - 1 : max(first, last or first)]]
    while len(lines) > 1 and (not lines[-1] or lines[-1].lstrip().startswith("#")):
        lines.pop()
    digits = len(str(first + len(lines) - 1))
    room = style.width - digits - 5
    rows = [
        (str(number) if part == 0 else "", text)
        for number, line in enumerate(lines, first)
        for part, text in enumerate(_in_rows(clean(line), room))
    ]
    if len(rows) > _MOST_SOURCE:
        rows = [*rows[: _MOST_SOURCE - 1], ("", style.plain("…"))]
    for number, text in rows:
        yield style.paint(style.plain(f"  {number:>{digits}} | "), "dim") + text


def _in_rows(line: str, room: int) -> list[str]:
    """A line of the file as it stands there, or, where that is too wide, broken at spaces and indented below."""
    if display_width(line) <= room:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    first, *more = wrapped(line, room, indent)
    return [
        first,
        *(f"{indent}{one}" for row in more for one in wrapped(row.strip(), room - len(indent), "  ")),
    ]


def _why(standing: Standing, style: Style, written: Sequence[str]) -> list[str]:
    reason = (standing.evidence.reason if standing.evidence is not None else None) or standing.verdict.reason
    reason = reason or _default_reason(standing)
    if standing.runs > 1:
        reason = f"{_in_runs(standing)}: {reason}"
    lines = [style.paint(line, "bold") for line in _limited(_sentence(reason), style, 4)]
    why = standing.promise.why
    if why and not any(clean(why) in line for line in written):
        lines += _limited(f"It was promised because: {why}", style, 2)
    return lines


def _in_runs(standing: Standing) -> str:
    """`Run 3 of 20 (also 7, 12)`."""
    if standing.broken_runs == standing.runs:
        return f"Run {standing.run:,} of {standing.runs:,} (all of them)"
    others = [f"{number:,}" for number in standing.wrong_in if number != standing.run]
    more = standing.broken_runs - 1 - len(others)
    if more > 0:
        others = [*others[:4], f"{more + len(others[4:]):,} more"]
    also = f" (also {a_list(others)})" if others else ""
    return f"Run {standing.run:,} of {standing.runs:,}{also}"


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", ":")) else f"{words}."


def _limited(words: str, style: Style, most: int, indent: str = "  ") -> list[str]:
    lines = wrapped(style.plain(clean(words)), style.width, indent)
    if len(lines) > most:
        lines = [*lines[: most - 1], style.fitted(f"{lines[most - 1]} {lines[most]}", style.width)]
    return lines


def _default_reason(standing: Standing) -> str:
    verdict = standing.verdict
    if verdict.status == "vacuous":
        return "Nothing in the run put this promise to the test; if that is meant, say `vacuous: ok`."
    if verdict.promise.holds == "never":
        return "It is promised that no run keeps this, and this one does."
    return verdict.summary or "See the events."


def _rows(standing: Standing) -> list[Row]:
    evidence = standing.evidence
    if evidence is None:
        return [_row(witness, 0, frozenset()) for witness in standing.verdict.witnesses]
    rows = []
    for line in evidence.lines:
        position = line.event.position
        open_ = frozenset(
            begin.call.actor
            for begin, end in evidence.proof.stretches
            if begin.position < position and (end is None or position < end.position)
        )
        rows.append(_row(Witness(line.event, line.role), line.left_out, open_))
    return rows


def _row(witness: Witness, left_out: int, open_: frozenset[str]) -> Row:
    event = witness.event
    return Row(
        event.position, event.time, event.call.actor, event_phrase(event), witness.role, left_out, open_
    )


def _tail(standing: Standing, style: Style, path: str, *, of_run: bool) -> list[str]:
    evidence = standing.evidence
    lines: list[str] = []
    if evidence is not None:
        order = "; ".join(because(evidence.because, known="by the clock" in (evidence.reason or "")))
        if of_run or not order.startswith("by the clock"):
            lines += _labelled("order", order, style, most=4)
    lines += _labelled("tested", _tested(standing, evidence.proof if evidence else Proof()), style)
    holds = _holds(standing, evidence)
    if holds:
        lines += _labelled("nearest", holds, style)
    for number, command in enumerate(commands(standing, path) if of_run else ()):
        label = style.paint(("" if number else "more").ljust(_LABEL - 2), "dim")
        lines.append(f"  {label}{command}")
    return lines


def _labelled(label: str, words: str, style: Style, *, most: int = 2) -> list[str]:
    if not words:
        return []
    first, *rest = _limited(words, style, most, " " * _LABEL)
    return [f"  {style.paint(label.ljust(_LABEL - 2), 'dim')}{first.strip()}", *rest]


_GROUPS = re.compile(r"^broken (in|for) (\d+ of \d+ \w+(?: of \S+)?): .*")
_COUNT = r"(?:\d+ of \d+(?: broken| still open)?|\d+ times?|never(?: put to the test)?)"
_COUNTED = re.compile(rf"{_COUNT}(?:; {_COUNT})*")
"""Summaries that say no more than the number of times."""


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _tested(standing: Standing, proof: Proof) -> str:
    verdict = standing.verdict
    words = f"{_times(verdict.activations)}" if verdict.activations else "never"
    if verdict.status == "broken" and verdict.activations:
        words += _broken(verdict.activations, proof)
    elif verdict.status == "kept":
        words += ", and kept"
    summary = _GROUPS.sub(r"\1 \2", verdict.summary)
    if summary and verdict.activations and not _COUNTED.fullmatch(summary):
        words += f": {clean(summary)}"
    if standing.runs > 1 and standing.broken_runs:
        words += f"; broken in {standing.broken_runs:,} of {standing.runs:,} runs"
    return words


def _broken(activations: int, proof: Proof) -> str:
    number = proof.violations
    if number is None:
        return ", and broken"
    where = "" if proof.first is None else f" (#{proof.first.position})"
    if proof.first is not None and proof.last is not None and number > 1:
        where = f" (first #{proof.first.position}, last #{proof.last.position})"
    how = f"kept {_times(activations - number)}, broken {_times(number)}"
    if number >= activations:
        how = "broken each time" if number == activations > 1 else "and broken"
    return f", {how}{where}"


def _holds(standing: Standing, evidence: Evidence | None) -> str:
    nearest = evidence.nearest if evidence is not None else None
    found = []
    if nearest is not None:
        found.append(f"{nearest.change} it holds ({nearest.title})")
    kept = standing.runs - standing.broken_runs
    if standing.runs > 1 and standing.mark == "broken" and standing.promise.holds == "always" and kept > 0:
        found.append(f"in {kept:,} of {standing.runs:,} runs it was not broken (`holds: sometimes`)")
    return clean("; ".join(found))


def commands(standing: Standing, path: str) -> list[str]:
    """The commands that show more: the recording around the first witness (or how to make one), what the promise means."""
    found = []
    witnesses = standing.evidence.witnesses if standing.evidence is not None else standing.verdict.witnesses
    around = f" --around {witnesses[0].event.position}" if witnesses else ""
    if standing.recorded is not None:
        found.append(f"mprun show {_quoted(standing.recorded)}{around}")
    elif path != "-":
        found.append(f"mprun {_quoted(path)} --record FILE")
    if standing.promise.line is not None and path != "-":
        found.append(f"mprun explain {_quoted(path)}:{standing.promise.line}")
    return found


def _quoted(path: str) -> str:
    return shlex.quote(path)
