"""Steps to instructions: the order of things within a target. What a single action does is in `actions`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mprunner.operations import HELD
from mprunner.program import expressions
from mprunner.program import instructions as program
from mprunner.program.actions import ACTIONS, Action
from mprunner.program.code import Code
from mprunner.program.expressions import Constant, Local
from mprunner.program.lowering import Lowering
from mprunner.program.scopes import Scope
from mprunner.program.sites import Sites

if TYPE_CHECKING:
    from mprunner.language.fields import Expression, Raised, Step

__all__ = ["Blocks", "assigned_in"]


class Blocks:
    """Compiles the steps of one target."""

    def __init__(self, target: str, scope: Scope, sites: Sites) -> None:
        self.code = Code()
        self._target = target
        self._scope = scope
        self._sites = sites
        self._lowering = Lowering(scope, self.code)

    def steps(self, steps: Iterable[Step]) -> None:
        """Appends the instructions of steps."""
        for step in steps:
            self._step(step)

    def _step(self, step: Step) -> None:
        site = self._sites.add(step.span, self._target, step.label)
        self.code.new_step(site)
        if step.raises is not None:
            self._expecting(step, step.raises, site)
        elif step.allow:
            self._allowing(step, step.allow)
        else:
            self._bare(step)

    def _bare(self, step: Step) -> None:
        control = _CONTROL.get(step.verb)
        if control is not None:
            control(self, step.body)
        else:
            awaited = step.raises is not None or bool(step.allow)
            ACTIONS[step.verb](
                Action(step.verb, step.body, step.into, self._scope, self.code, self._lowering, awaited)
            )

    def _expecting(self, step: Step, raised: Raised, site: int) -> None:
        """`raises`: the step has to raise this; that it did not is a broken assertion at the step."""
        code = self.code
        wanted = raised.type if raised.text is None else f"{raised.type}: {raised.text.text}"
        handler = self._guarded(step)
        code.new_step(site)
        self._broken(Constant(f"expected {wanted}, but nothing was raised"))
        done = [code.emit(program.Jump(-1))]
        code.land(handler)
        text = None if raised.text is None else raised.text.text
        other = code.emit(program.MatchException((raised.type,), -1, text))
        code.emit(program.EndExcept())
        done.append(code.emit(program.Jump(-1)))
        code.land(other)
        error = Local("error")
        parts = (
            f"expected {wanted}, but ",
            expressions.FormatField(expressions.CallBuiltin("type", (error,))),
            " was raised: ",
            expressions.FormatField(error),
        )
        self._broken(expressions.Template(parts))
        code.emit(program.EndExcept())
        code.land(*done)

    def _allowing(self, step: Step, allowed: Sequence[Raised]) -> None:
        """`allow`: the step may raise these."""
        code = self.code
        handler = self._guarded(step)
        done = [code.emit(program.Jump(-1))]
        code.land(handler)
        for raised in allowed:
            text = None if raised.text is None else raised.text.text
            other = code.emit(program.MatchException((raised.type,), -1, text))
            code.emit(program.EndExcept())
            done.append(code.emit(program.Jump(-1)))
            code.land(other)
        code.emit(program.Raise(None, (), code.site))
        code.land(*done)

    def _guarded(self, step: Step) -> int:
        """The step under a handler whose position is given."""
        code = self.code
        handler = code.emit(program.PushHandler("except", -1))
        code.depth += 1
        self._bare(step)
        code.depth -= 1
        code.emit(program.PopHandler())
        return handler

    def _broken(self, text: expressions.Expr) -> None:
        self.code.emit(program.Operate("assert", None, (("text", text),), None, self.code.site))

    def _if(self, body: Any) -> None:
        code = self.code
        done = []
        for branch in (body, *body.elif_):
            otherwise = code.emit(program.JumpUnless(self._lowering.value(branch.if_.tree), -1, code.site))
            site = code.site
            self.steps(branch.then)
            code.new_step(site)
            done.append(code.emit(program.Jump(-1)))
            code.land(otherwise)
        self.steps(body.else_ or ())
        code.land(*done)

    def _while(self, body: Any) -> None:
        code = self.code
        again = code.here
        end = code.emit(program.JumpUnless(self._lowering.value(body.while_.tree), -1, code.site))
        with code.loop(again) as loop:
            self.steps(body.steps)
        code.emit(program.Jump(again))
        code.land(end, *loop.breaks)

    def _for(self, body: Any) -> None:
        several = not isinstance(body.for_, str)
        names = list(body.for_) if several else [body.for_]
        places = tuple(self._scope.place(str(name)) for name in names)
        self._loop(body.in_, body.steps, places, count=False, unpack=several)

    def _repeat(self, body: Any) -> None:
        self._loop(body.repeat, body.steps, (), count=True, unpack=False)

    def _loop(
        self,
        over: Expression,
        steps: Iterable[Step],
        places: tuple[Local | expressions.Global, ...],
        *,
        count: bool,
        unpack: bool,
    ) -> None:
        code, site = self.code, self.code.site
        sequence = self._lowering.value(over.tree)
        if not count and not unpack and self._lowering.cells.may_be_array(over.tree):
            self._loop_over_cells(sequence, steps, places[0])
            return
        with code.kept() as state:
            code.emit(program.BeginIteration(state.name, sequence, count, site))
            again = code.here
            end = code.emit(program.Iterate(state.name, places, -1, site, unpack))
            with code.loop(again) as loop:
                self.steps(steps)
            code.emit(program.Jump(again))
            code.land(end, *loop.breaks)

    def _loop_over_cells(
        self, sequence: expressions.Expr, steps: Iterable[Step], place: Local | expressions.Global
    ) -> None:
        """A `for` over what may be an array: the loop then goes over its indices, and each round reads a cell."""
        code, site = self.code, self.code.site
        with code.kept() as owner, code.kept() as state:
            self._lowering.store(sequence, owner)
            is_array = self._lowering.cells.is_array(owner)
            items = code.temporary()
            otherwise = code.emit(program.JumpUnless(is_array, -1, site))
            self._lowering.store(expressions.CallBuiltin("range", (self._lowering.cells.size(owner),)), items)
            done = code.emit(program.Jump(-1))
            code.land(otherwise)
            self._lowering.store(owner, items)
            code.land(done)
            code.emit(program.BeginIteration(state.name, items, False, site))
            again = code.here
            end = code.emit(program.Iterate(state.name, (place,), -1, site))
            plain = code.emit(program.JumpUnless(is_array, -1, site))
            code.emit(program.Operate("read", owner, (("index", place),), place, site))
            code.land(plain)
            with code.loop(again) as loop:
                self.steps(steps)
            code.emit(program.Jump(again))
            code.land(end, *loop.breaks)

    def _break(self, body: Any) -> None:
        self.code.leave(again=False)

    def _continue(self, body: Any) -> None:
        self.code.leave(again=True)

    def _with(self, body: Any) -> None:
        code, site = self.code, self.code.site
        reference = self._lowering.value(body.with_.tree)
        static = reference.kind if isinstance(reference, expressions.Object) else None
        with code.kept() as held:
            self._lowering.store(reference, held)
            kind = expressions.CallBuiltin("%kind_in_with", (held,))
            is_held = expressions.Compare(kind, ("==",), (Constant("held"),))
            if static is None:
                skip = code.emit(program.JumpUnless(is_held, -1, site))
                code.emit(program.Operate("acquire", held, (), None, site))
                code.land(skip)
            elif static in HELD:
                code.emit(program.Operate("acquire", held, (), None, site))
            handler = code.emit(program.PushHandler("finally", -1))
            code.depth += 1
            self.steps(body.steps)
            code.depth -= 1
            code.emit(program.PopHandler())
            code.land(handler)
            if static is None:
                other = code.emit(program.JumpUnless(is_held, -1, site))
                code.emit(program.Operate("release", held, (), None, site))
                done = code.emit(program.Jump(-1))
                code.land(other)
                code.emit(program.Operate("terminate", held, (), None, site))
                code.land(done)
            else:
                code.emit(
                    program.Operate("terminate" if static == "pool" else "release", held, (), None, site)
                )
            code.emit(program.EndFinally())

    def _try(self, body: Any) -> None:
        code = self.code
        if body.finally_ is None:
            self._try_except(body)
            return
        handler = code.emit(program.PushHandler("finally", -1))
        code.depth += 1
        self._try_except(body)
        code.depth -= 1
        code.emit(program.PopHandler())
        code.land(handler)
        code.pending += 1
        self.steps(body.finally_)
        code.pending -= 1
        code.emit(program.EndFinally())

    def _try_except(self, body: Any) -> None:
        code, site = self.code, self.code.site
        if not body.except_:
            self.steps(body.try_)
            self.steps(body.else_ or ())
            return
        handler = code.emit(program.PushHandler("except", -1))
        code.depth += 1
        self.steps(body.try_)
        code.depth -= 1
        code.emit(program.PopHandler())
        self.steps(body.else_ or ())
        done = [code.emit(program.Jump(-1))]
        code.land(handler)
        code.active += 1
        for types, steps in body.except_.items():
            names = tuple(name.strip() for name in types.split(","))
            other = code.emit(program.MatchException(names, -1))
            self.steps(steps)
            code.emit(program.EndExcept())
            done.append(code.emit(program.Jump(-1)))
            code.land(other)
        code.active -= 1
        code.emit(program.Raise(None, (), site))
        code.land(*done)


_CONTROL = {
    "break": Blocks._break,
    "continue": Blocks._continue,
    "for": Blocks._for,
    "if": Blocks._if,
    "repeat": Blocks._repeat,
    "try": Blocks._try,
    "while": Blocks._while,
    "with": Blocks._with,
}


def assigned_in(steps: Iterable[Step]) -> Iterator[str]:
    """The names that steps assign, at any depth; `error` where there is an except block."""
    for step in steps:
        body: Any = step.body
        if step.into is not None:
            yield str(step.into)
        if step.verb == "set" and body.object_field is None:
            yield from (key.tree.id for key, _value in body.places if isinstance(key.tree, ast.Name))
        elif step.verb == "for":
            yield from ([body.for_] if isinstance(body.for_, str) else body.for_)
        elif step.verb == "try" and body.except_:
            yield "error"
            for block in body.except_.values():
                yield from assigned_in(block)
        elif step.verb == "if":
            for branch in body.elif_:
                yield from assigned_in(branch.then)
        for name in ("steps", "then", "try_", "else_", "finally_"):
            yield from assigned_in(getattr(body, name, None) or ())
