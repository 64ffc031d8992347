"""What a single step does, verb by verb: most are an operation whose arguments stand in the step under the operation's names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mprunner.operations import ATTRIBUTES, OPERATIONS
from mprunner.program import expressions
from mprunner.program import instructions as program
from mprunner.program.code import Code
from mprunner.program.expressions import Constant, Expr
from mprunner.program.lowering import Lowering
from mprunner.program.scopes import Scope
from mprunner.records import record

if TYPE_CHECKING:
    from mprunner.language.fields import Expression

__all__ = ["ACTIONS", "Action", "key_text"]

_PARAMETERS: dict[str, tuple[str, ...]] = {}
for _spec in OPERATIONS:
    if _spec.form == "verb":
        _known = _PARAMETERS.get(_spec.name, ())
        _PARAMETERS[_spec.name] = (*_known, *(name for name in _spec.parameters if name not in _known))

MAX_SHOWN = 4


@record
class Action:
    """A step that is to be compiled: its verb and fields, and where its instructions go."""

    verb: str
    body: Any
    into: str | None
    scope: Scope
    code: Code
    lowering: Lowering
    awaited: bool = False
    """Whether the scenario says that the step raises, or may."""

    @property
    def place(self) -> expressions.Local | expressions.Global | None:
        """Where the result goes."""
        return None if self.into is None else self.scope.place(self.into)

    def emit(self, instruction: program.Instruction) -> int:
        return self.code.emit(instruction)

    def values(self, *fields: Expression) -> list[Expr]:
        """The values of fields, evaluated in this order."""
        return self.lowering.values([field.tree for field in fields])


def _operation(action: Action) -> None:
    """An operation of the table; on a whole family, once for each member in order."""
    given = []
    for parameter in _PARAMETERS[action.verb]:
        field = getattr(action.body, parameter, None) or getattr(action.body, f"{parameter}_", None)
        if field is not None:
            given.append((parameter, field))
    reference = action.body.object_expression()
    trees = [field for _name, field in given]
    if reference is None:
        values, owner = action.values(*trees), None
    else:
        owner, *values = action.values(reference, *trees)
    _operate(action, owner, list(zip([name for name, _field in given], values, strict=True)))


def _operate(action: Action, owner: Expr | None, arguments: Sequence[tuple[str, Expr]]) -> None:
    code = action.code
    if not (isinstance(owner, expressions.Object) and owner.family and owner.index is None):
        code.emit(program.Operate(action.verb, owner, tuple(arguments), action.place, code.site))
        return
    count = action.scope.world.declared[owner.name].count or 0
    kept = tuple(
        (name, value if isinstance(value, Constant) else action.lowering.store(value))
        for name, value in arguments
    )
    for index in range(count):
        member = expressions.Object(owner.kind, owner.name, Constant(index))
        code.emit(program.Operate(action.verb, member, kept, action.place, code.site))


def _named(action: Action) -> None:
    """`create`, and `del` of a declared object."""
    arguments = (("name", Constant(str(action.body.name))),)
    action.emit(program.Operate(action.verb, None, arguments, None, action.code.site))


def _delete(action: Action) -> None:
    name = str(action.body.name)
    place = action.scope.resolve(name)
    if isinstance(place, expressions.Object):
        _named(action)
    else:
        action.emit(program.Forget(action.scope.place(name), action.code.site))


def key_text(key: Any) -> str:
    """The name that a key of an argument mapping stands for."""
    if isinstance(key, str):
        return key
    tree = key.tree
    return tree.id if isinstance(tree, ast.Name) else str(tree.value)


def _submit(action: Action) -> None:
    """`apply`, `apply_async`: the target's name, a tuple of arguments and a mapping of keyword arguments."""
    body = action.body
    pairs = list(body.kwds or ())
    trees = [body.pool.tree, *_items(body.args), *(value.tree for _key, value in pairs)]
    owner, *values = action.lowering.values(trees)
    count = len(values) - len(pairs)
    keys = [Constant(key_text(key)) for key, _value in pairs]
    arguments: Expr = expressions.Collection("tuple", tuple(values[:count]))
    if body.args is not None and not _is_display(body.args):
        arguments = values[0]
    named = expressions.Mapping(tuple(zip(keys, values[count:], strict=True)))
    given: list[tuple[str, Expr]] = [("func", Constant(str(body.func))), ("args", arguments), ("kwds", named)]
    for name in ("callback", "error_callback"):
        target = getattr(body, name, None)
        if target is not None:
            given.append((name, Constant(str(target))))
    _operate(action, owner, given)


