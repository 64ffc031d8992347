"""A `Judge` keeps what its promises alone decide between runs, and nothing of a run."""

from __future__ import annotations

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.check import check
from mprunner.checking.judging import Judge
from tests.checking.test_check import TEXT
from tests.checking.traces import trace
from tests.language.scenarios_in_text import scenario

PROMISES = """\
  - precedence: [done, end 1]
    holds: sometimes
  - precedence: [end 1, end 2]
  - {precedence: [end 1, end 2], strict: true}
  - sequence: [done, end 1, end 2]
  - {no_interleaving: {of: {op: print}, inside: {hold: lock}}}
  - {mutual_exclusion: lock}
  - {all_of: [{precedence: [end 1, end 2]}, {precedence: [done, end 1]}]}
  - {happens_before: [done, end 1]}
  - {precedence: [{op: acquire, process: p1}, {op: acquire, process: p2}]}
  - {precedence: [{op: put, process: p1}, {op: put, process: p2}]}
  - {exactly_once: q}
  - {exitcodes: {main: 0}}
"""

LOCKED = (
    "p1 print done",
    "p1 acquire lock",
    "p1 release lock",
    "p2 acquire lock",
    "p2 print end 1",
    "p1 print end 2",
)
UNLOCKED = ("p2 print end 1", "p1 print done", "p1 print end 2")
QUEUED = ("p1 print done", "p1 put q 1", "p2 get q 1", "p2 print end 1", "p2 put q 2", "p3 print end 2")
OVERLAPPING = ("p1 put q 1 <", "p2 put q 2", "> p1 put", "p1 print end 1")
TURNED = ("p2 acquire lock", "p2 print end 1", "p2 release lock", "p1 acquire lock", "p1 print end 2")


def test_a_run_is_judged_alike_whatever_was_judged_before() -> None:
    promised = scenario(TEXT + PROMISES)
    judge = Judge([promise_form(one) for one in promised.expect], declared(promised))
    runs = [
        trace(*lines)
        for lines in (
            LOCKED,
            UNLOCKED,
            OVERLAPPING,
            QUEUED,
            TURNED,
            OVERLAPPING,
            LOCKED[2:],
            LOCKED,
            QUEUED[1:],
            UNLOCKED,
        )
    ]
    assert [check(run, promised) for run in runs] == [judge.judge(run) for run in runs]
