"""What a run needs before its stage is forked, and the names that both sides know."""

from __future__ import annotations

from mprunner.operations import Kind
from mprunner.program.declarations import Program
from mprunner.worlds.base import RunOptions

NOISE = "noise"
"""Name of the file, in a run's directory, for what comes out of its processes beneath Python."""


USUAL = (
    "mprunner.program.execution", "mprunner.worlds.real.stage", "mprunner.worlds.real.operations",
    "mprunner.worlds.real.processes", "multiprocessing.popen_fork",
)  # fmt: skip
"""What nearly every run uses: the keeper imports it while mprun is still loading the scenario."""


_MEMORY = ("multiprocessing.sharedctypes", "multiprocessing.synchronize", "mprunner.worlds.real.memory")

_USED_BY: dict[Kind, tuple[str, ...]] = {
    "queue": ("multiprocessing.queues",),
    "value": _MEMORY,
    "array": _MEMORY,
    "pool": ("multiprocessing.pool", "mprunner.worlds.real.workers"),
    "manager": ("multiprocessing.managers", "mprunner.worlds.real.workers"),
}
"""What making an object of a kind imports."""


def method_of(program: Program, options: RunOptions) -> str:
    """The start method of a run: what was asked for, else what the program says, else fork; `threads` for threads."""
    if options.backend == "threads":
        return "threads"
    return options.start_method or program.start_method or "fork"


def modules_for(program: Program, options: RunOptions) -> tuple[str, ...]:
    """The modules that a run of this program uses, to be imported once for all its runs."""
    kinds = {declared.kind for declared in program.objects}
    modules = ["mprunner.worlds.real.stage", "mprunner.worlds.real.operations"]
    if options.backend == "threads":
        return (*modules, "mprunner.worlds.real.threads")
    modules += ["mprunner.worlds.real.processes", "multiprocessing.popen_fork"]
    for kind, used in _USED_BY.items():
        if kind in kinds:
            modules += used
    if uses_tracker(program, options):
        modules += ["multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"]
    return tuple(modules)


def uses_tracker(program: Program, options: RunOptions) -> bool:
    """Whether named semaphores outlive their creation in this run: some start method is not fork."""
    if options.backend == "threads":
        return False
    contexts = {declared.options.get("context") for declared in program.objects} - {None}
    return bool({method_of(program, options), *contexts} - {"fork"})
