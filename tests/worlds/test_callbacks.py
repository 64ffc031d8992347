"""Callbacks of a pool's tasks: the thread of the pool that takes results plays them in the process that submitted the task."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.checking.happens_before.causality import Causality
from mprunner.recording.events import Call, Event, Recording
from mprunner.recording.loading import load
from mprunner.recording.order import events
from mprunner.recording.store import save

from .conftest import PATIENCE_SECONDS, Run

BACKENDS = [
    {"start_method": "fork"},
    pytest.param({"start_method": "spawn"}, marks=pytest.mark.slow),
    pytest.param({"start_method": "forkserver"}, marks=pytest.mark.slow),
    {"backend": "threads"},
]
TEXT = """
pools: {po: {processes: 1}}
queues: {q: {}}
globals: {n: 0}
targets:
  invert: {params: [x], steps: [{return: "{1 / x}"}]}
  note: {params: [result], steps: [{set: {n: "{n + 1}"}}, {print: "got {result} in {n}"}]}
  complain: {params: [error], steps: [{print: "failed: {error}"}]}
  raises: {params: [result], steps: [{print: there}, {raise: {%s: no}}]}
  blocks: {params: [result], steps: [{get: q}]}
  slow: {params: [result], steps: [{sleep: 0.4}, {print: slept}]}
main:
"""

ASKS = """\
  pause: {steps: [{sleep: 0.1}]}
  asks:
    params: [result]
    steps:
      - apply_async: {pool: po, func: invert, args: [2]}
        into: other
      - get: other
main:
"""


def submitting(number: int, what: str) -> str:
    return f"""\
  - apply_async: {{pool: po, func: invert, args: [{number}], {what}}}
    into: r
"""


def prints(recording: Recording) -> list[tuple[str, str, str]]:
    return [(c.process, c.actor, str(c.values["text"])) for c in recording.calls if c.operation == "print"]


def callback(recording: Recording) -> Call:
    return next(call for call in recording.calls if call.operation == "callback")


@pytest.mark.parametrize("options", BACKENDS, ids=lambda options: "-".join(options.values()))
def test_it_is_called_with_the_result_where_the_task_was_submitted(run: Run, options: dict[str, str]) -> None:
    steps = submitting(4, "callback: note, error_callback: complain") + '  - get: r\n  - print: "{n}"\n'
    recording = run((TEXT % "ValueError") + steps, **options)
    assert [("main", "po.invert.callback[0]", "got 0.25 in 1"), ("main", "main", "1")] == prints(recording)
    assert "ok" == callback(recording).outcome


def test_it_is_called_with_the_exception_of_a_task_that_failed(run: Run) -> None:
    steps = submitting(0, "callback: note, error_callback: complain") + "  - wait: r\n"
    recording = run((TEXT % "ValueError") + steps)
    assert [("main", "po.invert.callback[0]", "failed: division by zero")] == prints(recording)


def test_it_lies_between_the_end_of_the_task_and_what_has_the_result(run: Run) -> None:
    recording = run((TEXT % "ValueError") + submitting(4, "callback: note") + "  - get: r\n  - print: had\n")
    found = order(recording)
    assert found.before(*events_of(recording, "task_end", "got 0.25 in 1"))
    assert found.before(*events_of(recording, "got 0.25 in 1", "had"))
    assert not found.before(*events_of(recording, "had", "got 0.25 in 1"))


def order(recording: Recording) -> Causality:
    return Causality(events(recording))


def events_of(recording: Recording, *wanted: str) -> list[Event]:
    """The begins of the calls of these names, or prints of these texts."""
    known = {
        str(e.call.values.get("text", e.call.operation)): e for e in events(recording) if e.at == "begin"
    }
    return [known[each] for each in wanted]


@pytest.mark.parametrize(("raised", "told"), [("ValueError", True), ("KeyError", False)])
def test_an_exception_in_it_keeps_the_result_from_ever_coming(run: Run, raised: str, told: bool) -> None:
    steps = submitting(4, "callback: raises") + "  - get: r\n"
    recording = run((TEXT % raised) + steps, timeout=PATIENCE_SECONDS)
    assert "hang" == recording.ending.how
    diagnosis = recording.ending.diagnosis
    assert diagnosis is not None
    assert ("callback-raised", True) == (
        diagnosis.pattern,
        f"{raised} in the callback of po.invert[0]" in diagnosis.sentence,
    )
    called = callback(recording)
    assert ("raised", raised) == (called.outcome, called.error.type if called.error else None)
    shown = [str(c.values["text"]) for c in recording.calls if c.operation == "stderr"]
    assert told == any(line.startswith("Exception in thread") for line in shown)


def test_a_wait_in_it_for_what_only_main_can_give_is_a_hang(run: Run) -> None:
    steps = submitting(4, "callback: blocks") + "  - get: r\n  - put: {queue: q, item: 1}\n"
    assert "hang" == run((TEXT % "ValueError") + steps, timeout=PATIENCE_SECONDS).ending.how


@pytest.mark.parametrize(
    ("callback", "pattern", "sentence"),
    [
        ("raises", "callback-raised", "ValueError in the callback of po.invert[0]"),
        ("asks", "callback-waits", "in the callback of po.invert[0]: its thread is the one of pool `po` that takes results"),
    ],
)  # fmt: skip
def test_a_result_that_nobody_takes_any_more_is_a_hang_and_no_matter_for_the_deadline(
    run: Run, callback: str, pattern: str, sentence: str
) -> None:
    text = (TEXT % "ValueError").replace("main:\n", ASKS)
    steps = submitting(4, f"callback: {callback}") + (
        "  - apply_async: {pool: po, func: pause}\n    into: s\n  - get: s\n"
        if callback == "raises"
        else "  - get: r\n"
    )
    recording = run(text + steps, timeout=PATIENCE_SECONDS)
    diagnosis = recording.ending.diagnosis
    assert "hang" == recording.ending.how
    assert diagnosis is not None
    assert (pattern, True) == (diagnosis.pattern, sentence in diagnosis.sentence)


def test_a_pause_in_it_is_no_hang(run: Run) -> None:
    recording = run((TEXT % "ValueError") + submitting(4, "callback: slow") + "  - get: r\n")
    assert ("finished", "slept") == (recording.ending.how, prints(recording)[0][2])


def test_what_is_recorded_of_a_pool_can_be_saved_and_loaded(run: Run, tmp_path: Path) -> None:
    recording = run((TEXT % "ValueError") + submitting(4, "callback: note") + "  - get: r\n")
    save(recording, str(tmp_path / "recording.jsonl"))
    again = load(str(tmp_path / "recording.jsonl"))
    assert [call.operation for call in recording.calls] == [call.operation for call in again.calls]
    assert prints(recording) == prints(again)
