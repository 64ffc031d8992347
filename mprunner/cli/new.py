"""`mprun new NAME`."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path

import click

from mprunner.cli.exitcodes import KEPT

__all__ = ["KINDS", "command"]

KINDS = (
    "process", "queue", "joinable-queue", "lock", "semaphore", "condition", "event", "barrier", "value", "pool", "pool-queue",
)  # fmt: skip
_FOLDER = "scenarios"
_SCHEMA = Path("schemas") / "scenario.schema.json"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@click.command("new")
@click.argument("name")
@click.option(
    "--like", type=click.Choice(KINDS), default="process", show_default=True, help="What it is to be about."
)
def command(name: str, like: str) -> int:
    """Write a commented scenario that works, to start from.

    NAME is a name (`mine` becomes scenarios/mine.yaml, or mine.yaml where there is no such folder) or a path. Nothing is
    ever overwritten.
    """
    from mprunner.errors import UsageError

    path = _path(name)
    if not _NAME.fullmatch(path.stem):
        raise UsageError(f"{path.stem!r} is no name for a scenario: letters, digits, `-`, `_` and `.` are")
    text = template(like).replace("name: NAME", f"name: {path.stem}", 1)
    text = _modeline(path) + text
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already; mprun new never overwrites") from None
    except FileNotFoundError:
        raise UsageError(f"there is no folder {path.parent}") from None
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}") from None
    click.echo(f"wrote {path}")
    click.echo(f"run it:  mprun {path}")
    return KEPT


def template(like: str) -> str:
    """The text of the scenario of this kind, named NAME."""
    return (resources.files("mprunner.cli") / "templates" / f"{like}.yaml").read_text(encoding="utf-8")


def _path(name: str) -> Path:
    given = Path(name)
    if given.suffix not in (".yaml", ".yml"):
        given = given.with_name(f"{given.name}.yaml") if given.name else given
    if given.parent == Path() and os.sep not in name and Path(_FOLDER).is_dir():
        return Path(_FOLDER) / given
    return given


def _modeline(path: Path) -> str:
    """Lets an editor complete and check, where the schema is at hand."""
    if not _SCHEMA.is_file():
        return ""
    return f"# yaml-language-server: $schema={os.path.relpath(_SCHEMA, path.parent)}\n"
