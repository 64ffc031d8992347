"""One step of a process: a micro-step of the operation that it hands out, and what follows from it that nobody notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mprunner.operations import BY_KIND
from mprunner.program.handouts import Operation
from mprunner.recording.values import shown_error
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import ANSWER, BEGIN, LEAVE, RESULTS, SERVE, WORK, Image
from mprunner.worlds.model.pauses import PAUSE
from mprunner.worlds.model.performing import Act, Moves
from mprunner.worlds.model.results import BLOCKED, Call, Choice, Done, Ended, Next, Raised, Refused
from mprunner.worlds.model.steps import READ, WRITE
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.model.waiting import begin_to_wait, look_at_clock, waited, watch_time

if TYPE_CHECKING:
    from mprunner.worlds.model.model import Model

__all__ = ["FIRST", "act_of", "begin_of", "is_drained", "notices_ends", "play", "unnoticed"]

FIRST = "%first"
"""The phase of a process before its first step: that comes after its start, whatever else it touches."""

_UNTOLD = (BEGIN, LEAVE, SERVE, WORK, RESULTS, ANSWER, PAUSE, "monotonic", "remaining")
"""What no program has written, which puts on record what it does by itself, and what leaves no trace there."""
_MOST_AT_ONCE = 10_000
"""Operations that nobody else notices, one after the other: a process that does nothing else for so long never will."""


def play(turn: Turn, *, alone: bool = False) -> int:
    """Make a step of the thread on the draft; how many alternatives it has, 0 when it can't be made.

    `alone`: the operation only, without what goes along with it.
    """
    model = turn.model
    if model.time_can_pass:
        watch_time(turn)
    act = model.internal.get(turn.thread)
    if act is not None:
        return 0 if act(turn) is BLOCKED else 1
    slot = model.slots[turn.thread]
    standing = model.standing_of(turn.thread, turn.standing)
    if standing is None:
        return 0
    local, phase, begun = standing
    if model.images[local].strands:
        turn.touch(model.layout.apart("owned", turn.process), READ)  # another thread may change what it has
        turn.shares_slot()
    if (model.features.mutates and model.feeding) or turn.process in model.forking:
        turn.touch(model.layout.apart("memory", turn.process), READ)  # another thread may look into it
    if phase == FIRST:
        phase = None
        turn.awaited(turn.cell("life", turn.process))
    if model.is_mortal(turn.process) and turn.get(turn.cell("life", turn.process)) != 1:
        return 0
    waits = _moves(model, local) == "waits"
    count = _operate(turn, local, phase, begun=begun)
    if turn.thread in model.strands and turn.writes.get(slot, -1) >= 0:
        turn.writes[slot] = model.stand_behind(turn.writes[slot])
        return count
    if count == 0 or alone:
        return count
    return count if _go_along(turn, slot, waits=waits) else 0


def _go_along(turn: Turn, slot: int, *, waits: bool) -> bool:
    """What the process does next and nobody notices belongs to the same step; where that `waits`, so does all that waits alike.

    False when one of these can't be made yet.
    """
    model = turn.model
    met = {turn.writes[slot]}
    for _ in range(_MOST_AT_ONCE):
        at = turn.writes[slot]
        if at < 0:
            return True
        local, phase, begun = model.standings[at]
        moves = _moves(model, local)
        if begun or moves == "never" or (moves == "waits" and not waits):
            return True
        mark = turn.mark()
        made = _operate(turn, local, phase, begun=False) == 1
        if not made and moves == "waits":
            return False
        waits = waits and moves == "waits"
        watched = any(model.instants.is_watched(number) for number in turn.events[mark[2] :])
        if not made or watched or turn.writes[slot] in met:
            turn.back(mark)
            return True
        met.add(turn.writes[slot])
    return True


def _moves(model: Model, local: int) -> Moves:
    """Whether what a process hands out in this local state can be part of the step before."""
    image = model.images[local]
    if model.is_mortal(image.process) or image.strands:
        return "never"
    operation = _operation(image)
    if operation.op == LEAVE:
        if image.process.partition("[")[0] in model.features.watched:
            return "never"
        alone = not any(child.maker == image.process for child in image.children.values())
        buffered = model.layout.find("buffer", image.process) is not None
        return "always" if alone and not buffered and image.process not in model.feeding else "waits"
    if operation.op == "start" and notices_ends(model, image):
        return "never"  # which of its children have ended by then is theirs to settle
    return act_of(model, operation).moves


def notices_ends(model: Model, image: Image) -> bool:
    """Whether it can be told later which of its children had ended when this process starts another: a fork knows that, too."""
    return model.method == "fork" and model.features.asks_for_exitcodes and bool(unnoticed(image))


def unnoticed(image: Image) -> list[str]:
    """The children that a process has started and that, as far as it has noticed, have not ended."""
    return [
        name
        for name, child in image.children.items()
        if child.maker == image.process and child.started and child.exitcode is None
    ]


def act_of(model: Model, operation: Operation) -> Act:
    """The entry of the table that performs this."""
    if operation.object is None:
        return model.acts["none", operation.op]
    kind = operation.object.kind
    if operation.object.ref.name in model.managed:
        kind = f"managed {kind}"
    return model.acts[kind, operation.op]


def _operation(image: Image) -> Operation:
    assert image.operation is not None, "what is in the table always hands something out"
    return image.operation


def _operate(turn: Turn, local: int, phase: Any, *, begun: bool) -> int:
    """One micro-step of what a process hands out; how many alternatives it has, 0 when it can't be made."""
    model = turn.model
    image = model.images[local]
    operation = _operation(image)
    act = act_of(model, operation)
    slot = model.slots[turn.thread]
    turn.act_in(local)
    look_at_clock(turn)
    turn.phase = image.phase if phase is None else phase
    begun = begun or image.phase is not None  # it has called something, and goes on
    turn.returned, turn.escaped = image.returned, image.escaped
    turn.waited = False
    on_record = operation.op not in _UNTOLD
    if on_record and not begun and not act.instant and _begin_is_watched(turn, operation, act):
        turn.emit(operation.op, "begin", operation.object, values=act.carries(turn, operation))
        turn.writes[slot] = model.stand(local, phase, begun=True)
        return 1
    if act.fences and not is_drained(turn):
        return 0
    before = turn.mark() if model.options.respect_sleep else ()
    try:
        result = act.do(turn, operation)
    except Unfollowed:
        raise
    except Exception as error:
        result = Raised(error)
    if result is BLOCKED:
        if not before:
            return 0
        turn.back(before, touched=True)
        if not begin_to_wait(turn, operation):
            return 0
        result = Next(phase)
    count = 1
    if isinstance(result, Choice):
        count = len(result.values)
        chosen = result.values[turn.alternative]
        result = chosen if isinstance(chosen, Raised) else Done(chosen)
    if isinstance(result, Ended):
        return count
    if isinstance(result, (Next, Call)):
        if on_record and not begun:
            turn.emit(operation.op, "begin", operation.object, values=act.carries(turn, operation))
        if isinstance(result, Next):
            turn.writes[slot] = model.stand(turn.local, result.phase, begun=True)
        else:
            called = model.images.call(turn.local, *result)
            turn.writes[slot] = model.stand(called)
        return count
    assert isinstance(result, (Done, Refused, Raised))
    if on_record:
        _record(turn, operation, act, result, begun=begun or turn.phase is not None)
    waited(turn, operation)
    look_at_clock(turn)
    if turn.image.strands and turn.image.machines and turn.image.machines[-1].stores_global:
        turn.touch(model.layout.apart("memory", turn.process), WRITE)
    following = _following(turn, result)
    turn.writes[slot] = model.stand(following)
    return count


