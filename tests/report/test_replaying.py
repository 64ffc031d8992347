"""What is told of a replay's steps: what came of each, and what the objects are in."""

from __future__ import annotations

from mprunner.exploring.schedule import parsed_step
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.report.replaying import States

TEXT = """
name: test
locks: {mutex: {}}
conditions: {own: {}, lent: {lock: mutex}}
queues: {q: {}}
targets: {t: {steps: [pass]}}
processes: {p: {target: t}}
expect: [{exitcodes: {p: 0}}]
"""


def states(*steps: str) -> list[str]:
    """What the objects are in behind these steps."""
    loaded = load_source(Source("test.yaml", TEXT))
    found = States(compile_scenario(loaded.scenarios[0], source=loaded.source))
    for words in steps:
        move = parsed_step("p", words)
        assert move is not None
        found.made(move)
    return found.lines()


def test_who_waits_on_a_condition_has_not_its_lock() -> None:
    assert ["mutex held by p"] == states("acquire mutex")
    assert ["p waits in wait lent"] == states("acquire mutex", "wait lent begins")
    assert ["mutex held by p"] == states("acquire mutex", "wait lent begins", "wait lent ends")
    assert ["p waits in wait own"] == states("acquire own", "wait own begins")


def test_what_is_only_called_has_not_been_done() -> None:
    assert [] == states("acquire mutex called")
    assert ["mutex held by p"] == states("acquire mutex called", "acquire mutex")


def test_a_queue_has_what_was_put_and_not_yet_got() -> None:
    assert ["q has 1"] == states("put q", "put q, 2nd", "get q")