def _is_display(field: Any) -> bool:
    return field is not None and isinstance(field.tree, (ast.List, ast.Tuple))


def _items(field: Any) -> list[ast.expr]:
    """The trees of positional arguments: those of a list that is written out, or else the one that gives a list."""
    if field is None:
        return []
    return list(field.tree.elts) if _is_display(field) else [field.tree]


def _call(action: Action) -> None:
    body = action.body
    pairs = list(body.kwargs or ())
    values = action.lowering.values([*_items(body.args), *(value.tree for _key, value in pairs)])
    count = len(values) - len(pairs)
    arguments = tuple(values[:count])
    if body.args is not None and not _is_display(body.args):
        arguments = (expressions.Spread(values[0]),)
    keywords = tuple(zip([key_text(key) for key, _value in pairs], values[count:], strict=True))
    action.emit(program.Call(str(body.target), arguments, keywords, action.place, action.code.site))


def _wait_for(action: Action) -> None:
    """The loop of CPython's `Condition.wait_for`, in the caller: the predicate's looks are between the waits."""
    body, code, lowering = action.body, action.code, action.lowering
    given = [body.condition.tree] if body.timeout is None else [body.condition.tree, body.timeout.tree]
    owner, *timeouts = [lowering.store(value) for value in lowering.values(given)]
    result = lowering.store(lowering.value(body.predicate.tree))
    done = [code.emit(program.JumpUnless(expressions.Unary("not", result), -1, code.site))]
    until = code.temporary()
    for timeout in timeouts:
        code.emit(program.Operate("deadline", None, (("timeout", timeout),), until, code.site))
    again, rest = code.here, code.temporary()
    if timeouts:
        code.emit(program.Operate("remaining", None, (("until", until),), rest, code.site))
        endless = expressions.Compare(rest, ("is",), (Constant(None),))
        goes_on = expressions.Logical("or", (endless, expressions.Compare(rest, (">",), (Constant(0),))))
        done.append(code.emit(program.JumpUnless(goes_on, -1, code.site)))
    code.emit(program.Operate("wait", owner, (("timeout", rest),) if timeouts else (), None, code.site))
    lowering.store(lowering.value(body.predicate.tree), result)
    code.emit(program.JumpUnless(result, again, code.site))
    code.land(*done)
    if action.place is not None:
        code.emit(program.Assign(action.place, result, code.site))


def _set(action: Action) -> None:
    if action.body.object_field is not None:
        _operation(action)  # of an Event
        return
    for key, value in action.body.places:
        _assign(action, key.tree, value.tree)


def _assign(action: Action, key: ast.expr, value: ast.expr) -> None:
    site = action.code.site
    if isinstance(key, ast.Name):
        action.emit(program.Assign(action.scope.place(key.id), action.lowering.value(value), site))
    elif isinstance(key, ast.Subscript):
        new, container, index = action.lowering.values([value, key.value, key.slice])
        if action.lowering.cells.may_be_array(key.value):
            _assign_cell(action, container, index, new)
        else:
            action.emit(program.Assign(expressions.Subscript(container, index), new, site))
    elif isinstance(key, ast.Attribute):
        new, owner = action.lowering.values([value, key.value])
        memory = ATTRIBUTES.get(key.attr) == "read"
        operation, name = ("write", "item") if memory else ("set_attribute", "value")
        arguments = (("attribute", Constant(key.attr)), (name, new))
        action.emit(program.Operate(operation, owner, arguments, None, site))


