"""What a process, thread or worker of a scenario runs first and last: its place on record around the author's target."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mprunner.program.declarations import Program
from mprunner.program.handles import Handle, Ref
from mprunner.program.machine import Machine
from mprunner.worlds.conventions import exitcode_of
from mprunner.worlds.real import operations as operations  # fills the table of deeds
from mprunner.worlds.real import proc
from mprunner.worlds.real.actor import Actor, acting, here
from mprunner.worlds.real.memory import held_at_the_end
from mprunner.worlds.real.output import LineAssembler
from mprunner.worlds.real.run import Boot, Run
from mprunner.worlds.real.stderr import print_traceback

if TYPE_CHECKING:
    from mprunner.worlds.real.run import Kit


def capture_output() -> None:
    """From here what this process writes to its standard streams are events."""
    for name, event in (("stdout", "print"), ("stderr", "stderr")):
        if not isinstance(getattr(sys, name), LineAssembler):
            setattr(sys, name, LineAssembler(event))  # type: ignore[arg-type]


def finish_output() -> None:
    """Record the last line of each stream, where it has no end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, LineAssembler):
            stream.finish()


def run_from(boot: Boot) -> Run:
    """The state of the run in a process that inherited nothing."""
    with open(boot.program, "rb") as file:
        program: Program = pickle.load(file)
    run = Run(program, boot.program, boot.directory, boot.options, boot.method, kit_for(boot.method))
    for ref, (kind, thing) in boot.objects.items():
        run.objects.add(Handle(kind, ref), thing)
    run.objects.expect(boot.tokens)
    return run


def kit_for(method: str) -> Kit:
    """The maker of objects and processes: of threads for the method `threads`, else of processes."""
    if method == "threads":
        from mprunner.worlds.real.threads import ThreadKit

        return ThreadKit()
    from mprunner.worlds.real.processes import ProcessKit

    return ProcessKit(method)


class ProcessMain:
    """The real target of every declared process. Picklable: under spawn it takes along what the process needs."""

    def __init__(
        self, run: Run, ref: Ref, target: str | None, hello: dict[str, Any], needs: Iterable[str]
    ) -> None:
        self.run = run
        self.ref = ref
        self.target = target
        self.hello = hello
        self.needs = frozenset(needs)

    def __reduce__(self) -> tuple[Any, ...]:
        entrance = None
        if self.run.options.gate is not None:
            from mprunner.worlds.real.gate import Entrance  # no other run needs it

            entrance = Entrance(self.run.options.gate, str(self.ref))
        boot = self.run.boot(self.needs)
        return _rebuilt, (entrance, boot, self.ref, self.target, self.hello, self.needs)

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        actor = here()
        if actor is not None:
            # `Process.run()`: the target runs in the caller, as the caller.
            self._play(actor, args, kwargs)
            return
        in_thread = threading.current_thread() is not threading.main_thread()
        if not in_thread:
            self.run.become(str(self.ref))
        actor = acting(self.run, str(self.ref), **self.hello)
        capture_output()
        actor.arrive("begin")
        actor.note("begin", {"args": args, "kwargs": kwargs})
        live(actor, lambda: self._play(actor, args, kwargs), in_thread=in_thread)

    def _play(self, actor: Actor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Machine | None:
        if self.target is None:
            return None
        objects = self.run.objects
        given = objects.to_handles(list(args)), objects.to_handles(kwargs)
        machine = Machine(self.run.program, self.target, tuple(given[0]), given[1], self.run.globals)
        actor.machine = machine
        actor.play(machine)
        return machine


def _rebuilt(
    _entrance: None, boot: Boot, ref: Ref, target: str | None, hello: dict[str, Any], needs: Iterable[str]
) -> ProcessMain:
    # Not forked from who started it: it has lived since long before its first record.
    return ProcessMain(run_from(boot), ref, target, {**hello, "started": proc.birth()}, needs)


def live(actor: Actor, play: Any, *, in_thread: bool = False) -> None:
    """Play, then record how it ended. Leaves by SystemExit as CPython ends a process whose target raised."""
    exitcode = 0
    leave: SystemExit | None = None
    try:
        play()
    except SystemExit as error:
        leave, exitcode = error, exitcode_of(error)
    except BaseException as error:
        actor.uncaught(error)
        print_traceback(error, actor, _heading(actor, in_thread))
        leave, exitcode = SystemExit(1), 1
    finish_output()
    record_exit(actor, exitcode)
    if leave is not None and not in_thread:
        raise leave


def record_exit(actor: Actor, exitcode: int) -> None:
    """Record the process's own last instant: as far as it knows, how it ends, with its variables and times."""
    actor.arrive("exit")
    spent = proc.own_times(whole=actor.alone)
    payload: dict[str, Any] = {"exitcode": exitcode}
    if actor.machine is not None:
        payload["variables"] = actor.machine.variables()
        if actor.is_main:
            payload["variables"] = {**held_at_the_end(actor.run), **payload["variables"]}
    if spent is not None:
        payload["running"], payload["ready"] = spent.running, spent.ready
    actor.exiting(payload)


def _heading(actor: Actor, in_thread: bool) -> str | None:
    """What CPython writes above a traceback: nothing in a main process."""
    if in_thread:
        return f"Exception in thread {threading.current_thread().name}:"
    return None if actor.is_main else f"Process {process_name()}:"


def process_name() -> str:
    """What multiprocessing calls this process."""
    from multiprocessing import current_process

    return current_process().name
