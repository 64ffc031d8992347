"""What a promise means in a sentence over positions and times, where a formula of LTLf cannot say it.

`i`, `j`, `k` are places in the record, `t(i)` is the time of the event there, `item(i)` one of its fields.
"""

from __future__ import annotations

from collections.abc import Callable

from mprunner.checking.forms import Body, EachForm, LinearizableForm, MatcherForm, OvertakingForm, PairForm

__all__ = ["definition_of"]

Name = Callable[[MatcherForm], str]

_PLACES = {
    "after": "i <= j", "before": "j <= i", "anywhere": "", "next": "j = i + 1", "previous": "j = i - 1",
}  # fmt: skip


def definition_of(body: Body, name: Name) -> str | None:
    """The sentence; `name` gives a matcher's letter. None for what needs none."""
    if isinstance(body, EachForm) and (body.bind or body.within_ms is not None):
        return _each(body, name)
    if isinstance(body, PairForm):
        return _pair(body, name)
    if isinstance(body, LinearizableForm):
        return (
            f"each call on {body.object} has an instant between its begin and its end, such that in the order of these "
            f"each gave what a {body.model} gives"
        )
    if isinstance(body, OvertakingForm):
        a, b, who = name(body.request), name(body.grant), body.by
        others = f"at most {body.at_most} {b} of another {who} stand between it and the next {b} of its {who}"
        return f"for each {a} at i, {others}, or the end"
    return None


def _pair(body: PairForm, name: Name) -> str:
    a, b, item = name(body.put), name(body.get), body.by
    own = f"each {b} takes an {a}{' of its own' if body.each_put in ('exactly_once', 'at_most_once') else ''}"
    parts = [f"{own} with {item}({a}) = {item}({b}) that began before the {b} ended"]
    if body.each_put in ("exactly_once", "at_least_once"):
        parts.append(f"each {a} is taken")
    if body.order == "lifo":
        parts.append(
            f"each call has an instant between its begin and its end, such that each {b} takes the last {a} not taken yet"
        )
    elif body.order != "any":
        who = "" if body.order == "fifo" else " of one process"
        parts.append(
            f"where one {a}{who} ended before another began, the {b} of the other does not end before the one's begins"
        )
    if body.within_ms is not None:
        parts.append(f"t({b}) - t({a}) <= {body.within_ms:g} ms")
    return "; ".join(parts)


def _each(body: EachForm, name: Name) -> str:
    a, b = name(body.each), name(body.partner)
    distance = "|t(j) - t(i)|" if body.where == "anywhere" else "t(j) - t(i)"
    if body.where in ("before", "previous"):
        distance = "t(i) - t(j)"
    conditions = [_PLACES[body.where], *(f"{field}(i) = {field}(j)" for field in body.bind)]
    if body.without is not None:
        conditions.append(f"no {name(body.without)} strictly between i and j")
    if body.within_ms is not None:
        conditions.append(f"{distance} <= {body.within_ms:g} ms")
    such = " and ".join(filter(None, conditions))
    quantified = "there is" if body.wanted else "there is no"
    return f"for each {a} at i {quantified} {b} at j with {such}"
