"""Every constraint with a run that keeps it, one that breaks it, one that does not test it, one that
leaves it open.
"""

from __future__ import annotations

from typing import Any

import pytest

from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ClosedForm,
    CountForm,
    DeadlockForm,
    Declared,
    EachForm,
    ExactlyOnceForm,
    ExceptionForm,
    ExitcodesForm,
    FifoForm,
    HangsForm,
    HappensBeforeForm,
    MatcherForm,
    NoInterleavingForm,
    NotForm,
    OneOf,
    OpenForm,
    OutputForm,
    PartForm,
    PromiseForm,
    ScopeForm,
    SequenceForm,
    SpanForm,
    StepForm,
    VariablesForm,
)
from mprunner.checking.judging import judge
from mprunner.checking.verdict import Verdict
from mprunner.recording.events import Blocked, Diagnosis, Recording
from tests.checking.traces import events, process, trace

NOTHING = Declared()


def m(**fields: Any) -> MatcherForm:
    return MatcherForm(**fields)


def p(text: Any) -> MatcherForm:
    return MatcherForm(print=text)


def part(body: Body) -> PartForm:
    return PartForm(body, "form")


def seq(*texts: str, complete: bool = False) -> SequenceForm:
    return SequenceForm(tuple(StepForm((p(text),)) for text in texts), complete)


def verdict_of(body: Any, recording: Recording, *, declared: Declared = NOTHING, **modifiers: Any) -> Verdict:
    return judge(events(recording), recording, [PromiseForm(body, "form", **modifiers)], declared)[0]


DEADLOCK = Diagnosis(
    "deadlock", "p1 and p2 wait for each other", (Blocked("p1", "acquire", "b", 0, None), Blocked("p2", "acquire", "a", 0, None)),
    ("p1", "p2"),
)  # fmt: skip
CROSSED = trace(
    "p1 acquire a", "p2 acquire b", "p1 acquire b <", "p2 acquire a <", how="hang", diagnosis=DEADLOCK
)
HOLD, TASK, LIFE, CALL = (
    SpanForm("hold", "lock"), SpanForm("task", "po"), SpanForm("life", "p"), SpanForm("call", "sleep"),
)  # fmt: skip

