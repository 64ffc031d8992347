"""Options and arguments that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

__all__ = [
    "FiniteRange",
    "Jobs",
    "ScenarioPath",
    "color_option",
    "definitions_option",
    "max_processes_option",
    "paths_argument",
    "selecting_options",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # older versions of click have no parameter for it


class ScenarioPath(ParamType):
    """A path of a scenario file or a folder of them; shells complete it."""

    name = "path"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        from mprunner.cli.paths import completions

        return [CompletionItem(path) for path in completions(incomplete)]


class FiniteRange(click.FloatRange):
    """A number in a range, but neither `nan` nor `inf`, which `float` reads too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number", param, ctx)
        return number


class Jobs(ParamType):
    """How many processes; `auto` is 0: one for each core."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value == "auto":
            return 0
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor `auto`", param, ctx)
        if number < 0:
            self.fail(f"{value} is less than 0", param, ctx)
        return number


class Definition(ParamType):
    """`name=value`."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, given = str(value).partition("=")
        if not equals or not name.isidentifier():
            self.fail(f"{value!r} is not of the form name=value", param, ctx)
        return name, given


def paths_argument(*, required: bool = False) -> Callable[[Decorated], Decorated]:
    """`PATH...`: scenario files, folders, or `-`."""
    return click.argument("paths", nargs=-1, required=required, type=ScenarioPath(), metavar="PATH...")


color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour: auto is on a terminal only, unless NO_COLOR or FORCE_COLOR is set.",
)

definitions_option = click.option(
    "-D",
    "definitions",
    type=Definition(),
    multiple=True,
    metavar="NAME=VALUE",
    help="Give a parameter of the scenario (`params:`) another value.",
)


max_processes_option = click.option(
    "--max-processes",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    metavar="N",
    help="End a run in which more processes live at once.",
)


def selecting_options(command: Decorated) -> Decorated:
    """The options of `golden` and `accept`."""
    for option in (
        color_option,
        definitions_option,
        max_processes_option,
        click.option(
            "--time-scale",
            type=FiniteRange(min=0),
            default=1.0,
            metavar="FACTOR",
            help="Multiply every sleep and timeout.",
        ),
        click.option(
            "--start-method",
            type=click.Choice(["fork", "spawn", "forkserver"]),
            help="How processes are started.",
        ),
        click.option(
            "--tag", "tags", multiple=True, help="Only scenarios with this tag; repeated: with any of them."
        ),
        click.option("-k", "keyword", metavar="EXPR", help="Only scenarios whose name, path or tags match."),
    ):
        command = option(command)
    return command
