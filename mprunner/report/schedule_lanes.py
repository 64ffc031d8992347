"""A schedule in lanes: a column for each thread, a line for each instant that its steps record, why threads were switched."""

from __future__ import annotations

from mprunner.exploring.results import StepMade, Witnessed
from mprunner.language.source import display_width
from mprunner.recording.events import Call, Event
from mprunner.report.phrases import call_phrase, event_phrase
from mprunner.report.style import Style, clean, cut, pad

__all__ = ["schedule_lanes", "step_phrase", "step_phrases"]

_WIDEST = 34
_NARROWEST = 12
MOST_STEPS = 40


def step_phrase(step: StepMade) -> str:
    """What a step did: its first call, and how many more."""
    return ", ".join(step_phrases(step))


def step_phrases(step: StepMade) -> list[str]:
    """What a step put on record; what it did where that is nothing."""
    leaves = any(call.operation == "exit" and at == "begin" for call, at in step.instants)
    phrases = [
        _phrase(call, at)
        for call, at in step.instants
        if call.operation != "begin" and not (leaves and call.operation == "exit" and at == "end")
    ]
    if any(
        call.operation == "exception" for call, _at in step.instants
    ):  # what it wrote on stderr says the same
        phrases = [phrase for phrase in phrases if not phrase.startswith("stderr ")]
    if phrases:
        return phrases
    if step.instants:
        return ["begins"]
    if step.thread.endswith(".flush"):
        return ["writes to memory"]
    feeder = step.thread.partition(".feeder(")[2]
    return [f"writes to {feeder[:-1]}" if feeder else "goes on"]


def _phrase(call: Call, at: str) -> str:
    if call.operation == "exit" and at == "end":
        return "is gone"
    if at in ("begin", "end"):
        phrase = event_phrase(Event(0, 0, "begin" if at == "begin" else "end", call))
        # What an operation gave or raised tells its end from its begin; where there is nothing, a word does.
        silent = at == "end" and call.outcome == "ok" and "→" not in phrase
        return f"{phrase}: done" if silent else phrase
    return call_phrase(call)


def schedule_lanes(
    shown: Witnessed, style: Style, *, indent: str = "    ", most: int | None = MOST_STEPS
) -> list[str]:
    """The lines of a schedule. Of more than `most` steps the last ones are shown: there it goes wrong."""
    steps = list(enumerate(shown.steps, 1))
    skipped = 0
    if most is not None and len(steps) > most:
        skipped = len(steps) - most
        steps = steps[skipped:]
    names = list(dict.fromkeys(step.thread for _number, step in steps))
    digits = len(str(len(shown.steps)))
    room = style.width - len(indent) - digits - 2
    each = max(_NARROWEST, min(_WIDEST, room // max(len(names), 1) - 2))
    beside = each * len(names) + 2 * len(names) <= room
    lines = []
    if beside:
        head = "  ".join(pad(cut(clean(name), each), each) for name in names)
        lines.append(style.paint(f"{indent}{' ' * digits}  {head}".rstrip(), "dim"))
    if skipped:
        lines.append(style.paint(f"{indent}{'…'.rjust(digits)}  {skipped:,} steps before", "dim"))
    for number, step in steps:
        if step.switch:
            words = style.plain(f"{indent}{' ' * digits}  ── {step.switch}")
            lines.append(style.paint(cut(words, style.width), "dim"))
        for place, phrase in enumerate(step_phrases(step)):
            shown_number = str(number).rjust(digits) if place == 0 else " " * digits
            if beside:
                column = names.index(step.thread) * (each + 2)
                text = cut(phrase, max(room - column, each))
                lines.append(style.plain(f"{indent}{shown_number}  {' ' * column}{text}"))
            else:
                name = pad(cut(clean(step.thread), 16), 16) if place == 0 else " " * 16
                lines.append(style.plain(cut(f"{indent}{shown_number}  {name}  {phrase}", style.width)))
    return [
        line if display_width(line) <= style.width or style.colour else cut(line, style.width)
        for line in lines
    ]
