"""`mprun schema [scenario|recording|report|schedule]`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mprunner.cli.exitcodes import BROKEN, KEPT

__all__ = ["command", "schema_text"]

KINDS = ("scenario", "recording", "report", "schedule")
_FOLDER = Path("schemas")


@click.command("schema")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.option(
    "--check", is_flag=True, help="Say whether the files in schemas/ are what this version would write."
)
@click.option("--write", is_flag=True, help="Write them to schemas/.")
def command(kind: str | None, check: bool, write: bool) -> int:
    """Print the JSON Schema (2020-12) of scenarios, recordings, schedules or what --json writes, for editors and other programs.

    With --check or --write and no kind it is about all of them.
    """
    from mprunner.errors import UsageError

    if check and write:
        raise UsageError("--check and --write contradict each other")
    if not check and not write:
        click.echo(schema_text(kind or "scenario"), nl=False)
        return KEPT
    code = KEPT
    for each in (kind,) if kind is not None else KINDS:
        path = _FOLDER / f"{each}.schema.json"
        text = schema_text(each)
        fresh = path.is_file() and path.read_text(encoding="utf-8") == text
        if check and not fresh:
            click.echo(f"{path}: not what this version writes; run `mprun schema --write`", err=True)
            code = BROKEN
        if write and not fresh:
            try:
                _FOLDER.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            except OSError as error:
                raise UsageError(f"{path} can't be written: {error.strerror}") from None
            click.echo(f"wrote {path}")
    return code


def schema_text(kind: str) -> str:
    """The schema of this kind of file as it is committed."""
    if kind == "scenario":
        from mprunner.language.schema import scenario_schema_text

        return scenario_schema_text()
    if kind == "recording":
        from mprunner.recording.schema import recording_schema as schema
    elif kind == "schedule":
        from mprunner.exploring.schedule_reading import schedule_schema as schema
    else:
        from mprunner.report.schema import report_schema as schema
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
