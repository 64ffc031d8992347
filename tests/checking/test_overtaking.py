"""`bounded_overtaking` against its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.forms import Declared, MatcherForm, OvertakingForm, PromiseForm
from mprunner.checking.judging import judge
from mprunner.checking.verdict import Verdict
from tests.checking.traces import events, trace

STEPS = st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from(["ask", "get"])), max_size=14)


def verdict(lines: list[str], most: int, *, by: str = "process", how: str = "finished") -> Verdict:
    recording = trace(*lines, how=how)
    body = OvertakingForm(MatcherForm(print="ask"), MatcherForm(print="get"), most, by)  # type: ignore[arg-type]
    return judge(events(recording), recording, [PromiseForm(body, "bounded_overtaking")], Declared())[0]


def overtaken(steps: list[tuple[str, str]]) -> list[int]:
    """How often others got between each ask and the next get of the same, or the end."""
    found = []
    for i, (who, what) in enumerate(steps):
        if what == "ask":
            own = [j for j in range(i + 1, len(steps)) if steps[j] == (who, "get")]
            stop = own[0] if own else len(steps)
            found.append(sum(steps[j][1] == "get" and steps[j][0] != who for j in range(i + 1, stop)))
    return found


@given(steps=STEPS, most=st.integers(0, 3), how=st.sampled_from(["finished", "cut"]))
@settings(max_examples=300)
def test_others_get_at_most_so_often_between_a_request_and_its_grant(
    steps: list[tuple[str, str]], most: int, how: str
) -> None:
    counts = overtaken(steps)
    expected = "broken" if any(count > most for count in counts) else "kept" if counts else "vacuous"
    if expected == "vacuous" and how == "cut":
        expected = "inconclusive"
    assert expected == verdict([f"{who} print {what}" for who, what in steps], most, how=how).status


def test_who_overtook_is_named() -> None:
    lines = ["p print ask", "q print ask", "q print get", "r print get", "p print get"]
    found = verdict(lines, 1)
    assert found.reason == (
        'p printed "ask" (#0), and before it was granted others were twice (q #4, r #6); at most once is promised'
    )
    assert ["waits from here", "overtakes it (1)", "overtakes it (2)"] == [
        one.role for one in found.witnesses
    ]
    assert "2 requests, overtaken at most twice" == verdict(lines, 2).summary


@pytest.mark.parametrize(("by", "status"), [("process", "broken"), ("run", "kept")])
def test_by_tells_who_waits(by: str, status: str) -> None:
    assert status == verdict(["p print ask", "q print get", "p print get"], 0, by=by).status
