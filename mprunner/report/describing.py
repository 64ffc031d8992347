"""A scenario in words: what it is made of, who does what, what it promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mprunner.language.fields import Expression, Raised, Step
from mprunner.language.models import Scenario
from mprunner.operations import SHARED_SECTIONS
from mprunner.report.phrases import a_list, count
from mprunner.report.style import Style, clean, cut, pad, wrapped

__all__ = ["contents", "describe", "first_sentence"]

_WIDEST = 60


def contents(scenario: Scenario) -> str:
    """`2 processes, 1 lock`."""
    processes = sum(each.replicas or 1 if each.replicas != 0 else 0 for each in scenario.processes.values())
    numbers = [(processes, "process")]
    for section, noun in SHARED_SECTIONS.items():
        declared = getattr(scenario, section).values()
        numbers.append((sum(each.count if each.count is not None else 1 for each in declared), noun))
    numbers += [(len(scenario.pools), "pool"), (len(scenario.managers), "manager")]
    return ", ".join(count(number, noun) for number, noun in numbers if number) or "nothing but main"


def first_sentence(scenario: Scenario) -> str:
    """The beginning of the description, empty when there is none."""
    text = " ".join((scenario.description or "").split())
    for end in (". ", "。"):
        head, found, _ = text.partition(end)
        if found:
            return head + end.strip()
    return text


def describe(
    scenario: Scenario, path: str, promises: Sequence[tuple[str, str, str | None]], style: Style
) -> list[str]:
    """The whole scenario in words. `promises` are (holds, title, why)."""
    lines = [style.paint(f"{clean(scenario.name)} ({clean(path)})", "bold")]
    lines += wrapped(clean(" ".join((scenario.description or "").split())), style.width, "  ")
    facts = _facts(scenario)
    if facts:
        lines += ["", *(f"  {fact}" for fact in facts)]
    lines += _section("It is made of", _objects(scenario), style)
    lines += _section("Processes", _processes(scenario), style)
    for name, target in scenario.targets.items():
        parameters = ", ".join(_parameter(parameter) for parameter in target.params)
        lines += ["", style.paint(f"{clean(name)}({clean(parameters)})", "bold")]
        lines += wrapped(clean(" ".join((target.description or "").split())), style.width, "  ")
        lines += _steps(target.steps, style, 1)
    if scenario.main is not None:
        lines += ["", style.paint("main", "bold"), *_steps(scenario.main, style, 1)]
    told = [(holds, title if why is None else f"{title}: {why}") for holds, title, why in promises]
    lines += _section("It promises", told, style)
    return [style.plain(line) for line in lines]


def _facts(scenario: Scenario) -> list[str]:
    facts = []
    if scenario.tags:
        facts.append(f"Tags: {', '.join(clean(tag) for tag in scenario.tags)}.")
    if scenario.start_method is not None:
        facts.append(f"Its processes are started by {scenario.start_method}.")
    facts += [f"It can't run under {under}: {clean(reason)}" for under, reason in scenario.not_under.items()]
    if scenario.params:
        values = ", ".join(f"{clean(name)} = {clean(repr(value))}" for name, value in scenario.params.items())
        facts.append(f"Parameters: {values} (`-D name=value` gives others).")
    if scenario.globals:
        facts.append(f"Global variables: {', '.join(clean(name) for name in scenario.globals)}.")
    if scenario.ends is not None and scenario.ends.after is not None:
        facts.append(f"It is ended after {scenario.ends.after:g} s.")
    elif scenario.ends is not None:
        facts.append("It is ended as soon as the event under `ends:` happens.")
    return facts


def _section(title: str, rows: Iterable[tuple[str, str]], style: Style) -> list[str]:
    listed = [(clean(name), clean(told)) for name, told in rows]
    if not listed:
        return []
    width = max(len(name) for name, _ in listed)
    lines = ["", style.paint(title, "bold")]
    for name, told in listed:
        first, *rest = wrapped(told, style.width - width - 4) or [""]
        lines.append(f"  {pad(name, width)}  {first}")
        lines += [f"  {'':{width}}  {more}" for more in rest]
    return lines


def _guarded(declared: Any) -> str:
    if isinstance(declared.lock, str):
        return f", with the lock {declared.lock}"
    return ", without lock" if declared.lock is False and not declared.kind.startswith("Raw") else ""


def _objects(scenario: Scenario) -> list[tuple[str, str]]:
    rows = [(name, "a Manager, a process that holds objects for others") for name in scenario.managers]
    for name, lock in scenario.locks.items():
        rows.append((name, _family(lock.count, f"a {lock.kind}") + _held(lock.manager)))
    for name, semaphore in scenario.semaphores.items():
        of = f"a {semaphore.kind} of {count(semaphore.value, 'permit')}"
        rows.append((name, _family(semaphore.count, of) + _held(semaphore.manager)))
    for name, condition in scenario.conditions.items():
        of = "a Condition" if condition.lock is None else f"a Condition with the lock {condition.lock}"
        rows.append((name, _family(condition.count, of) + _held(condition.manager)))
    for name, flag in scenario.flags.items():
        rows.append((name, _family(flag.count, "an Event") + _held(flag.manager)))
    for name, barrier in scenario.barriers.items():
        of = f"a Barrier of {count(barrier.parties, 'party', 'parties')}"
        of += f"; the last to come runs {barrier.action}" if barrier.action is not None else ""
        rows.append((name, _family(barrier.count, of) + _held(barrier.manager)))
    for name, queue in scenario.queues.items():
        room = f" for at most {count(queue.maxsize, 'item')}" if queue.maxsize else ""
        rows.append((name, _family(queue.count, f"a {queue.kind}{room}") + _held(queue.manager)))
    for name, value in scenario.values.items():
        first = "" if value.value is None else f", at first {value.value!r}"
        told = f"a {value.kind} of type {value.type}{first}{_guarded(value)}"
        rows.append((name, _family(value.count, told) + _held(value.manager)))
    for name, array in scenario.arrays.items():
        size = array.size if array.initial is None else len(array.initial)  # type: ignore[arg-type]  # data by now
        told = f"an {array.kind}" if array.kind == "Array" else f"a {array.kind}"
        told += f" of {count(size or 0, 'cell')} of type {array.type}{_guarded(array)}"
        rows.append((name, _family(array.count, told) + _held(array.manager)))
    for name, pool in scenario.pools.items():
        told = (
            f"a Pool of {count(pool.processes, 'process')}"
            if pool.processes
            else "a Pool of a process for each CPU"
        )
        if pool.initializer is not None:
            told += f"; each first runs {pool.initializer}"
        if pool.maxtasksperchild is not None:
            told += f"; replaced after {count(pool.maxtasksperchild, 'task')}"
        if pool.context is not None:
            told += f"; started by {pool.context}"
        rows.append((name, told))
    return rows


def _family(number: int | None, one: str) -> str:
    return one if number is None else f"{number} of them, each {one}"


def _held(manager: str | None) -> str:
    return f", held by {manager}" if manager is not None else ""


def _processes(scenario: Scenario) -> list[tuple[str, str]]:
    rows = []
    for name, process in scenario.processes.items():
        arguments = process.args.text.strip("[]") if process.args is not None else ""
        told = f"runs {process.target}({arguments})" if process.target is not None else "runs nothing"
        if process.replicas is not None:
            told = f"{count(process.replicas, 'process')}, each {told}"
        if process.daemon:
            told += ", as a daemon"
        if process.parent is not None:
            told += f", started by {process.parent}"
        rows.append((name, told))
    if scenario.processes and scenario.main is None:
        rows.append(("main", f"starts {a_list(list(scenario.processes))}, then joins them in that order"))
    return rows


def _parameter(parameter: Any) -> str:
    prefix = {"args": "*", "kwargs": "**"}.get(getattr(parameter, "form", ""), "")
    return f"{prefix}{parameter.name}"


def _steps(steps: Sequence[Step], style: Style, depth: int) -> list[str]:
    lines: list[str] = []
    for step in steps:
        lines.append("  " * depth + cut(clean(_step(step)), style.width - 2 * depth))
        for heading, block in _blocks(step):
            if heading:
                lines.append("  " * depth + cut(clean(heading), style.width - 2 * depth))
            lines += _steps(block, style, depth + 1)
    return lines


_PHRASES: dict[str, str] = {
    "start": "starts {process}", "run": "runs {process}'s target itself",
    "terminate": "terminates {process}{pool}", "kill": "kills {process}", "close": "closes {process}{pool}{queue}",
    "put": "puts {item} into {queue}", "put_nowait": "puts {item} into {queue} without waiting",
    "get": "gets {queue}{result}", "get_nowait": "gets from {queue} without waiting",
    "join_thread": "waits until {queue}'s feeder has written everything",
    "cancel_join_thread": "will not wait for {queue}'s feeder at its end",
    "task_done": "tells {queue} that an item is done",
    "acquire": "acquires {lock}{semaphore}{condition}{value}{array}",
    "release": "releases {lock}{semaphore}{condition}{value}{array}",
    "wait_for": "waits on {condition} until {predicate}", "notify": "notifies {condition}",
    "notify_all": "notifies all of {condition}", "clear": "clears {event}", "reset": "resets {barrier}",
    "abort": "aborts {barrier}",
    "apply": "has {pool} run {func} and waits for it", "apply_async": "has {pool} run {func}",
    "wait": "waits for {result}{condition}{event}{barrier}", "shutdown": "shuts {manager} down", "print": "prints \"{text}\"",
    "choose": "chooses one of {from_}",
    "append": "appends {item} to {list}", "remove": "removes {item} from {list}{mapping}", "update": "updates {mapping}",
    "call": "calls {target}", "create": "creates {name}", "del": "drops {name}", "assert": "asserts {test}",
    "pass": "does nothing", "break": "leaves the loop", "continue": "goes on with the next round",
    "with": "with {with_}", "while": "while {while_}", "for": "for {for_} in {in_}", "repeat": "{repeat} times", "try": "tries",
    "return": "returns {value}", "if": "if {if_}",
}  # fmt: skip
"""What a step does, with its fields; those that are not given are empty."""

_BLOCKS = (
    ("steps", ""), ("then", ""), ("try_", ""), ("else_", "else"), ("finally_", "finally"),
)  # fmt: skip


class _Fields(dict[str, str]):
    def __init__(self, body: Any) -> None:
        super().__init__()
        self._body = body

    def __missing__(self, key: str) -> str:
        return _field(getattr(self._body, key, None))


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Raised):
        return value.type if value.text is None else f"{value.type}: {value.text.text}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_field(each) for each in value)
    return str(value)


_SPECIAL: dict[str, Callable[[Any], str]] = {
    "sleep": lambda body: (
        f"sleeps {_field(body.seconds)} s"
        if body.seconds is not None
        else f"sleeps between {_field(body.from_)} and {_field(body.to)} s"
    ),
    "set": lambda body: (
        "sets "
        + (", ".join(f"{place.text} to {value.text}" for place, value in body.places) or _field(body.event))
    ),
    "join": lambda body: (
        f"waits for all items of {_field(body.object_expression())} to be done"
        if body.kind == "queue"
        else f"waits for {_field(body.object_expression())} to end"
    ),
    "raise": lambda body: f"raises {_field(body.exception) or 'it again'}",
}


def _step(step: Step) -> str:
    special = _SPECIAL.get(step.verb)
    phrase = (
        special(step.body) if special else _PHRASES.get(step.verb, step.verb).format_map(_Fields(step.body))
    )
    more = ""
    if step.into is not None:
        more += f" into {step.into}"
    if step.raises is not None:
        more += f", which raises {_field(step.raises)}"
    if step.allow:
        more += f", which may raise {_field(step.allow)}"
    return cut(phrase.rstrip(), _WIDEST + 20) + more


def _blocks(step: Step) -> list[tuple[str, Sequence[Step]]]:
    body: Any = step.body
    blocks: list[tuple[str, Sequence[Step]]] = []
    for name, heading in _BLOCKS[:3]:
        if getattr(body, name, None):
            blocks.append((heading, getattr(body, name)))
    for branch in getattr(body, "elif_", None) or ():
        blocks.append((f"else if {branch.if_.text}", branch.then))
    for kind, steps in (getattr(body, "except_", None) or {}).items():
        blocks.append((f"on {kind}", steps))
    for name, heading in _BLOCKS[3:]:
        if getattr(body, name, None):
            blocks.append((heading, getattr(body, name)))
    return blocks