TABLE: dict[str, tuple[Any, dict[str, Any], dict[str, Recording]]] = {
    "count exactly": (CountForm(p("x"), exactly=2), {}, {
        "kept": trace("p1 print x", "p2 print x", "p2 print y"),
        "broken": trace("p1 print x"),
        "inconclusive": trace("p1 print x", how="cut"),
    }),
    "count at most": (CountForm(p("x"), at_most=1), {}, {
        "kept": trace("p1 print x", how="cut"),
        "broken": trace("p1 print x", "p1 print x", how="cut"),
    }),
    "count at least": (CountForm(m(op="put", object="q"), at_least=1), {}, {
        "kept": trace("p1 put q 1"),
        "broken": trace("p1 print x"),
        "inconclusive": trace("p1 put q 1 <", "p2 print x", processes=[process("p1", -9, ended_by="outside")]),
    }),
    "absence": (CountForm(m(op="put", object="q"), exactly=0), {}, {
        "kept": trace("p1 print x", "p1 put q 1 !Full"),
        "broken": trace("p1 put q 1"),
        "inconclusive": trace("p1 put q 1 <", processes=[process("p1", -9, ended_by="outside")]),
    }),
    "each has after": (EachForm(m(op="acquire"), m(op="release"), bind=("object",)), {}, {
        "kept": trace("p1 acquire a", "p2 release a"),
        "broken": trace("p1 acquire a", "p2 release b"),
        "vacuous": trace("p1 release a"),
        "inconclusive": trace("p1 acquire a", how="deadline"),
    }),
    "each has after without": (EachForm(p("a"), p("b"), without=p("c")), {}, {
        "kept": trace("p print a", "p print b", "p print c"),
        "broken": trace("p print a", "p print c", "p print b"),
        "vacuous": trace("p print b"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "each has no after": (EachForm(p("a"), p("b"), wanted=False), {}, {
        "kept": trace("p print b", "p print a"),
        "broken": trace("p print a", "p print b"),
        "vacuous": trace("p print b"),
        "inconclusive": trace("p print b", how="cut"),
    }),
    "precedence": (EachForm(p("b"), p("a"), where="before"), {}, {
        "kept": trace("p1 print a", "p2 print b"),
        "broken": trace("p2 print b", "p1 print a"),
        "vacuous": trace("p1 print a"),
        "inconclusive": trace("p1 print a", how="interrupted"),
    }),
    "happens before": (HappensBeforeForm(p("a"), p("b")), {}, {
        "kept": trace("p1 print a", "p1 put q 1", "p2 get q 1", "p2 print b", how="cut"),
        "broken": trace("p1 print a", "p2 print b", how="cut"),
        "vacuous": trace("p1 print a"),
        "inconclusive": trace("p1 print a", how="cut"),
    }),
    "each has anywhere": (EachForm(p("a"), p("b"), where="anywhere"), {}, {
        "kept": trace("p print b", "p print a"),
        "broken": trace("p print a", "p print c"),
        "vacuous": trace("p print b"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "each has next": (EachForm(p("a"), p("b"), where="next"), {"per": "process"}, {
        "kept": trace("p print a", "q print c", "p print b"),
        "broken": trace("p print a", "p acquire lock", "p print b"),
        "vacuous": trace("p print b"),
        "inconclusive": trace("p print a", "q print c", how="cut"),
    }),
    "each has previous": (EachForm(p("b"), p("a"), where="previous"), {}, {
        "kept": trace("p print a", "p print b"),
        "broken": trace("p print a", "p print c", "p print b"),
        "vacuous": trace("p print a"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "sequence": (seq("a", "b"), {}, {
        "kept": trace("p print a", "p print c", "p print b"),
        "broken": trace("p print b", "p print a"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "sequence next": (SequenceForm((StepForm((p("a"),)), StepForm((p("b"),), next=True))), {}, {
        "kept": trace("p print a", "p print c", "p print a", "p print b"),
        "broken": trace("p print a", "p print c", "p print b"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "sequence any order": (SequenceForm((StepForm((p("a"), p("b")), any_order=True), StepForm((p("c"),)))), {}, {
        "kept": trace("p print b", "p print a", "p print c"),
        "broken": trace("p print b", "p print c", "p print a"),
        "inconclusive": trace("p print b", how="cut"),
    }),
    "sequence times": (SequenceForm((StepForm((p("a"),), times=2), StepForm((p("b"),)))), {}, {
        "kept": trace("p print a", "p print a", "p print b"),
        "broken": trace("p print a", "p print b", "p print a"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "sequence complete": (seq("a", "b", complete=True), {}, {
        "kept": trace("p print a", "p acquire lock", "p print b"),
        "broken": trace("p print a", "p print b", "p print c"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "mutual exclusion": (OpenForm(HOLD, at_most=1, each_object=True), {}, {
        "kept": trace("p1 acquire lock", "p1 release lock", "p2 acquire lock", "p2 release lock"),
        "broken": trace("p1 acquire lock", "p2 acquire lock", "p1 release lock", "p2 release lock"),
        "vacuous": trace("p1 acquire lock ?", "p1 release lock !ValueError"),
        "inconclusive": trace(
            "p1 acquire lock", "p2 acquire lock <", "p1 print x", processes=[process("p2", -9, ended_by="outside")]
        ),
    }),
    "max parallel": (OpenForm(TASK, at_most=2), {}, {
        "kept": trace("po[0].work[0] task_start", "po[1].work[1] task_start", "po[0].work[0] task_end",
                      "po[0].work[2] task_start", "po[1].work[1] task_end", "po[0].work[2] task_end"),
        "broken": trace("po[0].work[0] task_start", "po[1].work[1] task_start", "po[2].work[2] task_start"),
        "vacuous": trace("main print x"),
        "inconclusive": trace("main print x", how="cut"),
    }),
    "open at least": (OpenForm(TASK, at_least=2), {}, {
        "kept": trace("po[0].work[0] task_start", "po[1].work[1] task_start"),
        "broken": trace("po[0].work[0] task_start", "po[0].work[0] task_end", "po[1].work[1] task_start"),
        "inconclusive": trace("po[0].work[0] task_start", how="cut"),
    }),
    "closed": (ClosedForm(HOLD), {}, {
        "kept": trace("p1 acquire lock", "p2 release lock"),
        "broken": trace("p1 acquire lock", "p1 exit 0"),
        "vacuous": trace("p1 print x"),
        "inconclusive": trace("p1 acquire lock", how="cut"),
    }),
    "no interleaving": (NoInterleavingForm(m(op="print"), HOLD), {}, {
        "kept": trace("p1 acquire lock", "p1 print x", "p1 release lock", "p2 print y"),
        "broken": trace("p1 acquire lock", "p2 print y", "p1 release lock"),
        "vacuous": trace("p2 print y"),
        "inconclusive": trace("p2 print y", how="cut"),
    }),
    "fifo": (FifoForm("q", "fifo"), {}, {
        "kept": trace("p put q 1", "p put q 2", "c get q 1", "c get q 2"),
        "broken": trace("p put q 1", "p put q 2", "c get q 2", "c get q 1"),
        "vacuous": trace("p put q 1"),
        "inconclusive": trace(
            "p put q 1", "p put q 2", "d get q <", "c get q 2", processes=[process("d", -9, ended_by="scenario")]
        ),
    }),
    "exactly once": (ExactlyOnceForm("q"), {}, {
        "kept": trace("p put q 1", "p put q 1", "c get q 1", "d get q 1"),
        "broken": trace("p put q 1", "p put q 2", "c get q 1"),
        "vacuous": trace("p print x"),
        "inconclusive": trace("p put q 1", how="cut"),
    }),
    "output": (OutputForm("a\nb\n"), {}, {
        "kept": trace("p1 print a", "p2 print b"),
        "broken": trace("p2 print b", "p1 print a"),
        "inconclusive": trace("p1 print a", how="cut"),
    }),
    "exit codes": (ExitcodesForm({"p": 0}), {}, {
        "kept": trace("p[0] print x", "p[1] print x"),
        "broken": trace("p[0] print x", processes=[process("p[1]", 1)]),
        "inconclusive": trace("p[0] print x", how="cut", processes=[process("p[1]", -9, ended_by="mprun")]),
    }),
    "variables": (VariablesForm({"p": {"n": 3}}), {}, {
        "kept": trace("p print x", processes=[process("p", variables={"n": 3, "other": 1})]),
        "broken": trace("p print x", processes=[process("p", variables={"n": True})]),
        "inconclusive": trace("p print x", processes=[process("p", -9)]),
    }),
    "exception": (ExceptionForm("p", "Exception", "boom"), {}, {
        "kept": trace("p exception !ValueError"),
        "broken": trace("p print x"),
        "inconclusive": trace("p print x", how="cut"),
    }),
    "deadlock": (DeadlockForm(), {}, {
        "kept": CROSSED,
        "broken": trace("p print x"),
        "inconclusive": trace("p print x", how="deadline"),
    }),
    "hangs": (HangsForm({"p1": m(op="acquire", object="b")}, "deadlock"), {}, {
        "kept": CROSSED,
        "broken": trace("p1 acquire c <", how="hang", diagnosis=DEADLOCK),
        "inconclusive": trace("p print x", how="interrupted"),
    }),
    "within before": (CountForm(p("x"), exactly=0), {"within": ScopeForm(before=p("r"))}, {
        "kept": trace("p print a", "p print r", "p print x"),
        "broken": trace("p print x", "p print r"),
        "vacuous": trace("p print x"),
        "inconclusive": trace("p print x", how="cut"),
    }),
    "within from to": (seq("a", "b"), {"within": ScopeForm(from_=p("q"), to=p("r"))}, {
        "kept": trace("p print q", "p print a", "p print b", "p print r"),
        "broken": trace("p print q", "p print a", "p print r", "p print b"),
        "vacuous": trace("p print a", "p print q"),
        "inconclusive": trace("p print a", how="cut"),
    }),
    "per process": (CountForm(m(op="print"), exactly=1), {"per": "process"}, {
        "kept": trace("p1 print x", "p2 print x", "p3 acquire lock"),
        "broken": trace("p1 print x", "p2 print x", "p2 print x"),
        "vacuous": trace("p3 acquire lock"),
        "inconclusive": trace("p3 acquire lock", how="cut"),
    }),
}  # fmt: skip

CASES = [(name, status) for name, (_, _, runs) in TABLE.items() for status in runs]


@pytest.mark.parametrize(("name", "status"), CASES, ids=[f"{name}: {status}" for name, status in CASES])
def test_a_promise_is_judged(name: str, status: str) -> None:
    body, modifiers, runs = TABLE[name]
    verdict = verdict_of(body, runs[status], **modifiers)
    assert status == verdict.status, verdict
    assert (verdict.reason is None) == (status == "kept" and not isinstance(body, (DeadlockForm, HangsForm)))
    assert [w.event.position for w in verdict.witnesses] == sorted(
        w.event.position for w in verdict.witnesses
    )


def test_a_broken_mutual_exclusion_names_both_holders_and_the_release() -> None:
    verdict = verdict_of(
        OpenForm(HOLD, at_most=1, each_object=True),
        trace("p1 acquire lock", "p1 print x", "p2 acquire lock", "p1 release lock"),
    )
    expected = "p2 acquired `lock` (#5) while p1 still held it (acquired #1, released #6): 2 holders at once for 0.50 ms"
    assert expected == verdict.reason
    assert ["holder 1", "holder 2, the limit is 1", "released"] == [
        witness.role for witness in verdict.witnesses
    ]
    assert "2 holds, 2 at once" == verdict.summary


def test_a_reentrant_lock_is_held_from_the_first_acquire_to_the_last_release() -> None:
    lines = ["p1 acquire lock", "p1 acquire lock", "p1 release lock", "p2 acquire lock", "p1 release lock"]
    body = OpenForm(HOLD, at_most=1, each_object=True)
    declared = Declared(locks=frozenset({"lock"}), reentrant=frozenset({"lock"}))
    assert "broken" == verdict_of(body, trace(*lines), declared=declared).status
    lines[3:] = ["p1 release lock", "p2 acquire lock"]
    assert "kept" == verdict_of(body, trace(*lines), declared=declared).status


def test_each_member_of_a_family_of_locks_excludes_by_itself() -> None:
    crossed = trace("p1 acquire fork[0]", "p2 acquire fork[1]", "p1 release fork[0]", "p2 release fork[1]")
    body = OpenForm(SpanForm("hold", "fork"), at_most=1, each_object=True)
    assert "kept" == verdict_of(body, crossed).status
    together = OpenForm(SpanForm("hold", "fork"), at_most=1)
    assert "broken" == verdict_of(together, crossed).status


def test_an_acquire_that_waits_for_ever_is_no_hold() -> None:
    body = OpenForm(SpanForm("hold", "a"), at_most=1, each_object=True)
    assert "kept" == verdict_of(body, CROSSED).status


def test_a_life_lasts_from_a_process_s_first_instant_to_its_exit() -> None:
    one_after_the_other = trace("p[0] begin", "p[0] exit 0", "p[1] begin", "p[1] exit 0")
    assert "kept" == verdict_of(OpenForm(LIFE, at_most=1), one_after_the_other).status
    both = trace("p[0] begin", "p[1] begin", "p[0] exit 0", "p[1] exit 0")
    assert "broken" == verdict_of(OpenForm(LIFE, at_most=1), both).status


def test_a_call_s_span_is_the_call() -> None:
    both = trace("p1 sleep <", "p2 sleep", "> p1 sleep")
    assert "broken" == verdict_of(OpenForm(CALL, at_most=1), both).status
    assert "kept" == verdict_of(OpenForm(CALL, at_most=1), trace("p1 sleep", "p2 sleep")).status


def test_a_killed_worker_s_task_ends_with_it() -> None:
    lines = [
        "po[0].work[0] task_start",
        "po[0] exit -9",
        "po[1].work[1] task_start",
        "po[1].work[1] task_end",
    ]
    assert "kept" == verdict_of(OpenForm(TASK, at_most=1), trace(*lines)).status


def test_gets_that_overlap_can_have_come_either_way() -> None:
    lines = ["p put q 1", "p put q 2", "c get q 2 <", "d get q 1 <", "> c get", "> d get"]
    assert "kept" == verdict_of(FifoForm("q", "fifo"), trace(*lines)).status


def test_without_a_written_order_the_kind_of_queue_says_which_is_promised() -> None:
    recording = trace("p put q 1", "r put q 2", "c get q 2", "c get q 1")
    assert "kept" == verdict_of(FifoForm("q"), recording).status
    managed = Declared(queues=frozenset({"q"}), ordered_queues=frozenset({"q"}))
    assert "broken" == verdict_of(FifoForm("q"), recording, declared=managed).status
    assert "broken" == verdict_of(FifoForm("q", "fifo"), recording).status


def test_a_list_that_was_changed_after_its_put_arrives_altered_not_invented() -> None:
    altered = trace("p put q [1]", "c get q [1,2]")
    assert "kept" == verdict_of(ExactlyOnceForm("q"), altered).status
    assert "kept" == verdict_of(FifoForm("q"), altered).status
    invented = trace("p put q 1", "c get q 2")
    assert "c got 2 from `q` (#3), which nobody had put" == verdict_of(ExactlyOnceForm("q"), invented).reason


def test_a_broken_fifo_names_the_item_that_came_too_late() -> None:
    verdict = verdict_of(FifoForm("q"), trace("p put q A", "p put q B", "c get q B", "c get q A"))
    expected = (
        'c got "B" from `q` (#5), but "A", which p had put before it (#0, before #2), was got later (#7)'
    )
    assert expected == verdict.reason


def test_a_scope_may_be_told_by_another_process() -> None:
    body = EachForm(p("name"), p("kwargs"), where="next")
    cut_off = trace("p print name", "p print kwargs", "main terminate p", "p print name")
    modifiers = {"per": "process", "within": ScopeForm(before=m(op="terminate"))}
    assert "kept" == verdict_of(body, cut_off, **modifiers).status
    assert "broken" == verdict_of(body, cut_off, per="process").status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (CountForm(p("x"), at_least=1), "kept"),
        (CountForm(p("x"), at_least=2), "inconclusive"),
        (CountForm(p("x"), at_least=1, at_most=2), "inconclusive"),
        (CountForm(p("x"), exactly=0), "broken"),
        (CountForm(p("y"), exactly=0), "inconclusive"),
        (CountForm(m(op="get", unfinished=True, at="begin"), at_least=1), "inconclusive"),
        (CountForm(m(op="get", unfinished=True, at="begin"), exactly=0), "inconclusive"),
        (EachForm(p("x"), p("y")), "inconclusive"),
        (seq("x", "z"), "kept"),
        (seq("x", "y"), "inconclusive"),
        (seq("x", "z", complete=True), "inconclusive"),
        (SequenceForm((StepForm((p("x"),)), StepForm((p("z"),), next=True))), "inconclusive"),
        (AnyForm((part(CountForm(p("x"), at_least=1)), part(CountForm(p("y"), at_least=1)))), "kept"),
        (AllForm((part(CountForm(p("x"), at_least=1)), part(CountForm(p("y"), exactly=0)))), "inconclusive"),
        (AllForm((part(CountForm(p("x"), exactly=0)), part(CountForm(p("y"), exactly=0)))), "broken"),
        (NotForm(part(CountForm(p("x"), exactly=0))), "kept"),
        (NotForm(part(CountForm(p("x"), at_least=1))), "broken"),
    ],
)  # fmt: skip
def test_a_record_with_a_gap_proves_what_is_in_it_and_no_more(body: Body, status: str) -> None:
    gap = trace("p print x", "p print z", "c get q <", incomplete=("p's log could not grow",))

    assert status == verdict_of(body, gap).status


def test_a_record_with_a_gap_may_lack_what_bounds_a_segment() -> None:
    gap = trace("p print a", "p print x", incomplete=("p's log could not grow",))
    body = CountForm(p("x"), at_least=1)

    assert "inconclusive" == verdict_of(body, gap, within=ScopeForm(after=p("a"))).status
    assert "inconclusive" == verdict_of(body, gap, per="process").status
    assert "broken" == verdict_of(CountForm(p("x"), exactly=0), gap, per="process").status


def test_a_record_with_a_gap_says_so() -> None:
    verdict = verdict_of(
        CountForm(p("x"), exactly=1), trace("p print x", incomplete=("p's log could not grow",))
    )
    assert ("inconclusive", "the record has a gap: p's log could not grow") == (
        verdict.status,
        verdict.reason,
    )


def test_what_nothing_put_to_the_test_is_vacuous_even_where_that_is_allowed() -> None:
    verdict = verdict_of(EachForm(p("a"), p("b")), trace("p print c"), vacuous_ok=True)
    assert ("vacuous", True) == (verdict.status, verdict.promise.vacuous_ok)


def test_a_union_selects_what_any_of_its_matchers_selects() -> None:
    either = m(any_of=(p("a"), m(op="put", object="q", item=OneOf((1, 2)))))
    assert (
        3
        == verdict_of(
            CountForm(either, exactly=3), trace("p print a", "p put q 1", "p put q 3", "p put q 2")
        ).activations
    )


def test_a_pool_s_exit_codes_are_those_of_the_workers_that_ended() -> None:
    body, cut = ExitcodesForm({"po": 1}), {"exitcode": -9, "ended_by": "mprun"}
    some = [process("po[0]", 1), process("po[1]", **cut)]
    assert "kept" == verdict_of(body, trace("main print x", how="hang", processes=some)).status
    assert "inconclusive" == verdict_of(body, trace("main print x", how="hang", processes=some[1:])).status


def test_the_order_of_items_counts_also_for_a_put_that_a_kill_cut_off() -> None:
    killed = [process("p", -9, ended_by="scenario")]
    lines = ["p put q A", "p put q B <", "c get q A", "c get q B"]
    assert "kept" == verdict_of(FifoForm("q"), trace(*lines, processes=killed)).status
    lines[2:] = ["c get q B", "c get q A"]
    assert "inconclusive" == verdict_of(FifoForm("q"), trace(*lines, processes=killed)).status


def test_a_complete_sequence_is_broken_by_the_first_event_that_fits_no_step() -> None:
    body = SequenceForm((StepForm((p("a"), p("b")), any_order=True), StepForm((p("c"),))), complete=True)
    verdict = verdict_of(body, trace("p print b", "p print c", how="cut"))
    assert ("broken", 'p printed "c" (#2) where "a" is promised') == (verdict.status, verdict.reason)


def test_what_begins_again_while_it_is_open_has_ended() -> None:
    twice = trace("po[0].work[0] task_start po", "po[0].work[0] task_start po")
    body = OpenForm(SpanForm("task", "po"), at_most=1)
    assert "kept" == verdict_of(body, twice).status
