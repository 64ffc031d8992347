"""The arguments that a declaration gives: `args`, `kwargs` and `name` of a process, `initargs` of a pool.

They are evaluated where the process or pool is created. Pure ones stay expressions. Where one looks at the world
(`args: ["{getpid()}"]`), a routine that a machine runs evaluates them all, in the order of Python's call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mprunner.program.actions import key_text
from mprunner.program.code import Code
from mprunner.program.declarations import Parameter, Target
from mprunner.program.expressions import Collection, Constant, Expr, Mapping, Spread
from mprunner.program.instructions import Return
from mprunner.program.lowering import Lowering
from mprunner.records import record

if TYPE_CHECKING:
    from mprunner.language.fields import Expression
    from mprunner.program.scopes import Scope

__all__ = ["Given", "evaluation"]


@record
class Given:
    """What a declaration gives to what it declares.

    With `routine`, the name of the target that evaluates all of it, the expressions are empty.
    """

    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    name: Expr | None
    routine: str | None = None


def evaluation(
    routine: str,
    scope: Scope,
    site: int,
    args: Expression | None,
    kwargs: Sequence[tuple[Expression, Expression]],
    name: Expression | None,
) -> tuple[Given, Target | None]:
    """The arguments of a declaration, and the target named `routine` that evaluates them where expressions cannot.

    That target takes what `scope` has of its own (a replica's `index`), and gives (args, kwargs, name).
    """
    code = Code()
    code.new_step(site)
    lowering = Lowering(scope, code)
    arguments = _positional(args, lowering)
    keywords = tuple((key_text(key), lowering.value(value.tree)) for key, value in kwargs)
    called = None if name is None else lowering.value(name.tree)
    if not code.instructions:
        return Given(arguments, keywords, called), None
    return Given((), (), None, routine), _routine(routine, scope, site, args, kwargs, name)


def _positional(field: Expression | None, lowering: Lowering) -> tuple[Expr, ...]:
    """Positional arguments; a field that gives a whole list is spread."""
    if field is None:
        return ()
    value = lowering.value(field.tree)
    return value.items if isinstance(value, Collection) and value.kind != "set" else (Spread(value),)


def _routine(
    routine: str,
    scope: Scope,
    site: int,
    args: Expression | None,
    kwargs: Sequence[tuple[Expression, Expression]],
    name: Expression | None,
) -> Target:
    code = Code()
    code.new_step(site)
    lowering = Lowering(scope, code)

    def kept(field: Expression) -> Expr:
        return lowering.store(lowering.value(field.tree))

    arguments = Constant(()) if args is None else kept(args)
    keywords = Mapping(tuple((Constant(key_text(key)), kept(value)) for key, value in kwargs))
    called = Constant(None) if name is None else kept(name)
    code.emit(Return(Collection("tuple", (arguments, keywords, called)), site))
    parameters = tuple(Parameter(own) for own in sorted(scope.own))
    return Target(routine, parameters, tuple(code.instructions), tuple(sorted(scope.own)))
