"""What is told of a broken promise: the same verdict, with every violation counted by the definition, and what does hold."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.checking.blocks.given import given_blocks
from mprunner.checking.building import build
from mprunner.checking.forms import (
    Body,
    CountForm,
    Declared,
    EachForm,
    HappensBeforeForm,
    MatcherForm,
    NoInterleavingForm,
    OpenForm,
    PromiseForm,
    SequenceForm,
    SpanForm,
    StepForm,
)
from mprunner.checking.judging import examine, judge
from mprunner.checking.telling.evidence import Evidence, gather
from mprunner.checking.telling.making import telling
from mprunner.checking.telling.nearest import weaker
from mprunner.recording.events import Recording
from mprunner.recording.shapes import Shapes
from tests.checking.traces import events, trace

DECLARED = Declared(locks=frozenset({"lock"}), queues=frozenset({"q"}))


def p(text: str) -> MatcherForm:
    return MatcherForm(print=text)


def evidence_of(body: Body, recording: Recording) -> Evidence | None:
    """The evidence for a promise that the recording does not keep."""
    forms = [PromiseForm(body, "each")]
    order = events(recording)
    verdict = judge(order, recording, forms, DECLARED)[0]
    if verdict.status == "kept":
        return None
    (found,) = gather([verdict], forms, DECLARED, recording)
    return found


letters = st.sampled_from(["a", "b", "c", "x"]).map(p)
eachs = st.builds(
    EachForm,
    letters,
    letters,
    wanted=st.booleans(),
    where=st.sampled_from(["after", "before", "anywhere", "next", "previous"]),
    without=st.none(),
    bind=st.sampled_from([(), ("process",)]),
)
without = st.builds(
    EachForm,
    letters,
    letters,
    wanted=st.booleans(),
    where=st.sampled_from(["after", "before", "anywhere"]),
    without=letters,
)
steps = st.lists(
    st.one_of(
        st.builds(StepForm, letters.map(lambda one: (one,)), next=st.booleans()),
        st.builds(StepForm, st.lists(letters, min_size=2, max_size=3).map(tuple), any_order=st.just(True)),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
bodies = st.one_of(
    eachs,
    without,
    st.builds(SequenceForm, steps, complete=st.booleans()),
    st.builds(CountForm, letters, at_most=st.integers(0, 3)),
    st.builds(CountForm, letters, exactly=st.integers(0, 3)),
    st.builds(HappensBeforeForm, letters, letters),
    st.builds(
        OpenForm, st.just(SpanForm("hold", "lock")), at_most=st.integers(1, 2), each_object=st.just(True)
    ),
    st.builds(OpenForm, st.just(SpanForm("hold", "lock")), at_least=st.integers(1, 3)),
    st.just(NoInterleavingForm(MatcherForm(op="print"), SpanForm("hold", "lock"))),
)
lines = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from(["print a", "print b", "print c", "print x", "acquire lock", "release lock"]),
    ).map(" ".join),
    max_size=14,
)


@given(bodies, lines, st.sampled_from(["finished", "cut"]))
def test_telling_finds_what_judging_finds(body: Body, told: list[str], how: str) -> None:
    recording = trace(*told, how=how)
    form = PromiseForm(body, "each")
    source = partial(given_blocks, events(recording), Shapes())
    plain, telling_one = (
        examine(source, recording, [build(form, DECLARED, *around)], lambda _: build(form, DECLARED))[0]
        for around in ((), (telling(DECLARED),))
    )
    assert (plain.status, plain.activations, plain.summary) == (
        telling_one.status,
        telling_one.activations,
        telling_one.summary,
    )


@given(st.one_of(eachs, without), lines)
def test_every_broken_activation_is_counted(body: EachForm, told: list[str]) -> None:
    found = evidence_of(body, trace(*told))
    if found is not None and found.verdict.status == "broken":
        assert f"{found.proof.violations} of {found.verdict.activations} broken" == found.verdict.summary
        assert found.proof.first is not None
        assert found.proof.last is not None
        assert found.proof.first.position <= found.proof.last.position


@given(bodies, lines)
def test_what_is_said_to_hold_holds_and_is_weaker(body: Body, told: list[str]) -> None:
    recording = trace(*told)
    found = evidence_of(body, recording)
    if found is None or found.nearest is None:
        return
    order = events(recording)
    candidates = [
        one for one in weaker(PromiseForm(body, "each"), range(15)) if one.change == found.nearest.change
    ]
    for one in candidates:
        assert "kept" == judge(order, recording, [one.form], DECLARED)[0].status


@given(st.one_of(eachs, without, st.builds(SequenceForm, steps)), lines)
def test_a_weaker_promise_of_an_order_is_kept_wherever_the_stronger_is(body: Body, told: list[str]) -> None:
    recording = trace(*told)
    order = events(recording)
    form = PromiseForm(body, "each")
    if judge(order, recording, [form], DECLARED)[0].status != "kept":
        return
    for one in weaker(form):
        if one.form.per == "run":
            assert "broken" != judge(order, recording, [one.form], DECLARED)[0].status, one.change


@given(bodies, lines)
def test_the_lines_to_show_are_few_and_hold_all_witnesses(body: Body, told: list[str]) -> None:
    found = evidence_of(body, trace(*told))
    if found is not None:
        shown = [line.event.position for line in found.lines]
        assert sorted(set(shown)) == shown
        assert {one.event.position for one in found.witnesses} <= set(shown)
        assert len(shown) <= max(9, len(found.witnesses) + 4 * len(found.because))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (["p1 print done", "p1 print other"], ['like "dome"']),
        (["p1 print nothing alike"], []),
    ],
)
def test_a_line_that_looks_like_the_promised_one_is_shown(told: list[str], expected: list[str]) -> None:
    found = evidence_of(CountForm(p("dome"), at_least=1), trace(*told))
    assert found is not None
    assert expected == [one.role for one in found.witnesses]


def test_of_a_very_long_recording_only_what_judging_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mprunner.checking.telling.evidence.MOST_CALLS", 2)
    found = evidence_of(EachForm(p("a"), p("b")), trace("p print b", "p print a", "p print c"))
    assert found is not None
    assert (found.witnesses, found.nearest) == (found.verdict.witnesses, None)
    assert [one.event.position for one in found.witnesses] == [line.event.position for line in found.lines]
