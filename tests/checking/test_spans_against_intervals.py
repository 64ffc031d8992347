"""Mutual exclusion, parallelism and interleaving against interval arithmetic."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.building import maker
from mprunner.checking.constraint import End
from mprunner.checking.constraints.spans import LockHolds
from mprunner.checking.forms import Declared, MatcherForm, NoInterleavingForm, OpenForm, PromiseForm, SpanForm
from mprunner.checking.judging import judge
from mprunner.checking.telling.spans import OpenTeller
from mprunner.recording.events import Recording
from tests.checking.traces import events, trace

HOLD = SpanForm("hold", "lock")


@st.composite
def holding(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, int, int]], list[tuple[str, int]]]:
    """Lines in which processes hold `lock` and print, with the holds and prints as (process, places among
    the lines).
    """
    lines: list[str] = []
    begun: dict[str, int] = {}
    spans: list[tuple[str, int, int]] = []
    prints: list[tuple[str, int]] = []
    for who in draw(st.lists(st.sampled_from(["p1", "p2", "p3"]), max_size=14)):
        place = len(lines)
        if draw(st.booleans()):
            lines.append(f"{who} print x")
            prints.append((who, place))
        elif who in begun:
            lines.append(f"{who} release lock")
            spans.append((who, begun.pop(who), place))
        else:
            lines.append(f"{who} acquire lock")
            begun[who] = place
    return lines, spans + [(who, begin, len(lines)) for who, begin in begun.items()], prints


def kept(body: OpenForm | NoInterleavingForm, recording: Recording) -> bool:
    form = PromiseForm(body, "form")
    return judge(events(recording), recording, [form], Declared())[0].status != "broken"


@given(case=holding(), most=st.integers(0, 2))
@settings(max_examples=120)
def test_at_no_place_are_more_spans_open_than_promised(
    case: tuple[list[str], list[tuple[str, int, int]], list[tuple[str, int]]], most: int
) -> None:
    lines, spans, _ = case
    depth = max((sum(b <= place < e for _, b, e in spans) for place in range(len(lines))), default=0)
    recording = trace(*lines)
    assert (depth <= most) == kept(OpenForm(HOLD, at_most=most), recording)
    assert (depth >= most) == kept(OpenForm(HOLD, at_least=most), recording)


@given(case=holding())
@settings(max_examples=120)
def test_no_print_of_another_stands_strictly_inside_a_hold(
    case: tuple[list[str], list[tuple[str, int, int]], list[tuple[str, int]]],
) -> None:
    lines, spans, prints = case
    clear = not any(b < place < e and other != who for who, b, e in spans for other, place in prints)
    assert clear == kept(NoInterleavingForm(MatcherForm(op="print"), HOLD), trace(*lines))


def told(
    recording: Recording,
    *,
    at_most: int | None = None,
    at_least: int | None = None,
    each_object: bool = False,
) -> OpenTeller:
    """What tells of the holds, fed with all acquires and releases, whatever their locks."""
    form = OpenForm(HOLD, at_most, at_least, each_object)
    inner = maker(PromiseForm(form, "form"), Declared())()
    teller = OpenTeller(
        inner, HOLD, LockHolds("lock"), at_most=at_most, at_least=at_least, each_object=each_object
    )
    for event in events(recording):
        mask = {("acquire", "end"): 1, ("release", "begin"): 2}.get((event.call.operation, event.at), 0)
        if mask:
            teller.feed(event, mask)
    return teller


@given(case=holding())
@settings(max_examples=120)
def test_too_few_holds_are_told_with_those_that_were_open_where_most_were_first(
    case: tuple[list[str], list[tuple[str, int, int]], list[tuple[str, int]]],
) -> None:
    lines, spans, _ = case
    open_at = [[(who, b) for who, b, e in spans if b <= place < e] for place in range(len(lines))]
    expected = sorted(max(open_at, key=len, default=[]), key=lambda one: one[1])
    recording = trace(*lines)
    found = told(recording, at_least=9).finish(End(recording.ending.complete, recording))
    assert found.proof is not None
    assert [who for who, _ in expected] == [begin.call.process for begin, _ in found.proof.stretches]


class Named(str):
    """A name that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Named.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_holds_that_never_end_are_not_looked_at_again_with_each_further_one() -> None:
    recording = trace(*[f"p{number} acquire lock" for number in range(200)])
    name = Named("lock")
    for call in recording.calls:
        call.object = name
    teller = told(recording, at_most=1, each_object=True)
    Named.compared = 0
    assert teller.number == 200
    assert 2 <= Named.compared <= 2 * 200
