"""Fields that need each other, or exclude each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from mprunner.language.checks.scope import Scope
from mprunner.language.compositions import Composition, every_promise
from mprunner.language.diagnostics import listed
from mprunner.language.located import LocatedDict, node_of
from mprunner.language.matchers import Scope as Within
from mprunner.language.outcomes import GRADES, Outcomes
from mprunner.language.pairing import Paired
from mprunner.language.patterns import same
from mprunner.language.promises import Absence, Count, Each, Open, Precedence, Promise, Response, Sequence
from mprunner.language.relations import EQUAL_INSTANTS, Related

__all__ = ["check"]


def check(scope: Scope) -> None:
    """Reports `ends`, `within` and bounds that say nothing or contradict themselves, and a scenario that does nothing."""
    ends = scope.scenario.ends
    written = scope.instance.content.get("ends")
    unread = isinstance(written, LocatedDict) and ("after" in written or "when" in written)
    if ends is not None and ends.after is None and ends.when is None and not unread:
        message = "`ends` needs `after` or `when`"
        scope.context.error(
            "missing-field", ends.key_span, message, expected="for example ends: {after: 4.5}"
        )
    for promise in every_promise(scope.scenario.expect):
        trouble = _bounds(promise)
        if trouble is not None:
            scope.context.error("wrong-value", promise.form_span, trouble)
        if promise.within is not None:
            _within(scope, promise.within)
        if isinstance(promise.body, Related):
            _related(scope, promise, promise.body)
        if isinstance(promise.body, Composition) and (promise.within or promise.per or promise.for_each):
            _all_about_events(scope, promise)
    _something_to_do(scope)


def _bounds(promise: Promise) -> str | None:
    body = promise.body
    if isinstance(body, Count) and body.exactly is not None and (body.at_least, body.at_most) != (None, None):
        return "`exactly` leaves nothing for `at_least` and `at_most` to say"
    if (
        isinstance(body, (Count, Open))
        and (body.at_least or 0) > (body.at_most or 0)
        and body.at_most is not None
    ):
        return f"nothing is at least {body.at_least} and at most {body.at_most}"
    if isinstance(body, Each) and body.has is not None and body.has_no is not None:
        return "`each` has a partner (`has`) or none (`has_no`): promise the two apart"
    if (
        isinstance(body, (Each, Precedence, Response, Paired))
        and body.within_ms is not None
        and body.within_ms < 0
    ):
        return "`within_ms` is a number of milliseconds, from 0"
    if isinstance(body, Each):
        return _chains(body)
    if isinstance(body, Sequence):
        return _gaps(body)
    if isinstance(body, Outcomes):
        return _outcomes(body)
    if isinstance(body, Absence) and body.fewer_than == 0:
        return "nothing happens fewer than 0 times"
    return None


def _outcomes(body: Outcomes) -> str | None:
    if not body.graded:
        return f"`outcomes` lists none: give {listed(GRADES)}"
    seen: list[tuple[Any, ...]] = []
    for outcome, _ in body.graded:
        if len(outcome) != len(body.of):
            return f"an outcome has {len(body.of)} values, one for each variable; [{_shown(outcome)}] has {len(outcome)}"
        if any(same(outcome, other) for other in seen):
            return f"the outcome [{_shown(outcome)}] is listed twice"
        seen.append(outcome)
    return None


def _shown(outcome: tuple[Any, ...]) -> str:
    return ", ".join(map(str, outcome))


def _chains(body: Each) -> str | None:
    sides = len(body.each), len(body.has or body.has_no or ())
    if sides == (1, 1):
        return None
    if sides == (2, 2):
        return "`each` or its partner can be two events, not both"
    if body.where not in ("after", "before"):
        return f"with two events in a row, `where` is after or before, not {body.where}"
    for field, given in (("bind", body.bind), ("within_ms", body.within_ms is not None)):
        if given:
            return f"`{field}` does not go with two events in a row"
    if body.without is not None and len(body.each) == 2:
        return "`without` is about the two events of `has`; here `each` has two"
    return None


_MOST_AFTER_A_GAP = 12


def _gaps(body: Sequence) -> str | None:
    kinds = [step.kind for step in body.sequence]
    if "gap_without" not in kinds:
        return None
    if kinds.count("gap_without") == len(kinds):
        return "`sequence` has gaps only: `absence` says that something never happens"
    if body.complete:
        return "`complete` leaves nothing between the steps, so `gap_without` has nothing to say"
    for step, then in pairwise(body.sequence):
        if step.kind == "gap_without" and len(then.matchers) > _MOST_AFTER_A_GAP:
            return f"`any_order` behind a gap takes {_MOST_AFTER_A_GAP} matchers at most"
    if ("gap_without", "next") in pairwise(kinds):
        return "nothing stands before a `next` step, so `gap_without` before it has nothing to say"
    return None


def _related(scope: Scope, promise: Promise, body: Related) -> None:
    one, other = body.span_, body.to
    names = {one.name, other.name}
    families = {name.split("[")[0] for name in names}
    same = (one.kind, one.object) == (other.kind, other.object) and len(families) == 1
    if same and one.kind != "between" and (len(names) == 1 or names & families):
        message = "both sides are the same spans"
        expected = "`mutual_exclusion` says that none of them overlap"
        scope.context.error("wrong-value", promise.form_span, message, expected=expected)
    elif body.relation in EQUAL_INSTANTS:
        message = f"`{body.relation}` wants two spans to share an instant, which only one event can give both"
        scope.context.problems.warning(
            "equal-instants", scope.context.source, node_of(promise.content["relation"]).span, message,
            expected=f"perhaps {_NEAREST[body.relation]} was meant",
        )  # fmt: skip


_NEAREST = {
    "meets": "before", "met_by": "after", "starts": "during", "started_by": "contains", "finishes": "during",
    "finished_by": "contains", "equals": "intersects",
}  # fmt: skip


def _all_about_events(scope: Scope, promise: Promise) -> None:
    for one in every_promise([promise]):
        if not one.body.modifiers:
            modifier = "within" if promise.within else "per" if promise.per else "for_each"
            message = f"`{modifier}` does not go with `{one.form}`, which is about the whole run"
            scope.context.error("misplaced-field", one.form_span, message)


def _within(scope: Scope, within: Within) -> None:
    ends = within.from_ is not None, within.to is not None
    if ends in ((True, False), (False, True)):
        missing = "to" if within.to is None else "from"
        scope.context.error(
            "missing-field", within.key_span, f"`within` lacks `{missing}`: segments have both ends"
        )
    elif not any(ends) and within.before is None and within.after is None:
        message = "`within` needs `before`, `after`, or `from` and `to`"
        scope.context.error("missing-field", within.key_span, message)
    elif all(ends) and (within.before is not None or within.after is not None):
        message = "`within` has `before` and `after`, or `from` and `to`, not both"
        scope.context.error("wrong-value", within.key_span, message)


def _something_to_do(scope: Scope) -> None:
    content = scope.instance.content
    if "main" not in content and "processes" not in content and not scope.context.problems.has_errors:
        message = "this scenario does nothing: it has neither processes nor main"
        scope.context.error(
            "nothing-to-run", content.place, message, expected="`mprun new NAME` writes one that works"
        )
