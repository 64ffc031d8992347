"""How events, matchers and spans are told to people: `p2 acquired `lock` (#9)`, `put "A" into q by
writer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mprunner.checking.forms import ANY, Filled, MatcherForm, Matches, Not, OneOf, SpanForm, Variable
from mprunner.checking.matching import text_value
from mprunner.recording.events import Call, Event, Shown
from mprunner.records import replaced

_LONGEST = 60
_MOST_LISTED = 6

_DID = {
    "acquire": "acquired {object}",
    "release": "released {object}",
    "start": "started {object}",
    "join": "joined {object}",
    "terminate": "terminated {object}",
    "kill": "killed {object}",
    "begin": "began",
    "exit": "exited",
    "task_start": "started the task",
    "task_end": "ended the task",
    "sleep": "slept",
    "create": "created {object}",
    "close": "closed {object}",
    "wait": "came back from `wait` of {object}",
    "notify": "notified {object}",
    "notify_all": "notified all of {object}",
    "set": "set {object}",
    "clear": "cleared {object}",
    "reset": "reset {object}",
    "abort": "aborted {object}",
    "task_done": "told {object} that an item is done",
    "callback": "was called",
    "apply": "called `apply` of {object}",
    "apply_async": "called `apply_async` of {object}",
}

_TRIED = {
    "acquire": "to acquire {object}", "get": "to get from {object}", "put": "to put into {object}",
    "read": "to read {object}", "write": "to write {object}",
}  # fmt: skip


def shown(value: Any) -> str:
    """A value as in a sentence, shortened: texts in double quotes, other data as Python writes it."""
    text = f'"{value}"' if isinstance(value, str) else value.text if isinstance(value, Shown) else repr(value)
    text = text.replace("\n", "\\n")
    if len(text) <= _LONGEST:
        return text
    return f'{text[: _LONGEST - 2]}…"' if isinstance(value, str) else f"{text[: _LONGEST - 1]}…"


def number(event: Event) -> str:
    """How an event is referred to: its place in the record."""
    return f"#{event.position}"


def did(call: Call) -> str:
    """What a call did, without who and when: `acquired `lock``, `printed "x"`."""
    name, thing = call.operation, f"`{call.object}`" if call.object else "it"
    if call.outcome == "unfinished":
        return f"tried {_TRIED.get(name, name + ' ' + thing).format(object=thing)}, which never ended,"
    if call.outcome == "raised" and name != "exception" and call.error is not None:
        return f"had {call.error.type} from `{name}`{' of ' + thing if call.object else ''}"
    if call.outcome == "refused":
        return f"was refused by `{name}` of {thing}"
    if name == "print":
        return f"printed {shown(text_value(call))}"
    if name == "stderr":
        return f"wrote {shown(text_value(call))} to standard error"
    if name == "exception" and call.error is not None:
        return (
            f"raised {call.error.type}: {call.error.text}" if call.error.text else f"raised {call.error.type}"
        )
    if name in ("put", "put_nowait"):
        return f"put {shown(item_of(call))} into {thing}"
    if name in ("get", "get_nowait") and call.kind == "queue":
        return f"got {shown(item_of(call))} from {thing}"
    if name in ("read", "write") and call.kind in ("value", "array"):
        return _cell_told(call)
    if name in _DID:
        return _DID[name].format(object=thing)
    return f"did `{name}`" + (f" of {thing}" if call.object else "")


def _cell_told(call: Call) -> str:
    """`read 3 from `v``, `wrote 4 to `buf[2]``."""
    values = call.values
    part = f"[{values['index']}]" if "index" in values else ""
    place = f"`{call.object}{part}`"
    if call.operation == "write":
        return f"wrote {shown(values.get('item'))} to {place}"
    return f"read {shown(values.get('result'))} from {place}"


def item_of(call: Call) -> Any:
    """The item that a put gave or a get took."""
    values = call.values
    return values["item"] if "item" in values else values.get("result")


def told(event: Event) -> str:
    """An event as a clause: who, what, and its number."""
    return f"{event.call.actor} {did(event.call)} ({number(event)})"


def milliseconds(nanoseconds: int) -> str:
    """A length of time, in the unit that suits it."""
    if nanoseconds >= 1_000_000_000:
        return f"{nanoseconds / 1e9:.2f} s"
    return f"{nanoseconds / 1e6:.2f} ms" if nanoseconds >= 10_000 else f"{nanoseconds / 1e3:.1f} µs"


def counted(count: int, noun: str) -> str:
    """`1 hold`, `2 holds`."""
    if count == 1:
        return f"1 {noun}"
    plural = f"{noun}es" if noun.endswith("s") else "lives" if noun == "life" else f"{noun}s"
    return f"{count} {plural}"


def listed(parts: Sequence[str], separator: str = ", ") -> str:
    """Parts of a summary one after the other; of very many only the first two, and how many more there are."""
    if len(parts) <= _MOST_LISTED:
        return separator.join(parts)
    return f"{separator.join(parts[:2])}{separator}and {len(parts) - 2} more"


def pattern(value: Any) -> str:
    """A matcher's field as written: a literal, `matching '...'`, `a or b`, `not a`."""
    if isinstance(value, Matches):
        return f"matching '{value.pattern}'"
    if isinstance(value, OneOf):
        return " or ".join(pattern(one) for one in value.values)
    if isinstance(value, Not):
        return f"not {pattern(value.value)}"
    if isinstance(value, Variable):
        return f"${value.name}"
    if isinstance(value, Filled):
        text = "".join(one if isinstance(one, str) else f"${one.name}" for one in value.parts)
        return f"matching '{text}'" if value.regex else shown(text)
    return shown(value)


