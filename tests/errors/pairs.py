"""The pairs NAME.yaml and NAME.out of this folder: a file with a mistake, and what `mprun validate` says about it.

`python -m tests.language.regenerate` writes every NAME.out anew; look at the difference before committing it.
"""

from __future__ import annotations

from pathlib import Path

from mprunner.errors import AuthoringError
from mprunner.language.diagnostics import Diagnostic, render
from mprunner.language.loading import load, load_source
from mprunner.language.source import MAX_FILE_BYTES, Source

FOLDER = Path(__file__).parent
SHOWN = "tests/errors"
"""The folder as the messages name it, wherever the repository is."""


def names() -> list[str]:
    """The names of all pairs, in order."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def diagnostics(name: str) -> tuple[Diagnostic, ...]:
    """What is found in NAME.yaml. Two mistakes are about the file itself and are made from it."""
    path = FOLDER / f"{name}.yaml"
    try:
        if name == "unreadable-file":
            load(path.with_name("unreadable-fiel.yaml"))
            raise AssertionError("there is a file where none should be")
        data = path.read_bytes()
        if name == "file-too-large":
            data *= MAX_FILE_BYTES * 11 // 10 // len(data)
        return load_source(Source.from_bytes(f"{SHOWN}/{path.name}", data)).warnings
    except AuthoringError as error:
        return error.diagnostics


def outcome(name: str) -> str:
    """The text that NAME.out should have."""
    return f"{render(diagnostics(name))}\n".replace(str(FOLDER), SHOWN)
