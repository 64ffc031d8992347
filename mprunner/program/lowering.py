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
from mprunner.program import instructions as program
from mprunner.program.code import Code
from mprunner.program.instructions import Constant, Expr, Local
from mprunner.program.scopes import Scope

__all__ = ["Lowering"]

_OBSERVERS = frozenset(spec.name for spec in OPERATIONS if spec.form == "method" and spec.kind == "none")
_METHODS = frozenset(spec.name for spec in OPERATIONS if spec.form == "method" and spec.kind != "none") | {
    "get"
}

_GIVING = frozenset({"get_obj", "get"})
"""Methods that may give an array."""

_OVER_ITEMS = frozenset({
    "all", "any", "dict", "enumerate", "len", "list", "max", "min", "reversed", "set", "sorted", "sum", "tuple", "zip",
})  # fmt: skip
"""Functions that look at all items of what they are given (`len` only at how many there are)."""

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

    def value(self, tree: ast.expr) -> Expr:
        """An expression for `tree`, valid at this place of the code."""
        return self._METHODS[type(tree)](self, tree)

    def values(self, trees: Sequence[ast.expr]) -> list[Expr]:
        """Expressions for several trees that are evaluated one after the other."""
        last = max((i for i, tree in enumerate(trees) if self._observes(tree)), default=-1)
        found = []
        for position, tree in enumerate(trees):
            value = self.value(tree)
            found.append(self._kept(value) if position < last else value)
        return found

    def _observes(self, tree: ast.AST) -> bool:
        known = self._observing.get(id(tree))
        if known is not None:
            return known[1]
        answer = (
            (isinstance(tree, ast.Call) and _is_look(tree.func))
            or (isinstance(tree, ast.Attribute) and tree.attr in ATTRIBUTES)
            or self._goes_through(tree)
            or any(self._observes(child) for child in ast.iter_child_nodes(tree))
        )
        self._observing[id(tree)] = (tree, answer)
        return answer

    def _kept(self, value: Expr) -> Expr:
        """`value`, evaluated here and now."""
        if isinstance(value, Constant) or (isinstance(value, Local) and value.name.startswith("%")):
            return value
        return self.store(value)

    def store(self, value: Expr, place: Local | None = None) -> Local:
        """A temporary (or `place`) with the value."""
        into = place or self._code.temporary()
        self._code.emit(program.Assign(into, value, self._code.site))
        return into

    def _operate(self, name: str, owner: Expr | None, arguments: Sequence[tuple[str, Expr]] = ()) -> Local:
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
        return program.Unary(_OPERATORS[type(tree.op)], self.value(tree.operand))

    def _binary(self, tree: ast.BinOp) -> Expr:
        left, right = self.values([tree.left, tree.right])
        return program.Binary(_OPERATORS[type(tree.op)], left, right)

    def _logical(self, tree: ast.BoolOp) -> Expr:
        word = "and" if isinstance(tree.op, ast.And) else "or"
        if not any(self._observes(operand) for operand in tree.values[1:]):
            return program.Logical(word, tuple(self.value(operand) for operand in tree.values))  # type: ignore[arg-type]
        result = self._code.temporary()
        decided = []
        for position, operand in enumerate(tree.values):
            self.store(self.value(operand), result)
            if position < len(tree.values) - 1:
                decided.append(self._unless(result if word == "and" else program.Unary("not", result)))
        self._code.land(*decided)
        return result

    def _conditional(self, tree: ast.IfExp) -> Expr:
        if not self._observes(tree.body) and not self._observes(tree.orelse):
            test = self.value(tree.test)
            return program.Conditional(test, self.value(tree.body), self.value(tree.orelse))
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
        if self._goes_through(tree):
            return self._compare_in_turn(tree, operators)
        if not any(self._observes(right) for right in tree.comparators[1:]):
            left, first = self.values([tree.left, tree.comparators[0]])
            rest = [self.value(right) for right in tree.comparators[1:]]
            return program.Compare(left, operators, (first, *rest))
        return self._compare_in_turn(tree, operators)

    def _compare_in_turn(self, tree: ast.Compare, operators: tuple[str, ...]) -> Expr:
        """A comparison as steps: each side is evaluated when Python would."""
        result = self._code.temporary()
        left = self._kept(self.value(tree.left))
        decided = []
        for position, (operator, comparator) in enumerate(zip(operators, tree.comparators, strict=True)):
            contained = operator in ("in", "not in")
            right = self._kept(self.items(comparator) if contained else self.value(comparator))
            self.store(program.Compare(left, (operator,), (right,)), result)
            left = right
            if position < len(operators) - 1:
                decided.append(self._unless(result))
        self._code.land(*decided)
        return result

    def _subscript(self, tree: ast.Subscript) -> Expr:
        if isinstance(tree.value, ast.Name) and not isinstance(tree.slice, ast.Slice):
            owner = self._scope.resolve(tree.value.id)
            if isinstance(owner, program.Object) and owner.family:
                return program.Object(owner.kind, owner.name, self.value(tree.slice))
        value, index = self.values([tree.value, tree.slice])
        if not self.may_be_array(tree.value):
            return program.Subscript(value, index)
        return self._element(value, index)

    def _element(self, owner: Expr, index: Expr) -> Expr:
        """`owner[index]`: of an array it is an operation, of a list it is pure; often only the run can tell."""
        given = (("index", index),)
        if isinstance(owner, program.Object):
            return self._operate("read", owner, given)
        owner, index = self._kept(owner), self._kept(index)
        otherwise = self._unless(program.CallBuiltin("%is_handle", (owner,)))
        result = self._operate("read", owner, (("index", index),))
        done = self._code.emit(program.Jump(-1))
        self._code.land(otherwise)
        self.store(program.Subscript(owner, index), result)
        self._code.land(done)
        return result

    def may_be_array(self, tree: ast.expr) -> bool:
        """Whether an expression may give an array, of which each look at a cell is an operation."""
        if not self._scope.world.has_arrays:
            return False
        if isinstance(tree, ast.Name):
            found = self._scope.resolve(tree.id)
            if isinstance(found, program.Object):
                return found.kind == "array"
            return not isinstance(found, Constant)
        if isinstance(tree, ast.Subscript):
            return True
        return (
            isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute) and tree.func.attr in _GIVING
        )

    def _goes_through(self, tree: ast.AST) -> bool:
        """Whether a part looks at the cells of what may be an array: by an index, or all of them."""
        if not self._scope.world.has_arrays:
            return False
        if isinstance(tree, ast.Subscript):
            return self.may_be_array(tree.value) and not self._is_member(tree)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return tree.func.id in _OVER_ITEMS and any(map(self.may_be_array, tree.args))
        if isinstance(tree, ast.Compare):
            return any(
                isinstance(operator, (ast.In, ast.NotIn)) and self.may_be_array(right)
                for operator, right in zip(tree.ops, tree.comparators, strict=True)
            )
        return False

    def _is_member(self, tree: ast.Subscript) -> bool:
        if not isinstance(tree.value, ast.Name) or isinstance(tree.slice, ast.Slice):
            return False
        owner = self._scope.resolve(tree.value.id)
        return isinstance(owner, program.Object) and owner.family

    def size(self, owner: Expr) -> Expr:
        """How many cells an array has."""
        return self._operate("len", owner)

    def items(self, tree: ast.expr) -> Expr:
        """What `tree` gives; if that may be an array, a list of its cells, looked at one after the other."""
        value = self.value(tree)
        if not self.may_be_array(tree):
            return value
        owner = self._kept(value)
        result, code = self._code.temporary(), self._code
        otherwise = self._unless(program.CallBuiltin("%is_handle", (owner,)))
        self.store(program.Collection("list", ()), result)
        count = self.size(owner)
        with code.kept() as state:
            code.emit(program.BeginIteration(state.name, count, True, code.site))
            again, index = code.here, code.temporary()
            end = code.emit(program.Iterate(state.name, (index,), -1, code.site))
            item = self._operate("read", owner, (("index", index),))
            code.emit(program.Mutate("append", result, item, code.site))
            code.emit(program.Jump(again))
            code.land(end)
        done = code.emit(program.Jump(-1))
        code.land(otherwise)
        self.store(owner, result)
        code.land(done)
        return result

    def _slice(self, tree: ast.Slice) -> Expr:
        nothing = ast.Constant(None)
        lower, upper, step = self.values([tree.lower or nothing, tree.upper or nothing, tree.step or nothing])
        return program.Slice(lower, upper, step)

    def _list(self, tree: ast.List) -> Expr:
        return program.Collection("list", tuple(self.values(tree.elts)))

    def _tuple(self, tree: ast.Tuple) -> Expr:
        return program.Collection("tuple", tuple(self.values(tree.elts)))

    def _set(self, tree: ast.Set) -> Expr:
        return program.Collection("set", tuple(self.values(tree.elts)))

    def _dict(self, tree: ast.Dict) -> Expr:
        parts = [
            part for pair in zip(tree.keys, tree.values, strict=True) for part in pair if part is not None
        ]
        values = self.values(parts)
        return program.Mapping(tuple(zip(values[::2], values[1::2], strict=True)))

    def _template(self, tree: ast.JoinedStr) -> Expr:
        last = max((i for i, part in enumerate(tree.values) if self._observes(part)), default=-1)
        parts: list[str | program.FormatField] = []
        for position, part in enumerate(tree.values):
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
                continue
            assert isinstance(part, ast.FormattedValue)
            field = self._format_field(part)
            if position < last:  # formatted before the world is looked at again, as Python does
                field = program.FormatField(self.store(program.Template((field,))))
            parts.append(field)
        return program.Template(tuple(parts))

    def _format_field(self, tree: ast.FormattedValue) -> program.FormatField:
        conversion = "" if tree.conversion == -1 else chr(tree.conversion)
        if tree.format_spec is None:
            return program.FormatField(self.value(tree.value), conversion)
        value, spec = self.values([tree.value, tree.format_spec])
        return program.FormatField(value, conversion, spec)

    def _attribute(self, tree: ast.Attribute) -> Expr:
        owner = self.value(tree.value)
        operation = ATTRIBUTES.get(tree.attr)
        if operation is None:
            return program.Attribute(owner, tree.attr)
        arguments = () if operation == tree.attr else (("attribute", Constant(tree.attr)),)
        return self._operate(operation, owner, arguments)

    def _call(self, tree: ast.Call) -> Expr:
        given = [*tree.args, *(keyword.value for keyword in tree.keywords)]
        names = [str(keyword.arg) for keyword in tree.keywords]
        if isinstance(tree.func, ast.Name):
            if tree.func.id in _OBSERVERS:
                return self._operate(tree.func.id, None)
            if tree.func.id in _OVER_ITEMS and self._goes_through(tree):
                return self._over_items(tree, names)
            values = self.values(given)
            arguments, keywords = _split(values, names)
            return program.CallBuiltin(tree.func.id, arguments, keywords)
        assert isinstance(tree.func, ast.Attribute)
        owner, *values = self.values([tree.func.value, *given])
        arguments, keywords = _split(values, names)
        name = tree.func.attr
        if name == "get":
            return self._get(owner, arguments, keywords)
        if name in _METHODS:
            return self._operate(name, owner)
        return program.CallMethod(owner, name, arguments, keywords)

    def _over_items(self, tree: ast.Call, names: list[str]) -> Expr:
        """A builtin over what may be an array."""
        assert isinstance(tree.func, ast.Name)
        if tree.func.id == "len":
            owner = self._kept(self.value(tree.args[0]))
            otherwise = self._unless(program.CallBuiltin("%is_handle", (owner,)))
            result = self._operate("len", owner)
            done = self._code.emit(program.Jump(-1))
            self._code.land(otherwise)
            self.store(program.CallBuiltin("len", (owner,)), result)
            self._code.land(done)
            return result
        values = [self._kept(self.items(argument)) for argument in tree.args]
        values += self.values([keyword.value for keyword in tree.keywords])
        arguments, keywords = _split(values, names)
        return program.CallBuiltin(tree.func.id, arguments, keywords)

    def _get(self, owner: Expr, arguments: tuple[Expr, ...], keywords: tuple[tuple[str, Expr], ...]) -> Expr:
        """`x.get(...)`: of a result it is an operation, of a mapping it is pure; often only the run can tell."""
        pure = program.CallMethod(owner, "get", arguments, keywords)
        timeouts = (*(("timeout", value) for value in arguments), *keywords)
        if len(timeouts) > 1 or any(name != "timeout" for name, _value in timeouts):
            return pure
        if isinstance(owner, program.Object):
            return self._operate("get", owner, timeouts)
        owner = self._kept(owner)
        values = [self._kept(value) for _name, value in timeouts]
        timeouts = tuple(("timeout", value) for value in values)
        otherwise = self._unless(program.CallBuiltin("%is_handle", (owner,)))
        result = self._operate("get", owner, timeouts)
        done = self._code.emit(program.Jump(-1))
        self._code.land(otherwise)
        self.store(
            program.CallMethod(
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
