"""The format's page: its example is a recording, and its table of tags is complete."""

from __future__ import annotations

import re
from pathlib import Path

from mprunner.recording.jsonvalues import TAGS
from mprunner.recording.loading import load

PAGE = (Path(__file__).parents[2] / "docs" / "recordings.md").read_text("utf-8")


def test_the_example_loads_as_a_recording(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "example.jsonl"
    path.write_text(example)

    recording = load(str(path))

    assert ["acquire", "print", "release"] == [call.operation for call in recording.calls]
    assert ["lock", "none", "lock"] == [call.kind for call in recording.calls]
    assert recording.ending.complete


def test_every_tag_is_in_the_table() -> None:
    assert set(TAGS) == {f"${name}" for name in re.findall(r'\{"\$(\w+)"', PAGE)}
