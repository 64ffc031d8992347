"""Accepting writes a golden from several runs; checking compares one run with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.errors import UsageError
from mprunner.golden.accept import Acceptance, Check, accept, check, in_ci
from mprunner.golden.files import pending_path, read
from mprunner.recording.events import Recording
from tests.golden.records import Record, two_children

NO_CI: dict[str, str] = {}


def accepted(
    folder: Path, *runs: Recording, sha256: str = "abc", environment: dict[str, str] = NO_CI
) -> Acceptance:
    return accept(runs, scenario=folder / "s.yaml", name="s", sha256=sha256, environment=environment)


def checked(folder: Path, run: Recording, sha256: str = "abc") -> Check:
    return check(run, scenario=folder / "s.yaml", name="s", sha256=sha256)


def said(word: str) -> Recording:
    record = Record(p=11)
    record.prints("p", word)
    return record.done()


def test_accepted_runs_are_the_golden_that_later_runs_are_held_against(tmp_path: Path) -> None:
    assert accepted(tmp_path, two_children("ab"), two_children("ba")).done == "written"
    assert checked(tmp_path, two_children("ba")).comparison.status == "same"


def test_accepting_again_changes_nothing(tmp_path: Path) -> None:
    accepted(tmp_path, two_children("ab"), two_children("ab"))
    assert accepted(tmp_path, two_children("ba"), two_children("ab"), two_children("ab")).done == "unchanged"


def test_nothing_is_written_in_ci(tmp_path: Path) -> None:
    result = accepted(tmp_path, two_children(), environment={"CI": "true"})
    assert result.done == "refused"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("1", True), ("", False), ("false", False), ("0", False)]
)
def test_ci_is_told_by_its_variable(value: str, expected: bool) -> None:
    assert expected == in_ci({"CI": value})


@pytest.mark.parametrize("how", ["interrupted", "crashed", "lost", "deadline"])
def test_a_run_that_was_cut_short_from_outside_is_not_frozen(tmp_path: Path, how: str) -> None:
    assert accepted(tmp_path, Record().done(how)).done == "refused"


def test_no_run_is_nothing_to_accept(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run of s to accept"):
        accepted(tmp_path)


def test_what_varies_is_named_and_left_out(tmp_path: Path) -> None:
    result = accepted(tmp_path, said("left"), said("right"))
    assert [varying.what for varying in result.varying] == ["p"]
    golden = read(result.path)
    assert golden is not None
    assert "p" not in golden.actors


def test_what_varied_is_remembered_until_the_scenario_changes(tmp_path: Path) -> None:
    accepted(tmp_path, said("left"), said("right"))
    again = read(accepted(tmp_path, said("left"), said("left")).path)
    changed = read(accepted(tmp_path, said("left"), said("left"), sha256="new").path)
    assert again is not None
    assert changed is not None
    assert again.varying == ("p",)
    assert changed.varying == ()


def test_a_run_that_differs_is_left_beside_the_golden_until_accepted(tmp_path: Path) -> None:
    path = accepted(tmp_path, said("left"), said("left")).path
    assert checked(tmp_path, said("right")).comparison.status == "different"
    assert pending_path(path).is_file()
    accepted(tmp_path, said("right"), said("right"))
    assert not pending_path(path).exists()


def test_a_run_that_fits_again_clears_what_was_left(tmp_path: Path) -> None:
    path = accepted(tmp_path, said("left"), said("left")).path
    checked(tmp_path, said("right"))
    checked(tmp_path, said("left"))
    assert not pending_path(path).exists()


def test_a_changed_scenario_is_stale(tmp_path: Path) -> None:
    accepted(tmp_path, said("left"))
    assert checked(tmp_path, said("left"), sha256="new").comparison.status == "stale"


def test_a_golden_with_a_merge_conflict_is_stale_and_accepting_settles_it(tmp_path: Path) -> None:
    path = accepted(tmp_path, said("left")).path
    path.write_text("<<<<<<< HEAD\n" + path.read_text())
    assert checked(tmp_path, said("left")).comparison.status == "stale"
    accepted(tmp_path, said("left"), said("left"))
    assert checked(tmp_path, said("left")).comparison.status == "same"
