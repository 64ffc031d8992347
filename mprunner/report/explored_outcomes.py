"""The outcomes of an exploration, as a table: what differs between them, how many executions and real runs end so."""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.exploring.results import Exploration, Outcome
from mprunner.language.source import display_width
from mprunner.report.phrases import count
from mprunner.report.style import Style, clean, cut, pad, wrapped

__all__ = ["by_lane", "outcome_table"]

MOST_OUTCOMES = 12
MOST_ROWS = 4
"""Lines for one outcome."""


def outcome_table(found: Exploration, style: Style, *, every: bool = False) -> list[str]:
    """OUTCOME, EXECUTIONS, RUNS (where there were real ones), GRADE, SHORTEST."""
    outcomes = found.outcomes if every else found.outcomes[:MOST_OUTCOMES]
    if not outcomes:
        return []
    graded = any(each.grade is not None for each in found.outcomes)
    unwritten = {each.promise.title for each in found.promises if each.is_about_hanging}
    names = _told(found.outcomes)
    shortest = [_shortest(each) for each in outcomes]
    beside = 16 + max(8, *map(len, shortest)) + (8 if found.runs else 0) + (13 if graded else 0)
    room = max(style.width - beside, 24)
    shown = [_in_rows(names[place], room, None if every else MOST_ROWS) for place in range(len(outcomes))]
    width = max(display_width(row) for rows in (["OUTCOME"], *shown) for row in rows)
    head = f"  {pad('OUTCOME', width)}  EXECUTIONS"
    if found.runs:
        head += "    RUNS"
    if graded:
        head += "  GRADE      "
    rows = [style.paint(f"{head}  SHORTEST".rstrip(), "dim")]
    for each, (told, *more), least in zip(outcomes, shown, shortest, strict=True):
        row = f"  {pad(told, width)}  {each.executions:>10,}"
        if found.runs:
            row += f"  {each.runs or 0:>6,}"
        if graded:
            row += f"  {pad(each.grade or '', 11)}"
        rows.append(style.plain(f"{row}  {least}".rstrip()))
        rows += [style.plain(f"  {row}") for row in more]
        if not each.allowed:
            rows.append(
                style.paint(style.plain("    ✗ seen in a real run, and not allowed by the model"), "broken")
            )
        elif found.runs and not each.runs:
            rows.append(style.paint(f"    allowed, but never seen in {count(found.runs, 'run')}", "dim"))
        if each.ending == "hang":
            rows.append(style.paint("    and hangs", "broken" if unwritten & {*each.broken} else "dim"))
        rows += [
            style.paint(cut(style.plain(f"    ✗ broken: {clean(title)}"), style.width), "broken")
            for title in each.broken
            if title not in unwritten
        ]
    if len(found.outcomes) > len(outcomes):
        rows.append(f"  {count(len(found.outcomes) - len(outcomes), 'more outcome')} (shown with -v)")
    return rows


def _shortest(outcome: Outcome) -> str:
    witness = outcome.witness
    if witness is None:
        return ""
    return f"{count(len(witness.schedule), 'step')}, {count(witness.switches, 'switch')}"


def _told(outcomes: Sequence[Outcome]) -> list[str]:
    """Each outcome: what differs between them; of a single one all."""
    held = [{name: f"{name} = {value}" for name, value in each.held} for each in outcomes]
    graded = [{} if each.values is None else {"": each.values} for each in outcomes]
    parts = [
        of | dict(_lanes(each.lines)) | values
        for each, of, values in zip(outcomes, graded, held, strict=True)
    ]
    names = list(dict.fromkeys(name for each in parts for name in each))
    differ = {name for name in names if len({each.get(name) for each in parts}) > 1 or len(outcomes) == 1}
    told = []
    for outcome, each in zip(outcomes, parts, strict=True):
        what = "; ".join(clean(part) for name, part in each.items() if name in differ)
        told.append(what or ("(as the others)" if outcome.lines and not differ else "(nothing printed)"))
    return told


def _in_rows(told: str, room: int, most: int | None) -> list[str]:
    """An outcome in lines, broken between lanes where that is possible. Where there would be more than `most`, each lane is
    cut in its middle; the last line is, where that is not enough.
    """
    parts = told.replace("; ", ";\n").split("\n")
    if most is not None and display_width(told) > most * room:
        longest = max(map(display_width, parts))
        while longest > 16 and sum(min(display_width(part), longest) + 1 for part in parts) > most * room:
            longest -= 1
        parts = [_without_middle(part, longest) for part in parts]
        most += 1
    rows: list[str] = []
    for part in parts:
        if rows and display_width(f"{rows[-1]} {part}") <= room:
            rows[-1] += f" {part}"
            continue
        first, *rest = wrapped(part, room)
        rows += [first, *wrapped(" ".join(rest), room, "  ")] if rest else [first]
    if most is not None and len(rows) > most:
        rows = [*rows[: most - 1], cut(f"{rows[most - 1]} {rows[most].strip()}", room)]
    return rows


def _without_middle(text: str, width: int) -> str:
    if display_width(text) <= width or width < 8:
        return text
    lane, colon, printed = text.partition(": ")
    room = max(width - len(lane) - len(colon) - 3, 6)
    head, tail = printed[: room // 3], printed[-(room - room // 3) :]
    head, tail = head.rpartition(" ")[0], tail.partition(" ")[2] or tail
    return f"{lane}{colon}{head} … {tail}" if head else f"{lane}{colon}… {tail}"


def by_lane(lines: Sequence[tuple[str, str]]) -> list[str]:
    """What each lane printed, in a phrase."""
    return list(_lanes(lines).values())


def _lanes(lines: Sequence[tuple[str, str]]) -> dict[str, str]:
    lanes: dict[str, list[str]] = {}
    for lane, line in lines:
        lanes.setdefault(lane, []).append(line)
    return {lane: f"{lane}: {', '.join(printed)}" for lane, printed in lanes.items()}
