"""A run against a golden: what differs is told actor by actor."""

from __future__ import annotations

from mprunner.golden.canonical import canonical
from mprunner.golden.compare import Comparison, compare
from mprunner.golden.freezing import freeze
from mprunner.golden.shape import Golden
from mprunner.recording.events import Recording
from tests.golden.records import Record, two_children


def golden(*recordings: Recording, sha256: str = "abc") -> Golden:
    shapes = [canonical(recording) for recording in recordings]
    return freeze(shapes, file="s.yaml", sha256=sha256, python="3.11", start_method="fork").golden


def against(frozen: Golden | None, recording: Recording) -> Comparison:
    return compare(frozen, canonical(recording), sha256="abc")


def locked(*words: str, mixed: bool = False) -> Recording:
    record = Record(a=11, b=12)
    for child in "ab":
        record.add(child, "acquire", "lock", kind="lock")
        if not mixed:
            record.add(child, "release", "lock", kind="lock")
    for word in words:
        record.add("a", "acquire", "lock", kind="lock")
        record.prints("a", word)
        record.add("a", "release", "lock", kind="lock")
    return record.done()


def test_another_interleaving_is_the_same() -> None:
    assert Comparison("same") == against(golden(two_children("ab")), two_children("ba"))


def test_without_a_golden_it_is_missing() -> None:
    assert Comparison("missing") == against(None, two_children())


def test_a_changed_scenario_makes_the_golden_stale_and_not_different() -> None:
    assert against(golden(two_children(), sha256="other"), two_children()).status == "stale"


def test_a_lane_that_differs_is_shown_as_a_diff_of_that_actor() -> None:
    before, after = Record(p=11), Record(p=11)
    before.prints("p", "one")
    after.prints("p", "two")
    (difference,) = against(golden(before.done()), after.done()).differences
    assert difference.where == "p"
    assert difference.rows == ("- print one", "+ print two", "  exit 0")


def test_a_new_actor_and_a_lost_one_are_told() -> None:
    comparison = against(golden(Record(p=11).done()), Record(q=11).done())
    assert [d.sentence for d in comparison.differences] == ["p is not in this run", "q is new"]


def test_an_edge_that_does_not_hold_any_more_is_told() -> None:
    late = Record(p=11)
    late.add("main", "join", "p", kind="process")
    late.add("p", "exit", exitcode=0)
    early = Record(p=11)
    early.add("p", "exit", exitcode=0)
    early.add("main", "join", "p", kind="process")
    (difference,) = against(golden(early.done()), late.done()).differences
    assert difference.sentence == "not in this order any more: p/exit < main/join p"


def test_a_block_that_is_broken_is_told() -> None:
    sentences = [d.sentence for d in against(golden(locked("x")), locked("x", mixed=True)).differences]
    assert "lines printed under lock by different actors are mixed" in sentences


def test_a_line_that_has_left_the_lock_is_told() -> None:
    sentences = [d.sentence for d in against(golden(locked("x", "y")), locked("x")).differences]
    assert "1 lines are printed under lock, were 2" in sentences


def test_exit_codes_and_the_ending_are_compared() -> None:
    killed = Record(p=11)
    killed.exitcodes = {"p": -9}
    frozen = golden(Record(p=11).done())
    comparison = against(frozen, killed.done("hang", "dead-holder"))
    told = [d.sentence for d in comparison.differences if d.where != "p"]
    assert told == ["p ended with -9, was 0", "the run ended by hang: dead-holder, was finished"]


def test_what_varies_is_not_compared() -> None:
    left, right, third = Record(p=11), Record(p=11), Record(p=11)
    left.prints("p", "left")
    right.prints("p", "right")
    third.prints("p", "somewhere else")
    assert against(golden(left.done(), right.done()), third.done()).status == "same"


def test_the_frozen_beginning_of_a_lane_that_varies_is_compared() -> None:
    def run(*words: str) -> Recording:
        record = Record(p=11)
        for word in words:
            record.prints("p", word)
        return record.done()

    frozen = golden(run("one", "left"), run("one", "right"))
    assert against(frozen, run("one", "elsewhere")).status == "same"
    assert against(frozen, run("two", "left")).status == "different"


def test_a_process_id_reads_as_the_placeholder_and_as_the_number() -> None:
    def run(pid: int, item: int) -> Recording:
        record = Record(p=pid)
        record.add("main", "put", "q", kind="queue", item=item)
        return record.done()

    assert against(golden(run(11, 11), run(12, 12)), run(13, 13)).status == "same"
    assert against(golden(run(11, 7), run(12, 7)), run(7, 7)).status == "same"
    assert against(golden(run(11, 7), run(12, 7)), run(13, 13)).status == "different"
