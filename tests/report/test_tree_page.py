"""The page of an explored tree: leaves with the letter of their outcome, outcomes with their leaves, steps in lanes."""

from __future__ import annotations

import re

from mprunner.report.tree_page import Leaf, Step, tree_page

LEAVES = (
    Leaf((Step("p", "acquire a"), Step("q", "acquire a\nprint <two>")), "x = 2", "kept"),
    Leaf((Step("q", "acquire a"), Step("p", "acquire a")), "x = 2", "kept"),
    Leaf((Step("q", "acquire b"),), "hangs", "stuck"),
)


def page(*leaves: Leaf) -> str:
    return tree_page("test", "test.yaml", leaves, told="3 executions")


def test_leaves_of_the_same_outcome_have_its_letter() -> None:
    dots = re.findall(r'data-leaf="(\d)"><circle.*?</text><text[^>]*>(\w+)</text>', page(*LEAVES))
    assert [("0", "A"), ("1", "A"), ("2", "B")] == dots


def test_an_outcome_lists_its_leaves() -> None:
    rows = re.findall(
        r'<tr data-leaves="([\d ]+)"><td class="(\w+)">.&nbsp;(\w+)</td><td>([^<]*)', page(*LEAVES)
    )
    assert [("0 1", "kept", "A", "x = 2"), ("2", "stuck", "B", "hangs")] == rows


def test_only_the_marks_that_there_are_stand_in_the_legend() -> None:
    assert "nobody can go on" in page(*LEAVES)
    assert "nobody can go on" not in page(*LEAVES[:2])


def test_what_a_step_did_stands_in_lines_and_is_no_markup() -> None:
    assert "<td><div>acquire a</div><div>print &lt;two&gt;</div></td>" in page(*LEAVES)


def test_there_are_letters_for_any_number_of_outcomes() -> None:
    leaves = [Leaf((Step("p", f"choose {number}"),), f"x = {number}", "kept") for number in range(28)]
    assert re.findall(r"&nbsp;(\w+)</td>", page(*leaves))[24:] == ["Y", "Z", "AA", "AB"]
