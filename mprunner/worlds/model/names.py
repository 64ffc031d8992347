"""Names of a program's processes and objects: who is who, and what stands for what."""

from __future__ import annotations

from mprunner.program.declarations import ObjectDeclaration, ProcessDeclaration, Program
from mprunner.program.handles import Handle, Ref
from mprunner.worlds.conventions import lock_of

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
        self._locks: dict[Ref, Ref | None] = {}

    @property
    def written(self) -> list[str]:
        """Main and the declared processes, each replica."""
        return [name for name in self.threads if name == "main" or name.partition("[")[0] in self.processes]

    def pid(self, process: str) -> int:
        """The process's id, the same in every execution."""
        return self._pids.setdefault(process, _FIRST_PID + len(self._pids))

    def lock_of(self, ref: Ref) -> Ref | None:
        """The declared lock that an object was made with, see `conventions.lock_of`."""
        if ref not in self._locks:
            self._locks[ref] = lock_of(self._program, ref)
        return self._locks[ref]

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
