"""`--json`: what is written is valid, complete and documented."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import jsonschema

from mprunner.checking.verdict import Promise, Verdict, Witness
from mprunner.cli.schema import schema_text
from mprunner.recording.events import Blocked, Diagnosis, Ending, Shown
from mprunner.report.json_lines import JsonLines
from mprunner.report.reporter import Case, RunResult, ScenarioResult
from mprunner.report.runs import Outcomes
from mprunner.report.schema import report_schema
from mprunner.report.standing import standings_of_one
from tests.report.recordings import MS, ORIGIN, at_begin, locked_twins
from tests.report.test_style import Line
from tests.report.test_text import program

REFERENCE = Path(__file__).parents[2] / "docs" / "json.md"


def everything() -> list[dict[str, object]]:
    out = io.StringIO()
    lines = JsonLines(out)
    story = locked_twins()
    odd = story.call("p1", "put", "q", at=5, kind="queue", item=Shown("Thing", "<Thing>"))
    diagnosis = Diagnosis("deadlock", "all wait", (Blocked("p1", "get", "q", ORIGIN, None),))
    recording = story.recording(ending=Ending("hang", ORIGIN + 10 * MS, diagnosis))
    verdict = Verdict(
        Promise("fifo of q", "fifo", line=3, column=5),
        "broken",
        1,
        "1 of 2",
        "late",
        (Witness(at_begin(odd, 4), "late"),),
    )
    outcomes = Outcomes()
    outcomes.add(recording, [verdict])
    case = Case("lock", "lock.yaml", program(), [], "fork", "processes", runs=2)
    run = RunResult(1, recording, [verdict])
    result = ScenarioResult(
        case, "failed", 1, standings_of_one([verdict]), outcomes, run, {}, runs=2, nanoseconds=4020 * MS
    )
    lines.start(version="0.1.0", python="3.11")
    lines.skipped("lock", "lock.yaml", "not under spawn")
    lines.begin(case)
    lines.line(Line(ORIGIN + 4 * MS, "p1", "p1", "stdout", "\x1b[31m\ud800锁"), origin=ORIGIN)  # type: ignore[arg-type]
    lines.run_done(run, of=2)
    lines.recorded("lock.jsonl")
    lines.done(result)
    counts = dict.fromkeys(("passed", "inconclusive", "unfinished", "interrupted", "invalid", "skipped"), 0)
    lines.summary({**counts, "failed": 1}, failed=["lock.yaml"], exit_code=1, nanoseconds=4100 * MS)
    assert out.getvalue().isascii()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_line_is_an_object_with_a_type() -> None:
    types = [each["type"] for each in everything()]
    assert types == [
        "start", "skipped", "scenario", "line", "verdict", "run", "recorded", "promise", "outcome", "result", "summary",
    ]  # fmt: skip


def test_every_line_is_valid_under_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(report_schema())
    for each in everything():
        validator.validate(each)


def test_the_schema_that_is_committed_is_what_this_version_writes() -> None:
    committed = (REFERENCE.parents[1] / "schemas" / "report.schema.json").read_text("utf-8")
    assert committed == schema_text("report"), "run `mprun schema --write`"


def test_times_are_seconds_since_the_zero_of_the_run() -> None:
    line = everything()[3]
    assert (line["time"], line["text"]) == (0.004, "\x1b[31m\ud800锁")


def test_values_that_are_no_plain_data_are_shown() -> None:
    (witness,) = everything()[4]["witnesses"]  # type: ignore[misc]
    assert witness["values"] == {"item": {"type": "Thing", "shown": "<Thing>"}}


def test_every_field_that_is_written_is_documented() -> None:
    reference = REFERENCE.read_text(encoding="utf-8")
    rows = {match[1]: match[0] for match in re.findall(r"(?m)^(\| `(\w+)` \|.*)$", reference)}
    for each in everything():
        fields = set(each) - {"type"}
        documented = set(re.findall(r"`(\w+)`", rows[str(each["type"])].split("|")[3]))
        assert fields <= documented, each["type"]
