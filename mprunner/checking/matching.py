"""Matchers, compiled to two steps: what an event's signature alone decides, and what must be asked of each
event.

A signature is everything about an event that repeats (process, actor, operation, object, instant, outcome).
There are few of them, so routing asks a matcher once for each; only fields with many values (texts, items,
results) are tested event by event.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from mprunner.checking.forms import ANY, MatcherForm, Matches
from mprunner.checking.patterns import ValueTest, name_test, value_test
from mprunner.operations import BY_KIND, Kind, operation
from mprunner.recording.events import Call, Event, Outcome
from mprunner.records import record, replaced

_MISSING = object()

ASSUMED = "assumed"
"""Key in the values of a call that never ended and is judged as if it had: unknown values then fit every
matcher.
"""


class Signature(NamedTuple):
    """What repeats in events; interned by routing."""

    process: str
    actor: str
    operation: str
    object: str | None
    at: Literal["begin", "end"]
    outcome: Outcome
    kind: str


@record
class CallTest:
    """What remains to be asked of each event. `text` is set when it is only "the text is exactly this"."""

    check: Callable[[Call], bool]
    text: str | None = None


Decision = bool | CallTest


def stands(signature: Signature) -> bool:
    """Whether this is the instant at which a matcher without `at` sees the operation. What never ended
    stands at its begin.
    """
    if signature.outcome == "unfinished":
        return signature.at == "begin"
    return signature.at == default_instant(signature.operation, signature.kind)


@lru_cache(maxsize=1024)
def default_instant(name: str, kind: str) -> Literal["begin", "end"]:
    """Where an operation stands by the table; what the table does not know (user marks) at its begin."""
    spec = BY_KIND.get((_kind(kind), name)) or operation(name)
    return spec.stands if spec is not None else "begin"


def _kind(kind: str) -> Kind:
    return kind  # type: ignore[return-value]


class Matcher:
    """A compiled `MatcherForm`; `decide` says for a signature whether it fits, does not, or must be asked
    of each event.
    """

    def __init__(self, form: MatcherForm) -> None:
        self.form = form
        self._names: list[tuple[int, ValueTest]] = []
        self._tests: list[CallTest] = []
        self._alternatives = tuple(Matcher(one) for one in form.any_of)
        self._exceptions = tuple(Matcher(one) for one in form.none_of)
        self._operation = None if form.op is ANY else value_test(form.op)
        if form.print is not ANY:
            self._operation = value_test("print")
        for position, pattern in ((0, form.process), (1, form.actor), (3, form.object)):
            if pattern is not ANY:
                self._names.append((position, name_test(pattern)))
        self._pool = None if form.pool is ANY else _pool_test(form.pool)
        self._tests.extend(_value_tests(form))
        parts = (*self._alternatives, *self._exceptions)
        self.asks_who: bool = (
            self._pool is not None
            or any(position < 2 for position, _ in self._names)
            or any(one.asks_who for one in parts)
        )
        """Whether it decides by who did something."""

    def decide(self, signature: Signature) -> Decision:
        """True or False where the signature decides, else the test that each event must pass."""
        form = self.form
        if not self._alternatives:
            if form.at is None:
                if not stands(signature):
                    return False
            elif signature.at != form.at:
                return False
            if not self._outcome_fits(signature):
                return False
        if self._operation is not None and not self._operation(signature.operation):
            return False
        if any(not test(signature[position]) for position, test in self._names):
            return False
        if self._pool is not None and not self._pool(signature):
            return False
        decision = _all_of(self._tests)
        if self._exceptions:
            decision = _both(decision, _none_of([one.decide(signature) for one in self._exceptions]))
        if not self._alternatives:
            return decision
        return _both(decision, _one_of([one.decide(signature) for one in self._alternatives]))

    def decide_if_ended(self, signature: Signature) -> Decision:
        """As `decide`, for an operation that never ended, as if it had succeeded."""
        instant = default_instant(signature.operation, signature.kind)
        return self.decide(signature._replace(outcome="ok", at=self.form.at or instant))

    def _outcome_fits(self, signature: Signature) -> bool:
        form, outcome = self.form, signature.outcome
        if form.raised is not ANY:
            return outcome == "raised" or signature.operation == "exception"
        if form.refused:
            return outcome == "refused"
        if form.unfinished:
            return outcome == "unfinished"
        return outcome == "ok" or signature.operation == "exception"


def matcher(form: MatcherForm) -> Matcher:
    """The compiled matcher. Promises that speak of the same events share one, and so what it decides: it is told by plain fields
    alone, for what is equal inside of a pattern need not select the same (1, 1.0 and True).
    """
    values = _plain_values(form)
    kinds = tuple(map(type, values))
    if form.any_of or form.none_of or not _PLAIN.issuperset(kinds):
        return Matcher(form)
    known = _known.get((values, kinds))
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[values, kinds] = Matcher(form)
    return known


_names = [name for name in MatcherForm.fields if name not in ("any_of", "none_of")]  # type: ignore[attr-defined]
_plain_values = attrgetter(*_names)
_PLAIN = frozenset((type(ANY), type(None), bool, int, str, Matches))
_MOST_KNOWN = 1000
_known: dict[tuple[Any, ...], Matcher] = {}


def stands_here(event: Event) -> bool:
    """`stands`, of an event."""
    call = event.call
    if call.outcome == "unfinished":
        return event.at == "begin"
    return event.at == default_instant(call.operation, call.kind)


def frame(form: MatcherForm) -> MatcherForm:
    """The matcher without what it says about values: which events it is about at all (`complete:` leaves
    none of them out).
    """
    if form.any_of:
        return MatcherForm(any_of=tuple(frame(one) for one in form.any_of))
    bare = replaced(form, item=ANY, result=ANY, index=ANY, label=ANY, text=ANY, exitcode=ANY, none_of=())
    if form.print is not ANY:
        return replaced(bare, print=ANY, op="print")
    return bare


def _pool_test(pattern: Any) -> Callable[[Signature], bool]:
    test = name_test(pattern)

    def fits(signature: Signature) -> bool:
        name = signature.object
        return (
            test(signature.process.partition("[")[0])
            or test(name)
            or (name is not None and test(name.partition(".")[0]))
        )

    return fits


def _value_tests(form: MatcherForm) -> list[CallTest]:
    tests: list[CallTest] = []
    for pattern in (form.print, form.text):
        if pattern is not ANY:
            exact = pattern if type(pattern) is str and form.print is not ANY else None
            tests.append(CallTest(_on_text(value_test(pattern)), exact))
    if form.item is not ANY:
        tests.append(CallTest(_on_values(("item", "result"), value_test(form.item))))
    if form.result is not ANY:
        tests.append(CallTest(_on_values(("result", "item"), value_test(form.result))))
    if form.index is not ANY:
        tests.append(CallTest(_on_values(("index",), value_test(form.index))))
    if form.exitcode is not ANY:
        tests.append(CallTest(_on_values(("exitcode",), value_test(form.exitcode))))
    if form.label is not ANY:
        label = value_test(form.label)
        tests.append(CallTest(lambda call: call.label is not None and label(call.label)))
    if form.task is not ANY:
        task = name_test(form.task)
        tests.append(CallTest(lambda call: task(task_of(call))))
    if form.raised is not ANY:
        raised = value_test(form.raised)
        tests.append(CallTest(lambda call: _raised(call, raised)))
    return tests


def task_of(call: Call) -> str | None:
    """The pool's task that a call belongs to: the one it runs in, or the one it submits or waits for."""
    named = call.values.get("task")
    if isinstance(named, str):
        return named
    return call.actor.replace(".callback[", "[") if call.actor != call.process else None


