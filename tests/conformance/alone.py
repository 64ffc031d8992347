"""Each subject in a process of its own: what it takes of memory is limited, and what goes wrong there ends no other."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

from tests.conformance.proving import Asked, Row, prove
from tests.conformance.subjects import ROOT, Subject

__all__ = ["prove_alone"]

_MOST_BYTES = 6 << 30
"""Of memory: a program may have no end of states."""


def prove_alone(subject: Subject, asked: Asked) -> Row:
    """As `prove`; the row has it as a defect where that is not possible."""
    question = json.dumps(
        {
            "subject": {name: getattr(subject, name) for name in subject.fields},
            "asked": {name: getattr(asked, name) for name in asked.fields},
        }
    )
    command = [sys.executable, "-m", "tests.conformance.alone"]
    done = subprocess.run(command, input=question, capture_output=True, text=True, check=False, cwd=ROOT)
    answer = done.stdout.strip().rpartition("\n")[2]
    if done.returncode == 0 and answer:
        return Row.of(json.loads(answer))
    told = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
    return Row(subject.title, subject.method, subject.digest, asked, defects=(told,))


def _answer() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    question = json.load(sys.stdin)
    overrides = tuple((name, value) for name, value in question["subject"].pop("overrides"))
    row = prove(Subject(**question["subject"], overrides=overrides), Asked(**question["asked"]))
    print(json.dumps(row.plain()))


if __name__ == "__main__":
    _answer()
