"""Every kind of problem has a pair of files that shows it, and says exactly that."""

from __future__ import annotations

import pytest

from mprunner.language.kinds import KINDS
from tests.errors.pairs import FOLDER, diagnostics, names, outcome


@pytest.mark.parametrize("name", names())
def test_each_pair_says_what_its_out_file_holds(name: str) -> None:
    expected = (FOLDER / f"{name}.out").read_text(encoding="utf-8")
    assert expected == outcome(name), "python -m tests.language.regenerate writes the .out files anew"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_pair_of_its_name_that_shows_it(kind: str) -> None:
    assert kind in {diagnostic.kind for diagnostic in diagnostics(kind)}


@pytest.mark.parametrize("name", [name for name in names() if name in KINDS])
def test_a_pair_shows_no_other_kind_than_its_own(name: str) -> None:
    assert {name} == {diagnostic.kind for diagnostic in diagnostics(name)}


def test_no_out_file_is_left_without_its_yaml() -> None:
    assert names() == sorted(path.stem for path in FOLDER.glob("*.out"))


def test_all_pairs_in_one_process_say_the_same_as_each_alone() -> None:
    first = [outcome(name) for name in names()]
    assert first == [outcome(name) for name in names()]
