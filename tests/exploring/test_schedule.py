"""Schedule files: written, read again, and refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.errors import AuthoringError
from mprunner.exploring.fingerprint import fingerprint
from mprunner.exploring.schedule import Schedule, parsed_step, saved, step_text, text_of
from mprunner.exploring.schedule_reading import read_schedule, schedule_in
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.records import replaced
from mprunner.worlds.real.moves import Move

SCENARIO = """
name: two
locks: {a: {}}
targets:
  add:
    steps:
      - with: a
        steps:
          - print: inside
processes:
  p: {target: add, replicas: 2}
"""

WORDS = [
    ("acquire lock", Move("p", "acquire lock")),
    ("acquire lock, 2nd", Move("p", "acquire lock", 2)),
    ("wait c, 11th begins", Move("p", "wait c", 11, "begins")),
    ("wait c ends", Move("p", "wait c", 1, "ends")),
    ("get q times out", Move("p", "get q", out=True)),
    ("wait c begins times out", Move("p", "wait c", 1, "begins", True)),
    ("choose = 3", Move("p", "choose", choice=3)),
    ("acquire lock at take", Move("p", "acquire lock at take")),
]


def program_of(text: str) -> Program:
    loaded = load_source(Source("two.yaml", text))
    return compile_scenario(loaded.scenarios[0], source=loaded.source)


def problems(text: str) -> list[str]:
    with pytest.raises(AuthoringError) as caught:
        schedule_in(Source("s.yaml", text), program_of(SCENARIO))
    return [each.headline for each in caught.value.diagnostics]


@pytest.mark.parametrize(("words", "move"), WORDS)
def test_a_step_is_read_as_it_is_written(words: str, move: Move) -> None:
    assert move == parsed_step("p", words)
    assert words == step_text(move)


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
moves = st.builds(
    Move,
    st.sampled_from(["p", "p[0]", "main", "p[1].feeder(q)", "po.work[3]"]),
    st.builds(lambda name: f"acquire {name}x", names),
    st.integers(1, 120),
    st.sampled_from(["whole", "begins", "ends"]),
    st.booleans(),
    st.none() | st.integers(0, 9),
)


@given(st.lists(moves, unique_by=lambda move: (move.key, move.part)), st.text(max_size=120))
def test_a_schedule_comes_back_from_its_file(steps: list[Move], shows: str) -> None:
    shows = "".join(letter for letter in shows if letter.isprintable())
    written = Schedule(
        tuple(steps), scenario="two", shows=f"it shows {shows}", ending="hang", broken=("x: y",), whole=True
    )
    read = schedule_in(Source("s.yaml", text_of(written)))
    assert written == replaced(read, lines=())


def test_texts_of_any_length_stand_in_lines_of_80_columns() -> None:
    title = 'sequence "child begins with [11, 22]" → "parent still has [11, 22, 33]", and nothing else: # is no comment'
    given = Schedule((Move("p", "print"),), shows=f"{title}; {title}", broken=(title, "short"))
    text = text_of(given)
    assert [] == [line for line in text.splitlines() if len(line) > 80]
    found = schedule_in(Source("a.yaml", text))
    assert (given.shows, given.broken) == (found.shows, found.broken)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    saved(Schedule((Move("p", "acquire a"),)), path)
    assert (Move("p", "acquire a"),) == read_schedule(path).moves
    assert ["s.yaml"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schedule: 1\nsteps:\n  - p[0]: aquire a\n", 's.yaml:3:11: there is no operation "aquire" [wrong-value]'),
        ("schedule: 1\nsteps:\n  - q: acquire a\n", 's.yaml:3:5: the scenario has no process "q" [wrong-value]'),
        ("schedule: 1\nsteps:\n  - p[2]: acquire a\n", "s.yaml:3:5: p has 2 replicas [wrong-value]"),
        ("schedule: 1\nsteps:\n  - p[0]: acquire b\n", 's.yaml:3:11: the scenario has no object "b" [wrong-value]'),
        ("schedule: 1\nstep: []\nsteps: []\n", 's.yaml:2:1: a schedule has no "step" [unknown-field]'),
        ("schedule: 2\nsteps: []\n", "s.yaml:1:11: schedules have version 1 [wrong-value]"),
        ("schedule: 1\n", "s.yaml:1:1: `steps` is missing [missing-field]"),
        ("schedule: 1\nsteps: [p]\n", "s.yaml:2:9: a step is a thread and what it does [wrong-type]"),
        (
            "schedule: 1\nsteps:\n  - p[0]: acquire a\n  - p[0]: acquire a\n",
            "s.yaml:4:5: this step stands here twice [wrong-value]",
        ),
        (
            "schedule: 1\nexpect: {ending: hung}\nsteps: []\n",
            's.yaml:2:18: `ending` is one of "finished", "hang" or "cut" [wrong-value]',
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(text: str, told: str) -> None:
    assert [told] == problems(text)


@pytest.mark.parametrize(
    "edited",
    [
        SCENARIO.replace("name: two", "name: two\ndescription: other words\n# a comment\n"),
        SCENARIO + "expect:\n  - mutual_exclusion: a\n",
        SCENARIO.replace("locks: {a: {}}", "locks:\n  a: {}"),
    ],
)
def test_an_edit_that_does_not_matter_leaves_the_fingerprint(edited: str) -> None:
    assert fingerprint(program_of(SCENARIO)) == fingerprint(program_of(edited))


@pytest.mark.parametrize(
    "edited",
    [
        SCENARIO.replace("inside", "outside"),
        SCENARIO.replace("replicas: 2", "replicas: 3"),
        SCENARIO.replace("replicas: 2", "replicas: 2, daemon: true"),
    ],
)
def test_an_edit_that_matters_changes_the_fingerprint(edited: str) -> None:
    assert fingerprint(program_of(SCENARIO)) != fingerprint(program_of(edited))