def _name(value: Any) -> str:
    if isinstance(value, OneOf):
        return " or ".join(map(_name, value.values))
    return value if isinstance(value, str) else pattern(value)


def _side(op: Any) -> str:
    """How an operation is told to act on its object: `put into`, `get from`, `release of`."""
    first = op.values[0] if isinstance(op, OneOf) else op
    return {"put": "into", "get": "from", "write": "to"}.get(first if isinstance(first, str) else "", "of")


_EVERYTHING = MatcherForm(op=Matches(""))


def phrase(form: MatcherForm) -> str:
    """A matcher as a noun phrase: `"add1:num=2"`, `put "A" into q by writer`."""
    if form.none_of:
        others = " nor ".join(phrase(one) for one in form.none_of)
        bare = replaced(form, none_of=())
        return f"{'anything' if bare == _EVERYTHING else phrase(bare)} other than {others}"
    if form.any_of:
        return " or ".join(phrase(one) for one in form.any_of)
    if form == _EVERYTHING:
        return "any event"
    words: list[str] = []
    if form.print is not ANY:
        plain = isinstance(form.print, str) or (isinstance(form.print, Filled) and not form.print.regex)
        words.append(pattern(form.print) if plain else f"print {pattern(form.print)}")
    else:
        words.append(_name(form.op) if form.op is not ANY else "anything")
    if form.item is not ANY:
        words.append(pattern(form.item))
    if form.object is not ANY:
        words.append(f"{_side(form.op)} {_name(form.object)}")
        if form.index is not ANY:
            words[-1] += f"[{form.index if isinstance(form.index, (int, str)) else pattern(form.index)}]"
    elif form.index is not ANY:
        words.append(f"with index {pattern(form.index)}")
    if form.pool is not ANY:
        words.append(f"in pool {_name(form.pool)}")
    for name, value in (
        ("result", form.result),
        ("text", form.text),
        ("exit code", form.exitcode),
        ("label", form.label),
        ("task", form.task),
    ):
        if value is not ANY:
            words.append(f"with {name} {_name(value) if name in ('label', 'task') else pattern(value)}")
    if form.raised is not ANY:
        words.append(f"that raised {_name(form.raised)}")
    if form.refused:
        words.append("that was refused")
    if form.unfinished:
        words.append("that never ended")
    for value in (form.process, form.actor):
        if value is not ANY:
            words.append(f"by {_name(value)}")
    if form.at is not None:
        words.append(f"({form.at})")
    return " ".join(words)


_RELATION_VERBS = {
    "overlaps": "overlap", "contains": "contain", "intersects": "intersect", "meets": "meet", "starts": "start",
    "finishes": "finish", "equals": "equal",
}  # fmt: skip


def relation_told(relation: str, *, holds: bool = True) -> str:
    """Allen's name as a verb phrase: `is before`, `does not overlap`."""
    verb = _RELATION_VERBS.get(relation)
    if verb is not None:
        return relation if holds else f"does not {verb}"
    words = relation.replace("_", " ") + (" from" if relation == "disjoint" else "")
    return f"is {words}" if holds else f"is not {words}"


def span_noun(span: SpanForm) -> str:
    """What one span is called: `hold`, `task`, `life`, `call`."""
    return "span" if span.kind == "between" else span.kind


def span_phrase(span: SpanForm) -> str:
    """A span as a noun phrase: `hold of lock`, `task of po`, `life of p1`, `call of put on q`."""
    if span.begin is not None and span.end is not None:
        return span.name or f"span from {phrase(span.begin)} to {phrase(span.end)}"
    if span.kind == "call" and span.object is not None:
        return f"call of {span.name} on {span.object}"
    return f"{span.kind} of {span.name}"
