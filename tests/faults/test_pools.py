"""Pools that would hang or respawn workers for ever: the run ends with a diagnosis."""

from __future__ import annotations

import os
import signal

import pytest

from .conftest import Mprun

METHODS = ("fork", "spawn", "forkserver")


@pytest.mark.parametrize("method", METHODS)
def test_an_initializer_that_always_fails(mprun: Mprun, method: str) -> None:
    text = """
pools: {po: {processes: 2, initializer: fails}}
targets:
  fails: {steps: [{raise: {ValueError: no}}]}
  work: {steps: [{return: 1}]}
main: [{apply: {pool: po, func: work}}]
"""
    code, shown, _ = mprun(mprun.write(text), "--start-method", method)
    assert code == 1
    assert "The initializer of `po` fails in every worker" in " ".join(shown.split())


def test_a_worker_that_is_killed_in_its_task(mprun: Mprun) -> None:
    text = """
pools: {po: {processes: 1}}
targets: {work: {steps: [{print: "{getpid()}"}, {sleep: 600}]}}
main: [{apply: {pool: po, func: work}}]
"""
    run = mprun.start(mprun.write(text))
    os.kill(int(run.printed()), signal.SIGKILL)
    code, shown, _ = run.end()
    assert code == 4
    assert "the task po.work[0] was lost with its worker po[0], which was killed by signal 9" in " ".join(
        shown.split()
    )


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_an_argument_that_can_not_be_pickled(mprun: Mprun, method: str) -> None:
    text = """
pools: {po: {processes: 1}}
targets: {t: {params: [x], steps: [{print: "{x}"}]}}
processes: {p: {target: t, args: ["{po}"]}}
main: [{start: p}, {join: p}]
"""
    code, shown, _ = mprun(mprun.write(text), "--start-method", method)
    assert code == 1
    assert "pool objects cannot be passed between processes or pickled" in " ".join(shown.split())
    assert "mprunner/" not in shown
