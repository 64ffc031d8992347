"""`mprunner.explore`, and what the page on exploration says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mprunner
from mprunner.errors import UsageError
from mprunner.exploring import finding
from mprunner.exploring.results import Accounting

PAGE = Path(__file__).parents[2] / "docs" / "exploration.md"
EXAMPLES = re.findall(r"```yaml explore (\w+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize(("answer", "text"), EXAMPLES)
def test_the_page_s_examples_are_answered_as_it_says(answer: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(text)
    assert mprunner.explore(path).answer == answer


def test_the_page_has_an_example() -> None:
    assert EXAMPLES


def test_an_exploration_has_outcomes_with_schedules(tmp_path: Path) -> None:
    path = tmp_path / "lost.yaml"
    path.write_text(EXAMPLES[0][1])
    found = mprunner.explore(path)
    assert {outcome.held: outcome.executions for outcome in found.outcomes} == {
        (("x", "1"),): 2,
        (("x", "2"),): 2,
    }
    assert all(outcome.witness is not None for outcome in found.outcomes)


def test_one_of_several_scenarios_is_to_be_named() -> None:
    with pytest.raises(UsageError, match="`name` must be one of"):
        mprunner.explore("scenarios/matrix.yaml")


def test_limits_make_it_inconclusive() -> None:
    found = mprunner.explore("scenarios/no-lock.yaml", executions=2)
    assert (found.answer, found.accounting.bound) == ("inconclusive", "--executions 2")


def test_an_interrupt_gives_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "TELL_EVERY", 0.0)
    seen = []

    def interrupted(accounting: Accounting) -> bool:
        seen.append(accounting.executions)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return True

    found = mprunner.explore("scenarios/no-lock.yaml", progress=interrupted)
    assert (found.answer, found.accounting.bound, found.accounting.executions) == (
        "inconclusive",
        "interrupted",
        3,
    )
    assert found.outcomes


def test_who_calls_the_action_of_a_barrier_begins_to_wait_once() -> None:
    found = mprunner.explore("scenarios/barrier-rounds.yaml", executions=3)
    recordings = [outcome.witness.recording for outcome in found.outcomes if outcome.witness is not None]
    assert recordings
    assert [call for each in recordings for call in each.calls if call.outcome == "unfinished"] == []
