"""Many processes, many events, processes that take everything away from themselves."""

from __future__ import annotations

import os

import pytest

from .conftest import ROOT, Mprun

EVENTS = int(os.environ.get("MPRUN_EVENTS", "100000"))
"""`MPRUN_EVENTS=1000000 python -m pytest tests/faults/test_limits.py -k events` is the whole thing."""

# Runs in the keeper: a process that it or a child of it starts closes all its descriptors before its target runs.
CLOSES_ALL = """
import os, sys
if "mprunner.worlds.real.keeper" in " ".join(sys.orig_argv):
    from multiprocessing import util

    class Closer:
        pass

    closer = Closer()
    util.register_after_fork(closer, lambda _: os.closerange(0, 4096))
"""


def test_two_hundred_processes(mprun: Mprun) -> None:
    text = """
targets: {says: {params: [n], steps: [{print: "{n}"}]}}
processes: {p: {target: says, args: ["{index}"], replicas: 200}}
expect: [{count: {op: print}, exactly: 200}, {exitcodes: {p: 0}}]
"""
    assert mprun(mprun.write(text))[0] == 0


@pytest.mark.slow
def test_processes_without_end_are_ended_at_a_limit_that_is_told(mprun: Mprun) -> None:
    text = """
targets: {lasts: {steps: [{sleep: 600}]}}
processes: {p: {target: lasts, replicas: 10000}}
"""
    code, shown, _ = mprun(mprun.write(text), "--timeout", "600")
    assert code == 4
    assert "More than 512 processes were alive at once, which is the limit" in " ".join(shown.split())


@pytest.mark.slow
def test_many_events(mprun: Mprun) -> None:
    text = f"""
queues: {{q: {{}}}}
main:
  - repeat: {EVENTS // 4}
    steps: [{{put: {{queue: q, item: 1}}}}, {{get: q}}]
  - print: done
expect: [{{fifo: q}}, {{exactly_once: q}}, {{existence: done}}]
"""
    code, shown, _ = mprun(mprun.write(text), "-q", "--timeout", "600")
    assert code == 0, shown


def test_a_process_that_closes_all_its_descriptors_is_recorded_all_the_same(mprun: Mprun) -> None:
    (mprun.folder / "hook").mkdir()
    (mprun.folder / "hook" / "sitecustomize.py").write_text(CLOSES_ALL)
    text = """
targets: {prints: {steps: [{print: here}, {repeat: 3000, steps: [{print: again}]}, {print: last}]}}
processes: {p: {target: prints}}
expect: [{existence: here}, {existence: last}, {count: again, exactly: 3000}]
"""
    path = os.pathsep.join([str(mprun.folder / "hook"), str(ROOT)])
    code, shown, errors = mprun(mprun.write(text), environment={"PYTHONPATH": path})
    assert "│ last" in shown
    assert (code, errors) == (0, "")
