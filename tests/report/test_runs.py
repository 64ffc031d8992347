"""Outcomes of many runs told apart."""

from __future__ import annotations

from mprunner.checking.verdict import Promise, Verdict
from mprunner.recording.events import Part, Recording
from mprunner.report.runs import Outcomes, outcome_table
from mprunner.report.style import Style
from tests.report.recordings import Story
from tests.report.test_text import same_as_page

PLAIN = Style()


def run(*lines: tuple[str, str]) -> Recording:
    story = Story()
    for number, (process, text) in enumerate(lines):
        story.print(process, text, at=number)
    return story.recording(until=10)


TOGETHER = run(("main", "start"), ("p1", "a0"), ("p1", "a1"), ("p2", "b0"), ("p2", "b1"))
MIXED = run(("main", "start"), ("p1", "a0"), ("p2", "b0"), ("p1", "a1"), ("p2", "b1"))


def test_outcomes_are_counted_by_what_was_printed_in_which_order() -> None:
    outcomes = Outcomes()
    for recording in (TOGETHER, MIXED, TOGETHER):
        outcomes.add(recording, [])
    assert [(each.runs, each.first_run) for each in outcomes.ranked()] == [(2, 1), (1, 2)]


def test_process_ids_and_times_make_no_outcomes_of_their_own() -> None:
    outcomes = Outcomes()
    for pid in ("100", "200"):
        story = Story()
        story.print("p1", f"I am {pid}", at=1, parts=(Part("text", "I am "), Part("pid", pid)))
        outcomes.add(story.recording(until=2), [])
    assert [each.lines for each in outcomes.ranked()] == [(("p1", "I am <pid>"),)]


def test_a_broken_promise_makes_another_outcome() -> None:
    broken = Verdict(Promise("fifo of q", "fifo"), "broken", 1, "")
    outcomes = Outcomes()
    outcomes.add(TOGETHER, [])
    outcomes.add(TOGETHER, [broken])
    assert [each.broken for each in outcomes.ranked()] == [(), ("fifo of q",)]


def test_table_of_outcomes() -> None:
    outcomes = Outcomes()
    broken = Verdict(Promise("prints never interleave", "no_interleaving"), "broken", 1, "")
    for number in range(20):
        mixed = number % 3 == 1
        outcomes.add(MIXED if mixed else TOGETHER, [broken] if mixed else [])
    same_as_page("outcomes.txt", outcome_table(outcomes, PLAIN))


def test_long_outcomes_are_told_by_how_their_groups_begin() -> None:
    outcomes = Outcomes()
    outcomes.add(run(*(("p1", f"a long line with number {number}") for number in range(30))), [])
    outcomes.add(run(*((f"p{number % 2}", f"a long line with number {number}") for number in range(30))), [])
    lines = outcome_table(outcomes, PLAIN)
    assert max(len(line) for line in lines) <= PLAIN.width


def test_many_outcomes_are_summed_up() -> None:
    outcomes = Outcomes()
    for number in range(30):
        outcomes.add(run(("p1", f"number {number}")), [])
    assert outcome_table(outcomes, PLAIN)[-1].split() == ["18", "more", "outcomes", "18", "60.0", "%"]