def _assign_cell(action: Action, owner: Expr, index: Expr, new: Expr) -> None:
    """`owner[index] = new`: of an array it is an operation, of a list it is none; often only the run can tell."""
    code, lowering = action.code, action.lowering
    if isinstance(owner, expressions.Object):
        arguments = (("index", index), ("item", new))
        action.emit(program.Operate("write", owner, arguments, None, code.site))
        return
    new, owner, index = (lowering.store(value) for value in (new, owner, index))
    otherwise = code.emit(program.JumpUnless(lowering.cells.is_array(owner), -1, code.site))
    action.emit(program.Operate("write", owner, (("index", index), ("item", new)), None, code.site))
    done = code.emit(program.Jump(-1))
    code.land(otherwise)
    action.emit(program.Assign(expressions.Subscript(owner, index), new, code.site))
    code.land(done)


def _append(action: Action) -> None:
    place, item = action.values(action.body.list, action.body.item)
    action.emit(program.Mutate("append", place, item, action.code.site))


def _remove(action: Action) -> None:
    place, item = action.values(action.body.list or action.body.mapping, action.body.item)
    action.emit(program.Mutate("remove", place, item, action.code.site))


def _update(action: Action) -> None:
    pairs = list(action.body.items)
    place, *values = action.lowering.values(
        [action.body.mapping.tree, *(value.tree for _key, value in pairs)]
    )
    keys = [Constant(key_text(key)) for key, _value in pairs]
    items = expressions.Mapping(tuple(zip(keys, values, strict=True)))
    action.emit(program.Mutate("update", place, items, action.code.site))


def _raise(action: Action) -> None:
    raised = action.body.exception
    if raised is None:
        action.emit(program.Raise(None, (), action.code.site))
        return
    arguments = () if raised.text is None else (action.lowering.value(raised.text.tree),)
    action.emit(program.Raise(raised.type, arguments, action.code.site))


def _return(action: Action) -> None:
    value = action.body.value
    action.emit(
        program.Return(None if value is None else action.lowering.value(value.tree), action.code.site)
    )


def _assert(action: Action) -> None:
    code, field = action.code, action.body.test
    test = action.lowering.value(field.tree)
    broken = code.emit(program.JumpUnless(test, -1, code.site))
    done = code.emit(program.Jump(-1))
    code.land(broken)
    claim = _claim(field.text, test)
    if action.awaited:  # the author wants this AssertionError: no promise is broken by it
        code.emit(program.Raise("AssertionError", (claim,), code.site))
    else:
        code.emit(program.Operate("assert", None, (("text", claim),), None, code.site))
    code.land(done)


def _claim(text: str, test: Expr) -> Expr:
    """What a broken assertion says: the condition as written, and the two sides of a comparison."""
    if not isinstance(test, expressions.Compare) or len(test.rights) != 1:
        return Constant(text)
    parts: list[str | expressions.FormatField] = [text]
    sides = [side for side in (test.left, test.rights[0]) if not isinstance(side, Constant)]
    for position, side in enumerate(sides[:MAX_SHOWN]):
        parts += [" (" if position == 0 else " and ", expressions.FormatField(side, "r")]
    if len(parts) > 1:
        parts.append(")")
    return expressions.Template(tuple(parts))


def _pass(action: Action) -> None:
    """Nothing at all."""


ACTIONS: dict[str, Callable[[Action], None]] = {
    **dict.fromkeys(_PARAMETERS, _operation),
    "append": _append,
    "apply": _submit,
    "apply_async": _submit,
    "assert": _assert,
    "call": _call,
    "create": _named,
    "del": _delete,
    "pass": _pass,
    "raise": _raise,
    "remove": _remove,
    "return": _return,
    "set": _set,
    "update": _update,
    "wait_for": _wait_for,
}
"""How each verb that is no block is compiled."""
