"""The command `mprun`: a table of commands, each imported when it is used.

What runs most often, `--help`, `--version` and completion, imports click and nothing else.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from mprunner.cli.exitcodes import KEPT, TABLE, USAGE

__all__ = ["COMMANDS", "OutputClosed", "commands", "main", "program"]

COMMANDS: dict[str, str] = {
    "run": "Run scenarios and judge them; `mprun PATH...` does the same.",
    "validate": "Check scenario files without running them.",
    "new": "Write a commented scenario to start from.",
    "explore": "Find every schedule that matters; prove promises or break them.",
    "replay": "Play a schedule on real processes.",
    "list": "List scenarios: what they are made of, their tags.",
    "describe": "Tell who does what in a scenario, and what it promises.",
    "explain": "Show what promises mean: core forms, formula, examples.",
    "check": "Judge a saved recording by a scenario's promises.",
    "show": "Show a saved recording, one lane a process.",
    "golden": "Compare what scenarios show with their stored goldens.",
    "accept": "Store what scenarios show as their goldens.",
    "schema": "Print, check or write the JSON Schemas of the file formats.",
    "completion": "Print the completion script for a shell.",
}
"""Each command's line in `--help`; the command is `command` in the module of its name (`list` in `list_`)."""

_OBJECTS_PER_COLLECTION = 500_000
"""Loading makes some hundred thousand objects that stay, among which Python's usual 700 would have it look for garbage:
a fifth of the time that a short scenario takes."""

_OWN_OPTIONS = ("--help", "-h", "--version")
_SUFFIXES = (".yaml", ".yml")

_EPILOG = (
    "\b\nExit codes:\n"
    + "\n".join(f"  {code:>3}  {meaning}" for code, meaning in TABLE)
    + ("\n\nOf several scenarios the first of 70, 130, 3, 4, 1, 6, 5, 0 wins.")
)


class OutputClosed(Exception):  # noqa: N818 - it is no error
    """Whoever read our output has gone; not an OSError, because click would turn that into exit code 1."""


class Commands(click.Group):
    """Commands by name; a first argument that is a path, `-` or an option of `run` means `run`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f"mprunner.cli.{'list_' if name == 'list' else name}")
        command: click.Command = module.command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit(USAGE)
        if args and means_run(args[0]):
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from mprunner.cli.paths import unknown_command

            raise click.UsageError(unknown_command(args[0]), ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **more)  # prints --help
        except BrokenPipeError as error:
            raise OutputClosed from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise OutputClosed from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        from mprunner.cli.paths import completions

        found = [
            CompletionItem(name, help=told) for name, told in COMMANDS.items() if name.startswith(incomplete)
        ]
        if incomplete.startswith("-"):
            options = [*_OWN_OPTIONS[::2], "--version"]
            found += [
                CompletionItem(option) for option in dict.fromkeys(options) if option.startswith(incomplete)
            ]
            command = self.get_command(ctx, "run")
            assert command is not None
            found += command.shell_complete(click.Context(command, parent=ctx, info_name="run"), incomplete)
        else:
            found += [CompletionItem(path) for path in completions(incomplete)]
        return list({item.value: item for item in found}.values())


def means_run(first: str) -> bool:
    """Whether a command line that begins with `first` is one of `run`."""
    if first in COMMANDS or first in _OWN_OPTIONS:
        return False
    if first.startswith("-"):
        return True
    return os.sep in first or first.lower().endswith(_SUFFIXES) or os.path.exists(first)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from mprunner.cli.version import VERSION

        click.echo(f"mprunner {VERSION}")
        ctx.exit()


@click.command(
    cls=Commands,
    epilog=_EPILOG,
    subcommand_metavar="PATH... | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def commands() -> None:
    """Run processes, queues, locks and pools that a page of YAML describes, and say whether the promised order held.

    \b
      mprun scenarios/lock.yaml            run a scenario
      mprun scenarios --runs 20            run a folder of them, each 20 times
      mprun new mine --like queue          write one of your own
    """


def _ensure_streams() -> None:
    """Standard streams that take any text. A closed one becomes the null device, lest a pipe of ours gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line (of this process unless given) and returns the exit code; nothing is raised."""
    _ensure_streams()
    try:
        result = commands.main(
            args=None if arguments is None else list(arguments), prog_name="mprun", standalone_mode=False
        )
        sys.stdout.flush()
    except BaseException as error:
        from mprunner.cli.errors import handled

        return handled(error)
    return result if isinstance(result, int) else KEPT


def program() -> NoReturn:
    """The process `mprun`, from its command line to its exit code.

    It ends at once: to take all loaded modules apart one by one lasts longer than many a run.
    """
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
