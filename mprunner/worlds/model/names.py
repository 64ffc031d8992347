"""Names of a program's processes and objects: who is who, and what stands for what."""

from __future__ import annotations

from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration, Program
from mprunner.program.handles import Handle, Ref

__all__ = ["Names", "ref_of"]

_FIRST_PID = 1000


class Names:
    """`threads` are those of processes, by name; `pids` are made up, one for each."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.threads: dict[str, int] = {}
        self.objects: dict[str, ObjectDeclaration] = {each.name: each for each in program.objects}
        self.processes: dict[str, ProcessDeclaration] = {each.name: each for each in program.processes}
        self.counts: dict[str, int | None] = {
            **{each.name: each.count for each in program.objects},
            **{each.name: each.replicas for each in program.processes},
        }
        self._pids: dict[str, int] = {}

    def pid(self, process: str) -> int:
        """The process's id, the same in every execution."""
        return self._pids.setdefault(process, _FIRST_PID + len(self._pids))

    def lock_of(self, ref: Ref) -> Ref | None:
        """The declared lock that an object was made with; None for its own, or none. See the real world's `Run.lock_of`."""
        declared = self.objects.get(ref.name)
        name = None if declared is None else declared.options.get("lock")
        given = Ref.of(name) if isinstance(name, str) else None
        lock = None if given is None else self.objects.get(given.name)
        if given is None or lock is None or given.index is not None:
            return given if lock is not None else None
        return Ref(lock.name, None if lock.count is None else ref.index)

    def acted_on(self, handle: Handle | None, operation: str) -> tuple[Handle | None, str | None]:
        """What is on record as acted on, and through what, where that is another."""
        if handle is None or operation not in ("acquire", "release"):
            return handle, None
        declared = self.objects.get(handle.ref.name)
        if declared is not None and handle.kind == "lock":
            return Handle(declared.kind, handle.ref), None  # its own lock has no other name than its
        lock = self.lock_of(handle.ref)
        return (handle, None) if lock is None else (Handle("lock", lock), str(handle.ref))


def ref_of(name: str) -> Ref:
    """`fork[2]` as a Ref."""
    base, bracket, index = name.partition("[")
    return Ref(base, int(index[:-1])) if bracket else Ref(name)
