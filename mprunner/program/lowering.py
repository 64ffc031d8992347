"""Syntax trees of expressions to instructions: looks at the world are taken out, in Python's order of evaluation.

`q.empty() and x > q.qsize()` becomes two operations into temporaries with a jump between them, so that the second one
happens only if Python would do it. What remains is pure and stays an expression. A part that stands before an operation is
evaluated before it, into a temporary, so that its errors come first, as in Python.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from mprunner.operations import ATTRIBUTES, OPERATIONS
from mprunner.program import expressions
from mprunner.program import instructions as program
from mprunner.program.cells import Cells
from mprunner.program.code import Code
from mprunner.program.expressions import Constant, Expr, Local
from mprunner.program.scopes import Scope

__all__ = ["Lowering"]

_OBSERVERS = frozenset(spec.name for spec in OPERATIONS if spec.form == "method" and spec.kind == "none")
_METHODS = frozenset(spec.name for spec in OPERATIONS if spec.form == "method" and spec.kind != "none") | {
    "get"
}

_OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


class Lowering:
    """Turns trees into expressions, and puts the operations that they need into `code`."""

    def __init__(self, scope: Scope, code: Code) -> None:
        self._scope = scope
        self._code = code
        self._observing: dict[int, tuple[ast.AST, bool]] = {}
        self.cells = Cells(scope, code, self)

    def value(self, tree: ast.expr) -> Expr:
        """An expression for `tree`, valid at this place of the code."""
        return self._METHODS[type(tree)](self, tree)

    def values(self, trees: Sequence[ast.expr]) -> list[Expr]:
        """Expressions for several trees that are evaluated one after the other."""
        last = max((i for i, tree in enumerate(trees) if self._observes(tree)), default=-1)
        found = []
        for position, tree in enumerate(trees):
            value = self.value(tree)
            found.append(self.kept(value) if position < last else value)
        return found

    def _observes(self, tree: ast.AST) -> bool:
        known = self._observing.get(id(tree))
        if known is not None:
            return known[1]
        answer = (
            (isinstance(tree, ast.Call) and _is_look(tree.func))
            or (isinstance(tree, ast.Attribute) and tree.attr in ATTRIBUTES)
            or self.cells.looked_at(tree)
            or any(self._observes(child) for child in ast.iter_child_nodes(tree))
        )
        self._observing[id(tree)] = (tree, answer)
        return answer

    def kept(self, value: Expr) -> Expr:
        """`value`, evaluated here and now."""
        if isinstance(value, Constant) or (isinstance(value, Local) and value.name.startswith("%")):
            return value
        return self.store(value)

    def store(self, value: Expr, place: Local | None = None) -> Local:
        """A temporary (or `place`) with the value."""
        into = place or self._code.temporary()
        self._code.emit(program.Assign(into, value, self._code.site))
        return into

    def operate(self, name: str, owner: Expr | None, arguments: Sequence[tuple[str, Expr]] = ()) -> Local:
        """A temporary with what an operation gives."""
        into = self._code.temporary()
        self._code.emit(program.Operate(name, owner, tuple(arguments), into, self._code.site))
        return into

    def _unless(self, test: Expr) -> int:
        return self._code.emit(program.JumpUnless(test, -1, self._code.site))

    def _constant(self, tree: ast.Constant) -> Expr:
        return Constant(tree.value)

    def _name(self, tree: ast.Name) -> Expr:
        return self._scope.resolve(tree.id)

    def _unary(self, tree: ast.UnaryOp) -> Expr:
        return expressions.Unary(_OPERATORS[type(tree.op)], self.value(tree.operand))

    def _binary(self, tree: ast.BinOp) -> Expr:
        left, right = self.values([tree.left, tree.right])
        return expressions.Binary(_OPERATORS[type(tree.op)], left, right)

    def _logical(self, tree: ast.BoolOp) -> Expr:
        word = "and" if isinstance(tree.op, ast.And) else "or"
        if not any(self._observes(operand) for operand in tree.values[1:]):
            return expressions.Logical(word, tuple(self.value(operand) for operand in tree.values))  # type: ignore[arg-type]
        result = self._code.temporary()
        decided = []
        for position, operand in enumerate(tree.values):
            self.store(self.value(operand), result)
            if position < len(tree.values) - 1:
                decided.append(self._unless(result if word == "and" else expressions.Unary("not", result)))
        self._code.land(*decided)
        return result

    def _conditional(self, tree: ast.IfExp) -> Expr:
        if not self._observes(tree.body) and not self._observes(tree.orelse):
            test = self.value(tree.test)
            return expressions.Conditional(test, self.value(tree.body), self.value(tree.orelse))
        result = self._code.temporary()
        otherwise = self._unless(self.value(tree.test))
        self.store(self.value(tree.body), result)
        done = self._code.emit(program.Jump(-1))
        self._code.land(otherwise)
        self.store(self.value(tree.orelse), result)
        self._code.land(done)
        return result

    def _compare(self, tree: ast.Compare) -> Expr:
        operators = tuple(_OPERATORS[type(operator)] for operator in tree.ops)
        if self.cells.looked_at(tree):
            return self._compare_in_turn(tree, operators)
        if not any(self._observes(right) for right in tree.comparators[1:]):
            left, first = self.values([tree.left, tree.comparators[0]])
            rest = [self.value(right) for right in tree.comparators[1:]]
            return expressions.Compare(left, operators, (first, *rest))
        return self._compare_in_turn(tree, operators)

    def _compare_in_turn(self, tree: ast.Compare, operators: tuple[str, ...]) -> Expr:
        """A comparison as steps: each side is evaluated when Python would."""
        result = self._code.temporary()
        left = self.kept(self.value(tree.left))
        decided = []
        for position, (operator, comparator) in enumerate(zip(operators, tree.comparators, strict=True)):
            right = self.kept(self.value(comparator))
            contained = operator in ("in", "not in") and self.cells.may_be_array(comparator)
            self.store(
                self.cells.contained(left, operator, right)
                if contained
                else expressions.Compare(left, (operator,), (right,)),
                result,
            )
            left = right
            if position < len(operators) - 1:
                decided.append(self._unless(result))
        self._code.land(*decided)
        return result

    def _subscript(self, tree: ast.Subscript) -> Expr:
        if isinstance(tree.value, ast.Name) and not isinstance(tree.slice, ast.Slice):
            owner = self._scope.resolve(tree.value.id)
            if isinstance(owner, expressions.Object) and owner.family:
                return expressions.Object(owner.kind, owner.name, self.value(tree.slice))
        value, index = self.values([tree.value, tree.slice])
        if not self.cells.may_be_array(tree.value):
            return expressions.Subscript(value, index)
        return self.cells.element(value, index)

    def _slice(self, tree: ast.Slice) -> Expr:
        nothing = ast.Constant(None)
        lower, upper, step = self.values([tree.lower or nothing, tree.upper or nothing, tree.step or nothing])
        return expressions.Slice(lower, upper, step)

    def _list(self, tree: ast.List) -> Expr:
        return expressions.Collection("list", tuple(self.values(tree.elts)))

    def _tuple(self, tree: ast.Tuple) -> Expr:
        return expressions.Collection("tuple", tuple(self.values(tree.elts)))

    def _set(self, tree: ast.Set) -> Expr:
        return expressions.Collection("set", tuple(self.values(tree.elts)))

    def _dict(self, tree: ast.Dict) -> Expr:
        parts = [
            part for pair in zip(tree.keys, tree.values, strict=True) for part in pair if part is not None
        ]
        values = self.values(parts)
        return expressions.Mapping(tuple(zip(values[::2], values[1::2], strict=True)))

    def _template(self, tree: ast.JoinedStr) -> Expr:
        last = max((i for i, part in enumerate(tree.values) if self._observes(part)), default=-1)
        parts: list[str | expressions.FormatField] = []
        for position, part in enumerate(tree.values):
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
                continue
            assert isinstance(part, ast.FormattedValue)
            field = self._format_field(part)
            if position < last:  # formatted before the world is looked at again, as Python does
                field = expressions.FormatField(self.store(expressions.Template((field,))))
            parts.append(field)
        return expressions.Template(tuple(parts))

    def _format_field(self, tree: ast.FormattedValue) -> expressions.FormatField:
        conversion = "" if tree.conversion == -1 else chr(tree.conversion)
        if tree.format_spec is None:
            return expressions.FormatField(self.value(tree.value), conversion)
        value, spec = self.values([tree.value, tree.format_spec])
        return expressions.FormatField(value, conversion, spec)

    def _attribute(self, tree: ast.Attribute) -> Expr:
        owner = self.value(tree.value)
        operation = ATTRIBUTES.get(tree.attr)
        if operation is None:
            return expressions.Attribute(owner, tree.attr)
        arguments = () if operation == tree.attr else (("attribute", Constant(tree.attr)),)
        return self.operate(operation, owner, arguments)

    def _call(self, tree: ast.Call) -> Expr:
        given = [*tree.args, *(keyword.value for keyword in tree.keywords)]
        names = [str(keyword.arg) for keyword in tree.keywords]
        if isinstance(tree.func, ast.Name):
            if tree.func.id in _OBSERVERS:
                return self.operate(tree.func.id, None)
            values = self.values(given)
            arguments, keywords = _split(values, names)
            if self.cells.looked_at(tree):
                return self.cells.call(tree.func.id, arguments, keywords)
            return expressions.CallBuiltin(tree.func.id, arguments, keywords)
        assert isinstance(tree.func, ast.Attribute)
        owner, *values = self.values([tree.func.value, *given])
        arguments, keywords = _split(values, names)
        name = tree.func.attr
        if name == "get":
            return self._get(owner, arguments, keywords)
        if name in _METHODS:
            return self.operate(name, owner)
        return expressions.CallMethod(owner, name, arguments, keywords)

    def _get(self, owner: Expr, arguments: tuple[Expr, ...], keywords: tuple[tuple[str, Expr], ...]) -> Expr:
        """`x.get(...)`: of a result it is an operation, of a mapping it is pure; often only the run can tell."""
        pure = expressions.CallMethod(owner, "get", arguments, keywords)
        timeouts = (*(("timeout", value) for value in arguments), *keywords)
        if len(timeouts) > 1 or any(name != "timeout" for name, _value in timeouts):
            return pure
        if isinstance(owner, expressions.Object):
            return self.operate("get", owner, timeouts)
        owner = self.kept(owner)
        values = [self.kept(value) for _name, value in timeouts]
        timeouts = tuple(("timeout", value) for value in values)
        otherwise = self._unless(expressions.CallBuiltin("%is_handle", (owner,)))
        result = self.operate("get", owner, timeouts)
        done = self._code.emit(program.Jump(-1))
        self._code.land(otherwise)
        self.store(
            expressions.CallMethod(
                owner, "get", tuple(values) if arguments else (), () if arguments else timeouts
            ),
            result,
        )
        self._code.land(done)
        return result

    _METHODS: ClassVar[dict[type, Callable[[Any, Any], Expr]]] = {
        ast.Attribute: _attribute,
        ast.BinOp: _binary,
        ast.BoolOp: _logical,
        ast.Call: _call,
        ast.Compare: _compare,
        ast.Constant: _constant,
        ast.Dict: _dict,
        ast.IfExp: _conditional,
        ast.JoinedStr: _template,
        ast.List: _list,
        ast.Name: _name,
        ast.Set: _set,
        ast.Slice: _slice,
        ast.Subscript: _subscript,
        ast.Tuple: _tuple,
        ast.UnaryOp: _unary,
    }


def _is_look(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in _OBSERVERS
    return isinstance(function, ast.Attribute) and function.attr in _METHODS


def _split(values: list[Expr], names: list[str]) -> tuple[tuple[Expr, ...], tuple[tuple[str, Expr], ...]]:
    count = len(values) - len(names)
    return tuple(values[:count]), tuple(zip(names, values[count:], strict=True))
