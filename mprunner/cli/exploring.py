"""A session of `mprun explore`: scenario by scenario, each explored, judged and told."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mprunner.cli.exitcodes import BROKEN, INCONCLUSIVE, INTERRUPTED, INVALID, KEPT, UNFINISHED, worst
from mprunner.cli.paths import scenario_files
from mprunner.cli.request import RunRequest
from mprunner.cli.selection import parse_selection
from mprunner.errors import AuthoringError, UsageError
from mprunner.exploring.options import Asked, ExploreOptions, Limits
from mprunner.records import record
from mprunner.report.style import ColourChoice, Style, style_for
from mprunner.worlds.model.steps import Memory
from mprunner.worlds.model.unfollowed import Unfollowed

if TYPE_CHECKING:
    from mprunner.exploring.explore import Explorer
    from mprunner.exploring.results import Accounting, Exploration
    from mprunner.language.loading import Loaded
    from mprunner.language.models import Scenario
    from mprunner.recording.events import Recording
    from mprunner.report.exploration import ExplorationReport
    from mprunner.report.exploration_json import ExplorationJson

__all__ = ["ExploreRequest", "explore_scenarios"]

CODES = {"proved": KEPT, "violated": BROKEN, "inconclusive": INCONCLUSIVE}


@record
class ExploreRequest:
    """`mprun explore`, parsed."""

    paths: tuple[str, ...]
    method: Asked = "auto"
    memory: Memory = "sc"
    no_timeouts: bool = False
    respect_sleep: bool = False
    preemptions: int | None = None
    depth: int | None = None
    seconds: float | None = None
    executions: int | None = None
    jobs: int = 1
    seed: int = 0
    runs: int | None = None
    confirm: str | None = None
    save: str | None = None
    tree: str | None = None
    start_method: str | None = None
    keyword: str | None = None
    tags: tuple[str, ...] = ()
    verbosity: int = 0
    json: bool = False
    definitions: tuple[tuple[str, str], ...] = ()
    color: ColourChoice = "auto"

    @property
    def options(self) -> ExploreOptions:
        """How each scenario is explored."""
        return ExploreOptions(
            method=self.method,
            limits=Limits(self.seconds, self.executions, self.depth, self.preemptions),
            start_method=self.start_method,
            memory=self.memory,
            no_timeouts=self.no_timeouts,
            respect_sleep=self.respect_sleep,
            seed=self.seed,
            jobs=self.jobs,
            keep_schedules=sys.maxsize if self.confirm == "all" else 400 if self.tree is not None else 0,
        )


def explore_scenarios(request: ExploreRequest) -> int:
    """Explores all that `request` selects, tells it, and gives the exit code."""
    return _Session(request).run()


class _Session:
    def __init__(self, request: ExploreRequest) -> None:
        from mprunner.report.progress import Progress

        self._request = request
        style = style_for(sys.stdout, request.color, os.environ)
        self._report = _reporter(request, style)
        self._width = style.width
        self._progress = Progress(sys.stderr, width=style.width)
        self._exploring = ""

    def run(self) -> int:
        codes: list[int] = []
        selection = parse_selection(self._request.keyword) if self._request.keyword is not None else None
        asked = RunRequest(
            paths=self._request.paths,
            tags=self._request.tags,
            keyword=self._request.keyword,
            definitions=self._request.definitions,
        )
        files = scenario_files(self._request.paths)
        chosen = 0
        for file in files:
            from mprunner.cli.selected import selected

            try:
                loaded, scenarios = selected(file, asked, selection)
            except AuthoringError as error:
                from mprunner.language.rendering import render

                click.echo(render(error.diagnostics), err=True)
                codes.append(INVALID)
                continue
            chosen += len(scenarios)
            if scenarios and loaded.warnings:
                from mprunner.language.rendering import render

                click.echo(render(loaded.warnings), err=True)
            for scenario in scenarios:
                reason = self._reason_to_skip(scenario)
                if reason is not None:
                    self._report.skipped(scenario.name, loaded.source.path, reason)
                    continue
                code = self._explore(scenario, loaded)
                codes.append(code)
                if code == INTERRUPTED:
                    return INTERRUPTED
        if not chosen and not codes:
            from mprunner.cli.running import why_nothing

            click.echo(f"mprun: nothing to explore: {why_nothing(asked, files)}", err=True)
        return worst(codes)

    def _reason_to_skip(self, scenario: Scenario) -> str | None:
        if not scenario.not_under:
            return None
        from mprunner.cli.scenario_run import reason_not_under

        # A model has all start methods, whatever this platform has; fork is its own as it is a run's.
        return reason_not_under(scenario, self._request.start_method or scenario.start_method or "fork")

    def _explore(self, scenario: Scenario, loaded: Loaded) -> int:
        from mprunner.exploring.explore import Explorer
        from mprunner.program.compiler import compile_scenario

        self._exploring = scenario.name
        program = compile_scenario(scenario, source=loaded.source)
        name = None if len(loaded.scenarios) == 1 else scenario.name
        try:
            explorer = Explorer(scenario, program, self._request.options, source=loaded.source)
            runs = self._real_runs(scenario, loaded)
            found = explorer.explore(runs, self._tell)
        except Unfollowed as error:
            self._progress.clear()
            click.echo(f"mprun: {error}", err=True)
            return UNFINISHED
        self._progress.clear()
        if self._request.tree is not None:
            self._draw(explorer, found)
        self._report.done(found, program, loaded.source.lines, name=name)
        if self._request.save is not None:
            from mprunner.cli.confirming import save_schedules

            quiet = self._request.verbosity < 0
            save_schedules(explorer.model, found, self._request.save, width=self._width, quiet=quiet)
        code = self._code(found)
        if self._request.confirm is not None and code != INTERRUPTED:
            from mprunner.cli.confirming import confirm_schedules

            confirmed = confirm_schedules(explorer.model, found, self._request.confirm, self._progress.show)
            self._progress.clear()
            self._report.confirmed(confirmed)
            code = worst([code, INCONCLUSIVE if confirmed.failed else KEPT])
        return code

    def _draw(self, explorer: Explorer, found: Exploration) -> None:
        """Write the page of the tree, whole or not at all."""
        from mprunner.recording.whole import write_whole
        from mprunner.report.explored_tree import drawn

        assert self._request.tree is not None
        page = drawn(explorer.model, explorer.executions, found)
        path = self._request.tree
        try:
            write_whole(path, page)
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror}") from error

    def _code(self, found: Exploration) -> int:
        return INTERRUPTED if found.accounting.bound == "interrupted" else CODES[found.answer]

    def _tell(self, accounting: Accounting) -> bool:
        self._progress.show(f"{self._exploring}: {progress_line(accounting)}")
        return True

    def _real_runs(self, scenario: Scenario, loaded: Loaded) -> Sequence[Recording]:
        if self._request.runs is None:
            return ()
        from mprunner.cli.running import start
        from mprunner.cli.scenario_run import ScenarioRun
        from mprunner.worlds.real.supervisor import RealWorld

        asked = RunRequest(
            paths=self._request.paths,
            runs=self._request.runs,
            start_method=self._request.start_method,
            seed=self._request.seed,
            definitions=self._request.definitions,
        )
        world = RealWorld()
        try:
            start(world)
            return list(ScenarioRun(scenario, loaded, asked, world).recordings(self._request.runs))
        finally:
            world.close()


def _reporter(request: ExploreRequest, style: Style) -> ExplorationReport | ExplorationJson:
    if request.json:
        from mprunner.cli.version import VERSION
        from mprunner.report.exploration_json import ExplorationJson

        told = ExplorationJson(sys.stdout)
        told.start(version=VERSION, python=".".join(map(str, sys.version_info[:3])))
        return told
    from mprunner.report.exploration import ExplorationReport

    return ExplorationReport(sys.stdout, style, verbosity=request.verbosity)


def progress_line(accounting: Accounting) -> str:
    """`1,204 executions, 5,100/s, about 3,300 in all`; of a search over states `80,120 states, 41,000/s, 912 to look at`."""
    from mprunner.report.phrases import about, count

    over_states = accounting.method in ("states", "preemptions")
    number = accounting.states if over_states else accounting.executions
    rate = number / accounting.seconds if accounting.seconds else 0
    waiting = f", {accounting.waiting:,} to look at" if over_states else ""
    whole = about(accounting.estimate, number)
    in_all = "" if whole is None else f", {whole} in all"
    return f"{count(number, 'state' if over_states else 'execution')}, {rate:,.0f}/s{waiting}{in_all}"
