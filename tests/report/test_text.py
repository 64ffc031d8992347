"""The text report: golden pages at 80 columns without colour, one page with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.checking.forms import Declared
from mprunner.checking.verdict import Promise, Status, Verdict, Witness
from mprunner.language.source import display_width
from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration, Program, Target
from mprunner.recording.events import Blocked, Diagnosis, Ending, ErrorShown
from mprunner.report import hang, narrative, proof, states, text
from mprunner.report.standing import Standing, standings_of_one
from mprunner.report.style import Style
from tests.report.recordings import MS, ORIGIN, Story, at_begin, at_end, locked_twins

PAGES = Path(__file__).parent / "pages"
PLAIN = Style()
SOURCE = ["name: lock", "expect:", "  - mutual_exclusion: lock", "  - precedence: [a, b]"]


def same_as_page(name: str, lines: list[str]) -> None:
    """Compares with `pages/NAME`; UPDATE_PAGES=1 writes it instead, for a person to read and commit."""
    shown = "\n".join(lines) + "\n"
    path = PAGES / name
    if os.environ.get("UPDATE_PAGES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shown


def program() -> Program:
    def process(name: str, replicas: int | None = None) -> ProcessDeclaration:
        return ProcessDeclaration(name, "add", (), (), replicas, None, None, "main", 0)

    lock = ObjectDeclaration("lock", "lock", {}, None, False, 0)
    forks = ObjectDeclaration("lock", "fork", {}, 3, False, 0)
    main = Target("main", (), ())
    return Program(
        "lock",
        "scenarios/lock.yaml",
        None,
        (lock, forks),
        (process("p1"), process("phil", 3)),
        {},
        {},
        main,
        (),
    )


def verdict(title: str, status: Status, summary: str = "", **fields: object) -> Verdict:
    promised = {
        name: fields.pop(name) for name in ("holds", "line", "column", "why", "vacuous_ok") if name in fields
    }
    promised.setdefault("line", 3)
    promise = Promise(title, "mutual_exclusion", **promised)  # type: ignore[arg-type]
    return Verdict(promise, status, 2, summary, **fields)  # type: ignore[arg-type]


def test_header_counts_every_replica_and_member_of_a_family() -> None:
    assert (
        text.header("scenarios/lock.yaml", program(), PLAIN) == "scenarios/lock.yaml · 4 processes, 4 locks"
    )


def test_header_says_what_is_unusual_about_the_run() -> None:
    shown = text.header("a.yaml", program(), PLAIN, how=["spawn"], name="lock[spawn-2]")
    assert shown == "a.yaml · lock[spawn-2] · 4 processes, 4 locks · spawn"


def only(each: Verdict) -> Standing:
    (standing,) = standings_of_one([each])
    return standing


def standings() -> list[Standing]:
    return [
        only(each)
        for each in (
            verdict("mutual exclusion of lock", "kept", "2 holds, none overlapping"),
            verdict("sequence 锁:一 → 锁:二", "broken", "reached 1 of 2 steps", line=4, column=5),
            verdict('"b" before "a"', "broken", "1 of 1", holds="sometimes"),
            verdict("fifo of q", "inconclusive", "the run was cut"),
            verdict("absence of put q", "vacuous", "nothing was put", line=4),
            verdict("every process ends with exit code 0", "kept", "3 processes", line=None),
        )
    ]


def test_a_line_for_each_promise() -> None:
    same_as_page("promises.txt", text.promise_lines(standings(), PLAIN))


def test_verbose_shows_the_unwritten_promises_too() -> None:
    lines = text.promise_lines(standings(), PLAIN, verbose=True)
    assert [line for line in lines if "exit code 0" in line] == [
        "  ✓ every process ends with exit code 0   3 processes"
    ]


def test_promises_in_ascii_where_the_terminal_has_nothing_else() -> None:
    line = text.promise_lines(standings()[:1], Style(symbols=False))[0]
    assert line == "  + mutual exclusion of lock   2 holds, none overlapping"


def test_promises_in_colour() -> None:
    same_as_page("promises-colour.txt", text.promise_lines(standings(), Style(colour=True)))


def test_a_note_that_does_not_fit_beside_its_title_stands_below_it() -> None:
    wide = only(verdict(f"sequence {' → '.join('abcdefghijklmnop')}", "kept", "16 of 16 steps"))
    open_one = only(verdict('"add1:num=0" before "add2:num=0"', "broken", holds="sometimes"))
    assert text.promise_lines([wide, open_one, only(verdict("fifo", "kept", "2 items"))], PLAIN) == [
        "  ✓ sequence a → b → c → d → e → f → g → h → i → j → k → l → m → n → o → p",
        "      16 of 16 steps",
        '  · sometimes "add1:num=0" before "add2:num=0"   not seen (try `--runs 100`)',
        "  ✓ fifo                                         2 items",
    ]


words = st.lists(st.text("ab锁→", min_size=1, max_size=30), max_size=12).map(" ".join)


@given(st.lists(st.tuples(words, words), max_size=6), st.integers(40, 120))
def test_no_line_of_a_promise_is_wider_than_the_terminal(told: list[tuple[str, str]], width: int) -> None:
    lines = text.promise_lines(
        [only(verdict(title, "kept", summary)) for title, summary in told], Style(width=width)
    )
    assert [line for line in lines if display_width(line) > width] == []
    shown = "".join(lines).replace(" ", "")
    assert all(part.replace(" ", "") in shown for row in told for part in row)


def overlapping() -> tuple[Story, Verdict]:
    story = Story()
    first = story.call("p1", "acquire", "lock", at=12, to=12.03, kind="lock")
    line = story.print("p1", "add1:num=0", at=12.1)
    second = story.call("p2", "acquire", "lock", at=12.5, to=12.9, kind="lock")
    release = story.call("p1", "release", "lock", at=14.3, kind="lock")
    witnesses = (
        Witness(at_end(first, 6), "holder 1"),
        Witness(at_begin(line, 7), ""),
        Witness(at_end(second, 9), "holder 2, limit is 1"),
        Witness(at_begin(release, 12), ""),
    )
    reason = (
        "p2 acquired `lock` (#9) while p1 still held it (acquired #6, released #12): 2 holders for 1.4 ms."
    )
    broken = verdict(
        "mutual exclusion of lock", "broken", "2 holders at once", column=5, reason=reason, witnesses=witnesses,
        why="两个进程不能同时打印",
    )  # fmt: skip
    return story, broken


def test_a_broken_promise_shows_its_place_the_sentence_and_the_events() -> None:
    _, broken = overlapping()
    lines = proof.explained(only(broken), PLAIN, path="scenarios/lock.yaml", source=SOURCE, origin=ORIGIN)
    same_as_page("broken.txt", lines)


def test_a_broken_promise_of_many_runs_says_in_how_many() -> None:
    _, broken = overlapping()
    standing = Standing(broken.promise, "broken", "", broken, run=3, runs=20, broken_runs=2, wrong_in=(3, 7))
    lines = proof.explained(standing, PLAIN, path="scenarios/lock.yaml", origin=ORIGIN)
    assert "  tested  twice, and broken: 2 holders at once; broken in 2 of 20 runs" in lines


def test_the_first_line_of_an_unwritten_promise_has_no_line_number() -> None:
    broken = verdict("every process ends with exit code 0", "broken", "p1 ended with 1", line=None)
    lines = proof.explained(only(broken), PLAIN, path="a.yaml")
    assert lines[0] == "a.yaml: broken: every process ends with exit code 0 [mutual_exclusion]"


def test_a_proof_of_hundreds_of_events_takes_at_most_25_lines() -> None:
    story = Story()
    calls = [story.print(f"p{number % 2}", f"line {number}", at=number) for number in range(500)]
    witnesses = tuple(Witness(at_begin(call, call.number), "late") for call in calls)
    broken = verdict("sequence", "broken", witnesses=witnesses, reason="It is late.")
    lines = proof.explained(only(broken), PLAIN, path="a.yaml", source=SOURCE)
    assert len(lines) <= 25
    assert "483 more" in "\n".join(lines)


def test_many_lanes_become_a_column_where_they_do_not_fit() -> None:
    story = Story()
    calls = [
        story.print(f"worker[{number}]", f"a line of some length {number}", at=number) for number in range(8)
    ]
    witnesses = tuple(Witness(at_begin(call, call.number), "too many") for call in calls)
    broken = verdict("max parallel", "broken", witnesses=witnesses, reason="Eight at once.")
    lines = proof.explained(only(broken), PLAIN, path="a.yaml", origin=ORIGIN)
    same_as_page("many-lanes.txt", lines)


@pytest.mark.parametrize(
    ("result", "ending", "expected"),
    [
        ("passed", None, "passed · 1 open · 1 run · 4.02 s"),
        (
            "unfinished",
            "hung (deadlock) after 2.0 s",
            "unfinished · 1 open · hung (deadlock) after 2.0 s · 1 run · 4.02 s",
        ),
    ],
)
def test_closing_line(result: str, ending: str | None, expected: str) -> None:
    open_one = only(verdict("x", "broken", holds="sometimes"))
    kept = only(verdict("y", "kept"))
    line = text.closing_line(
        [open_one, kept], PLAIN, runs=1, nanoseconds=4_020 * MS, result=result, ending=ending
    )
    assert line == expected


def test_narrative_of_the_lock() -> None:
    recording = locked_twins().recording(until=4012)
    assert narrative.narrative(recording) == [
        "p2 waited 2.0 s for `lock`, held by p1.",
        "main waited for p1, then p2 to end (4.0 s).",
    ]


def test_narrative_tells_the_order_of_several_holders() -> None:
    story = Story()
    for number, name in enumerate(["p2", "p1", "p3"]):
        story.call(name, "acquire", "lock", at=0 if number else 1, to=number * 10 + 1, kind="lock")
        story.call(name, "release", "lock", at=number * 10 + 10, kind="lock")
    assert narrative.narrative(story.recording(until=40)) == [
        "`lock` was held by p2, then p1, then p3; p3 waited longest for it (21 ms)."
    ]


def test_narrative_of_queues_names_who_gave() -> None:
    story = Story()
    story.call("reader", "get", "q", at=1, to=501, kind="queue", item="A")
    story.call("writer", "put", "q", at=500, kind="queue", item="A")
    story.call("writer", "put", "q", at=600, to=900, kind="queue", item="B")
    story.call("reader", "get", "q", at=899, to=899.5, kind="queue", item="C")
    assert narrative.narrative(story.recording(until=1000)) == [
        "reader waited 0.50 s for an item of `q`, put by writer.",
        "writer waited 0.30 s to put into `q`, until reader took an item.",
    ]


def test_narrative_of_a_pipe_names_who_began_to_read_the_item() -> None:
    story = Story()
    story.call("writer", "put", "q", at=1, to=501, kind="queue", item="A")
    story.call("reader", "get", "q", at=499, to=502, kind="queue", item="A")
    facts = Declared(ordered_queues=frozenset({"q"}))
    assert narrative.narrative(story.recording(until=1000), facts) == [
        "writer waited 0.50 s to put into `q`, until reader took an item."
    ]


def test_narrative_says_nothing_of_a_slow_put_into_a_queue_without_a_size() -> None:
    story = Story()
    story.call("writer", "put", "q", at=1, to=501, kind="queue", item="B")
    story.call("reader", "get", "q", at=300, kind="queue", item="A")
    assert narrative.narrative(story.recording(until=1000), Declared()) == []
    assert narrative.narrative(story.recording(until=1000), Declared(limits={"q": 1})) != []


def test_narrative_of_a_semaphore_names_who_gave_the_permit_and_not_who_took_one() -> None:
    story = Story()
    story.call("p", "acquire", "s", at=0, to=1, kind="semaphore")
    story.call("r", "acquire", "s", at=2, to=501, kind="semaphore")
    story.call("main", "release", "s", at=500, kind="semaphore")
    story.call("p", "print", at=900, text="p never gave its own back")
    assert narrative.narrative(story.recording(until=1000)) == [
        "r waited 0.50 s for a permit of `s`, until main gave one."
    ]


def test_narrative_of_a_barrier_names_the_last_of_the_same_round() -> None:
    story = Story()
    story.call("p", "wait", "gate", at=1, to=500, kind="barrier", result=0)
    story.call("r", "wait", "gate", at=400, to=650, kind="barrier", result=1)
    story.call("p", "wait", "gate", at=600, to=610, kind="barrier", result=0)
    assert narrative.narrative(story.recording(until=700)) == [
        "p waited 0.50 s for the other parties of `gate`; the last was r."
    ]


def test_narrative_says_nothing_of_a_put_that_waited_for_no_room() -> None:
    story = Story()
    story.call("writer", "put", "q", at=1, to=501, kind="queue", item="A")
    assert narrative.narrative(story.recording(until=1000)) == []


def test_narrative_of_the_dead() -> None:
    story = Story()
    story.print("p1", "about to die", at=5)
    story.call("p2", "exception", at=6, error=ErrorShown("ValueError", (), "no such fork"))
    story.call("p3", "sleep", at=7, outcome="unfinished", seconds=1)
    story.call("main", "terminate", "p3", at=8, kind="process")
    story.process("p1", ended=10, exitcode=-9, ended_by="outside")
    story.process("p2", ended=11, exitcode=1)
    story.process("p3", ended=12, exitcode=-15, ended_by="scenario")
    assert narrative.narrative(story.recording(until=20)) == [
        "p1 was killed by SIGKILL from outside at 0.010 s; the last it did was `print about to die` at 0.005 s.",
        "p2 ended with exit code 1 at 0.011 s: ValueError: no such fork.",
        "p3 was stopped by main's terminate (SIGTERM) at 0.012 s, in `sleep 1` since 0.007 s.",
    ]


def test_narrative_of_a_run_without_waits_is_silent() -> None:
    story = Story()
    story.print("main", "hello", at=1)
    assert narrative.narrative(story.recording(until=5)) == []


def test_states_table() -> None:
    same_as_page("states.txt", states.states_table(locked_twins().recording(until=4012), PLAIN))


def test_states_note_when_the_machine_was_busy() -> None:
    story = Story()
    story.process("p1", started=0, ended=1000, running=100 * MS, ready=600 * MS)
    assert (
        states.states_note(story.recording(until=1000))
        == "p1 was ready but not running for 0.60 s of 1.0 s: the machine was busy."
    )


def spawned_on_a_busy_machine() -> Story:
    """p1 imported for 1.5 s, mostly waiting for the CPU, before its first record; then it lived for 0.39 s."""
    story = Story()
    story.process("main", started=0, ended=2000, running=20 * MS, ready=10 * MS)
    story.process("p1", started=1500, ended=1890, running=200 * MS, ready=1400 * MS, waiting=0)
    return story


def test_states_note_of_times_from_before_the_record_says_that_they_are_counted() -> None:
    assert (
        "p1 was ready but not running for 1.4 s, its start and all its threads counted: the machine was busy."
        == states.states_note(spawned_on_a_busy_machine().recording(until=2000))
    )


def test_states_table_with_times_from_before_the_record_says_what_they_cover() -> None:
    table = states.states_table(spawned_on_a_busy_machine().recording(until=2000), PLAIN)
    assert [
        "  p1       0.39 s   0.20 s  1.4 s        ?",
        "  running and ready count a process's start-up and all its threads too",
    ] == table[2:]


def test_states_note_is_silent_about_a_quiet_machine() -> None:
    assert states.states_note(locked_twins().recording(until=4012)) is None


def hung() -> list[str]:
    story = Story("dining")
    story.call("p1", "acquire", "a", at=1, to=1.1, kind="lock")
    story.call("p2", "acquire", "b", at=1, to=1.2, kind="lock")
    story.call("p1", "acquire", "b", at=2, kind="lock", outcome="unfinished", site=0)
    story.call("p2", "acquire", "a", at=2, kind="lock", outcome="unfinished")
    story.call("main", "join", "p1", at=2, kind="process", outcome="unfinished")
    for name in ("main", "p1", "p2"):
        story.process(name)
    blocked = (
        Blocked("p1", "acquire", "b", ORIGIN + 2 * MS, 0, holders=("p2",)),
        Blocked("p2", "acquire", "a", ORIGIN + 2 * MS, None, holders=("p1",), dead=("p1",)),
    )
    sentence = "p1 holds `a` and waits for `b`, p2 holds `b` and waits for `a`."
    ending = Ending("hang", ORIGIN + 250 * MS, Diagnosis("deadlock", sentence, blocked, ("p1", "p2")))
    from mprunner.program.declarations import Site

    sites = [Site(14, 9, "- acquire: b", "eat")]
    return hang.ending_lines(story.recording(ending=ending), PLAIN, sites=sites)


def test_diagnosis_of_a_hang() -> None:
    same_as_page("hang.txt", hung())


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (Ending("finished", ORIGIN, None), None),
        (Ending("hang", ORIGIN + 85 * MS, Diagnosis("deadlock", "")), "hung (deadlock) after 85 ms"),
        (Ending("interrupted", ORIGIN + 85 * MS, Diagnosis("unknown", "")), "interrupted after 85 ms"),
        (Ending("deadline", ORIGIN + 1000 * MS, Diagnosis("unknown", "")), "out of time after 1.0 s"),
        (Ending("deadline", ORIGIN + 1000 * MS, None), "out of time after 1.0 s"),
        (
            Ending("crashed", ORIGIN + 1000 * MS, None, "main was killed"),
            "the run itself was lost after 1.0 s",
        ),
        (
            Ending("crashed", ORIGIN + 1000 * MS, Diagnosis("too-many-processes", "")),
            "ended by mprun (too many processes) after 1.0 s",
        ),
    ],
)
def test_how_a_run_ended_names_the_pattern_of_a_known_cause(ending: Ending, told: str | None) -> None:
    assert told == hang.ending_sentence(Story().recording(ending=ending))


def test_a_run_that_ended_by_itself_has_no_diagnosis() -> None:
    assert hang.ending_lines(locked_twins().recording(until=1), PLAIN) == []
