"""Mutual exclusion, parallelism and interleaving against interval arithmetic."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.forms import Declared, MatcherForm, NoInterleavingForm, OpenForm, PromiseForm, SpanForm
from mprunner.checking.judging import judge
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


@given(case=holding(), most=st.integers(1, 2))
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
