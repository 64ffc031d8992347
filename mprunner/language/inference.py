"""Which objects a name in a routine may stand for: declared ones at once, parameters from all their call sites.

A value is a set of `Known` (kind and declared name), or None where anything is possible. The sets grow to a fixed point, so
that objects are followed through any chain of calls, recursive ones too.
"""

from __future__ import annotations

import ast

from mprunner.language.declarations import Declarations, Invocation, Routine
from mprunner.language.fields import Expression
from mprunner.language.pool_steps import ApplyAsync
from mprunner.language.walking import root_name
from mprunner.operations import SECTIONS
from mprunner.records import made, record

__all__ = ["OBJECT_KINDS", "PLAIN", "Inference", "Known", "Value"]

OBJECT_KINDS: tuple[str, ...] = ("process", *SECTIONS.values(), "result")
PLAIN = "plain value"


@record
class Known:
    """An object of a kind; `name` is the declared one, for a result the pool's."""

    kind: str
    name: str | None = None


Value = frozenset[Known] | None

_PLAIN_VALUE: frozenset[Known] = frozenset({Known(PLAIN)})
_ROUNDS = 50


@record(frozen=False)
class Inference:
    """What the parameters and variables of all routines may be."""

    declarations: Declarations
    values: dict[tuple[str, str], Value] = made(factory=dict)

    @classmethod
    def of(cls, declarations: Declarations) -> Inference:
        """Infers to the fixed point."""
        found = cls(declarations)
        for _ in range(_ROUNDS):
            before = dict(found.values)
            found._round()
            if found.values == before:
                break
        return found

    def value(self, tree: ast.expr, routine: Routine | None) -> Value:
        """What an expression in a routine may be; without routine only declared names are in scope."""
        if isinstance(tree, ast.Name):
            return self._name(tree.id, routine)
        if isinstance(tree, ast.Subscript):
            root = root_name(tree)
            if root is not None and isinstance(tree.value, ast.Name):
                inner = self._name(root.id, routine)
                if inner and any(one.kind in OBJECT_KINDS for one in inner):
                    return inner if self._is_family(root.id, routine) else self._elements(inner)
            return None
        if isinstance(tree, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Compare, ast.Dict, ast.UnaryOp)):
            return _PLAIN_VALUE
        return None

    def objects(self, tree: ast.expr, routine: Routine | None) -> frozenset[Known] | None:
        """As `value`, empty sets (a target that nobody calls) taken for unknown."""
        return self.value(tree, routine) or None

    def kind(self, tree: ast.expr, routine: Routine | None) -> str | None:
        """The one kind that an expression has; None when it is unknown or differs."""
        kinds = {one.kind for one in self.value(tree, routine) or ()}
        return kinds.pop() if len(kinds) == 1 else None

    def _is_family(self, name: str, routine: Routine | None) -> bool:
        if routine is not None and name in routine.variables:
            return False
        declared = self.declarations.names.get(name)
        return declared is not None and declared.members is not None

    def _elements(self, of: frozenset[Known]) -> Value:
        """What an index picks out of these, no family: a cell of an array is a plain value."""
        return _PLAIN_VALUE if {one.kind for one in of} == {"array"} else of

    def _name(self, name: str, routine: Routine | None) -> Value:
        if routine is not None and name in routine.variables:
            return self.values.get((routine.name, name), frozenset())
        declared = self.declarations.names.get(name)
        if declared is None or declared.kind == "global":
            return None
        if declared.kind == "param":
            return _PLAIN_VALUE
        return frozenset({Known(declared.kind, name)})

    def _round(self) -> None:
        for routine in self.declarations.routines.values():
            for step in routine.all_steps:
                if step.into is not None:
                    if isinstance(step.body, ApplyAsync):
                        pools = self.value(step.body.pool.tree, routine)
                        names = {one.name for one in pools or ()} or {None}
                        self._join(
                            routine.name, step.into, frozenset(Known("result", name) for name in names)
                        )
                    else:
                        self._join(routine.name, step.into, None)
            for assigned in routine.assigned():
                if assigned.by == "into":
                    continue
                value = None if assigned.value is None else self.value(assigned.value.tree, routine)
                self._join(routine.name, assigned.name, value)
        for invocation in self.declarations.invocations():
            self._bind(invocation)

    def _bind(self, invocation: Invocation) -> None:
        target = self.declarations.routines.get(invocation.target)
        if target is None:
            return
        for parameter in target.parameters:
            if not parameter.required:
                self._join(target.name, parameter.name, None if parameter.form != "plain" else _PLAIN_VALUE)
        plain = [parameter.name for parameter in target.parameters if parameter.form == "plain"]
        args = _items(invocation.args)
        if args is None or invocation.passed:
            for name in plain:
                self._join(target.name, name, None)
            return
        for name, item in zip(plain, args, strict=False):
            self._join(target.name, name, self.value(item, invocation.caller))
        for key, value in invocation.keywords or ():
            if key.text in plain:
                self._join(target.name, key.text, self.value(value.tree, invocation.caller))

    def _join(self, routine: str, name: str, value: Value) -> None:
        key = (routine, name)
        old = self.values.get(key, frozenset())
        self.values[key] = None if old is None or value is None else old | value


def _items(args: Expression | None) -> list[ast.expr] | None:
    """The items of a written list of arguments; None when only the run knows them."""
    if args is None:
        return []
    return args.tree.elts if isinstance(args.tree, (ast.List, ast.Tuple)) else None
