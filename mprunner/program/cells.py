"""Arrays in expressions: `buf[i]`, `2 in buf`, `sum(buf)` become reads of cells, in the order in which Python makes them.

Whether a name stands for an array or for a list often only the run can tell; then both are compiled, with a jump between them.
A scenario without arrays has none of this.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mprunner.program import expressions
from mprunner.program import instructions as program
from mprunner.program.expressions import Constant, Expr, Local

if TYPE_CHECKING:
    from mprunner.program.code import Code
    from mprunner.program.lowering import Lowering
    from mprunner.program.scopes import Scope

__all__ = ["Cells"]

_GIVING = frozenset({"get_obj", "get"})
"""Methods that may give an array."""

_GOING_THROUGH = frozenset({
    "all", "any", "enumerate", "len", "list", "max", "min", "reversed", "set", "sorted", "sum", "tuple",
})  # fmt: skip
"""Functions that look at all items of their first argument (`len` only at how many there are)."""


class Cells:
    """What of a target's expressions looks at the cells of arrays."""

    def __init__(self, scope: Scope, code: Code, lowering: Lowering) -> None:
        self._scope = scope
        self._code = code
        self._lowering = lowering
        self._some = scope.world.has_arrays

    def may_be_array(self, tree: ast.expr) -> bool:
        """Whether an expression may give an array."""
        if not self._some:
            return False
        if isinstance(tree, ast.Name):
            found = self._scope.resolve(tree.id)
            if isinstance(found, expressions.Object):
                return found.kind == "array"
            return not isinstance(found, Constant)
        if isinstance(tree, ast.Subscript):
            return True
        return (
            isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute) and tree.func.attr in _GIVING
        )

    def looked_at(self, tree: ast.AST) -> bool:
        """Whether this part of an expression itself looks at cells of what may be an array."""
        if not self._some:
            return False
        if isinstance(tree, ast.Subscript):
            return self.may_be_array(tree.value) and not self._is_member(tree)
        if isinstance(tree, ast.Call):
            name = tree.func.id if isinstance(tree.func, ast.Name) else None
            return name in _GOING_THROUGH and bool(tree.args) and self.may_be_array(tree.args[0])
        if isinstance(tree, ast.Compare):
            return any(
                isinstance(operator, (ast.In, ast.NotIn)) and self.may_be_array(right)
                for operator, right in zip(tree.ops, tree.comparators, strict=True)
            )
        return False

    def element(self, owner: Expr, index: Expr) -> Expr:
        """`owner[index]`."""
        if isinstance(owner, expressions.Object):
            return self._read(owner, index)
        owner, index = self._lowering.kept(owner), self._lowering.kept(index)
        return self._either(
            owner, lambda: self._read(owner, index), lambda: expressions.Subscript(owner, index)
        )

    def contained(self, left: Expr, operator: str, right: Expr) -> Expr:
        """`left in right` or `left not in right`, where `right` may be an array: it is read up to the first equal cell."""

        def search() -> Expr:
            found = self._lowering.store(Constant(operator != "in"))
            with self._each_cell(right, _from_left) as (item, again):
                equal = expressions.Compare(item, ("==",), (left,))
                self._code.emit(program.JumpUnless(equal, again, self._code.site))
                self._lowering.store(Constant(operator == "in"), found)
            return found

        return self._either(right, search, lambda: expressions.Compare(left, (operator,), (right,)))

    def call(self, name: str, arguments: Sequence[Expr], keywords: tuple[tuple[str, Expr], ...]) -> Expr:
        """A function over what may be an array. Its arguments have all been evaluated."""
        owner, *rest = (self._lowering.kept(argument) for argument in arguments)

        def over_cells() -> Expr:
            if name == "len":
                return self.size(owner)
            if name in ("any", "all"):
                return self._decided(name, owner)
            items = self._gathered(owner, backwards=name == "reversed")
            return items if name == "reversed" else expressions.CallBuiltin(name, (items, *rest), keywords)

        return self._either(
            owner, over_cells, lambda: expressions.CallBuiltin(name, (owner, *rest), keywords)
        )

    def size(self, owner: Expr) -> Expr:
        """How many cells an array has."""
        return self._lowering.operate("len", owner)

    def is_array(self, owner: Expr) -> Expr:
        """Whether a value stands for an object, which can then only be an array."""
        return expressions.CallBuiltin("%is_handle", (owner,))

    def _is_member(self, tree: ast.Subscript) -> bool:
        """Whether an index picks one of a family."""
        if not isinstance(tree.value, ast.Name) or isinstance(tree.slice, ast.Slice):
            return False
        owner = self._scope.resolve(tree.value.id)
        return isinstance(owner, expressions.Object) and owner.family

    def _read(self, owner: Expr, index: Expr) -> Local:
        return self._lowering.operate("read", owner, (("index", index),))

    def _either(self, owner: Expr, cells: Callable[[], Expr], plain: Callable[[], Expr]) -> Local:
        """What is compiled for an array, or else for a plain value."""
        code, result = self._code, self._code.temporary()
        otherwise = code.emit(program.JumpUnless(self.is_array(owner), -1, code.site))
        self._lowering.store(cells(), result)
        done = code.emit(program.Jump(-1))
        code.land(otherwise)
        self._lowering.store(plain(), result)
        code.land(done)
        return result

    @contextmanager
    def _each_cell(self, owner: Expr, indices: Callable[[Expr], Expr]) -> Iterator[tuple[Local, int]]:
        """A loop over cells, which its body ends unless it jumps: gives the item, and where the next round begins."""
        code = self._code
        sequence = indices(self.size(owner))
        with code.kept() as state:
            code.emit(program.BeginIteration(state.name, sequence, False, code.site))
            again, index = code.here, code.temporary()
            end = code.emit(program.Iterate(state.name, (index,), -1, code.site))
            yield self._read(owner, index), again
            code.land(end)

    def _gathered(self, owner: Expr, *, backwards: bool) -> Expr:
        """A list of all cells."""
        items = self._lowering.store(expressions.Collection("list", ()))
        with self._each_cell(owner, _from_right if backwards else _from_left) as (item, again):
            self._code.emit(program.Mutate("append", items, item, self._code.site))
            self._code.emit(program.Jump(again))
        return items

    def _decided(self, name: str, owner: Expr) -> Expr:
        """`any` and `all` read up to the cell that decides."""
        found = self._lowering.store(Constant(name == "all"))
        with self._each_cell(owner, _from_left) as (item, again):
            decides = item if name == "any" else expressions.Unary("not", item)
            self._code.emit(program.JumpUnless(decides, again, self._code.site))
            self._lowering.store(Constant(name == "any"), found)
        return found


def _from_left(size: Expr) -> Expr:
    return expressions.CallBuiltin("range", (size,))


def _from_right(size: Expr) -> Expr:
    last = expressions.Binary("-", size, Constant(1))
    return expressions.CallBuiltin("range", (last, Constant(-1), Constant(-1)))