def is_drained(turn: Turn) -> bool:
    """Whether nothing of what the process wrote is still on its way to memory (`buffers`)."""
    buffer = turn.model.layout.find("buffer", turn.process)
    return buffer is None or not turn.get(buffer)


def _following(turn: Turn, result: Done | Refused | Raised) -> int:
    """The local state in which the process goes on."""
    images = turn.model.images
    if turn.remembered:
        image = turn.image.copy()
        if isinstance(result, Raised):
            return images.throw(image, result.error)
        return images.go_on(image, thaw(freeze(result.value)))
    if isinstance(result, Raised):
        return images.after_error(turn.local, result.error)
    return images.after(turn.local, result.value)


# --- the record ---


def begin_of(turn: Turn, local: int) -> Any:
    """The begin of the operation that a process hands out in this local state, as a call; None where that is not on record."""
    turn.act_in(local)
    operation = _operation(turn.image)
    if operation.op in _UNTOLD:
        return None
    act = act_of(turn.model, operation)
    values = act.carries(turn, operation)
    return turn.model.call(turn, operation.op, operation.object, values, operation.site)


def _begin_is_watched(turn: Turn, operation: Operation, act: Act) -> bool:
    kind = operation.object.kind if operation.object is not None else "none"
    spec = BY_KIND.get((kind, operation.op))  # type: ignore[arg-type]
    if spec is None or not spec.blocks:
        return False
    call = turn.model.call(turn, operation.op, operation.object, act.carries(turn, operation), operation.site)
    return turn.model.instants.begin_is_watched(call)


def _record(
    turn: Turn, operation: Operation, act: Act, result: Done | Refused | Raised, *, begun: bool
) -> None:
    values = act.carries(turn, operation)
    error = None
    outcome = "ok"
    if isinstance(result, Raised):
        outcome, error = "raised", shown_error(result.error)
    elif isinstance(result, Refused):
        outcome = "refused"
    elif callable(act.gave):
        values = {**values, **act.gave(turn, operation, result.value)}
    elif act.gave is not None:
        values = {**values, act.gave: result.value}
    at = "instant" if act.instant else "end" if begun else "whole"
    turn.emit(operation.op, at, operation.object, values=values, outcome=outcome, error=error)
    turn.events += turn.afterwards
    turn.afterwards = []