def text_value(call: Call) -> Any:
    """The text of a print, a line of stderr, a mark; of an exception its message."""
    text = call.values.get("text", _MISSING)
    if text is _MISSING and call.error is not None:
        return call.error.text
    return text


def _raised(call: Call, test: ValueTest) -> bool:
    error = call.error
    return error is not None and (test(error.type) or any(test(base) for base in error.bases))


def _on_text(test: ValueTest) -> Callable[[Call], bool]:
    def check(call: Call) -> bool:
        value = text_value(call)
        return ASSUMED in call.values if value is _MISSING else test(value)

    return check


def _on_values(names: tuple[str, ...], test: ValueTest) -> Callable[[Call], bool]:
    def check(call: Call) -> bool:
        values = call.values
        for name in names:
            value = values.get(name, _MISSING)
            if value is not _MISSING:
                return test(value)
        return ASSUMED in values

    return check


def _all_of(tests: list[CallTest]) -> Decision:
    if not tests:
        return True
    if len(tests) == 1:
        return tests[0]
    checks = tuple(test.check for test in tests)
    return CallTest(lambda call: all(check(call) for check in checks))


def _both(one: Decision, other: Decision) -> Decision:
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    first, second = one.check, other.check
    return CallTest(lambda call: first(call) and second(call))


def _one_of(decisions: list[Decision]) -> Decision:
    if any(decision is True for decision in decisions):
        return True
    tests = [decision for decision in decisions if not isinstance(decision, bool)]
    if len(tests) < 2:
        return tests[0] if tests else False
    checks = tuple(test.check for test in tests)
    return CallTest(lambda call: any(check(call) for check in checks))


def _none_of(decisions: list[Decision]) -> Decision:
    decision = _one_of(decisions)
    if isinstance(decision, bool):
        return not decision
    check = decision.check
    # What is not known may be none of them, too.
    return CallTest(lambda call: ASSUMED in call.values or not check(call))
