"""What a process of the model world does by itself: print, sleep, choose, look at itself."""

from __future__ import annotations

from typing import Any

from mprunner.program.handouts import Operation
from mprunner.program.values import Elapsed, Pid, RandomValue, Rendered
from mprunner.worlds.model.images import Image
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.pauses import PAUSE
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.results import BLOCKED, Choice, Done, Next, Raised, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.waiting import is_up, set_timer

__all__ = ["OWN_ACTS", "SILENT_ACTS"]


def _print(turn: Turn, operation: Operation) -> Result:
    return Done()


def _printed(turn: Turn, operation: Operation) -> dict[str, Any]:
    text = operation.arguments["text"]
    if isinstance(text, Rendered):
        return {"text": str(text), "parts": text.parts}
    return {"text": str(text)}


def _sleep(turn: Turn, operation: Operation) -> Result:
    if isinstance(turn.phase, tuple):
        return _sleep_on(turn, turn.phase[0])
    seconds = operation.arguments.get("seconds")
    if seconds is None:
        image = turn.image.copy()
        generator = image.random(turn.model.options.seed)
        seconds = generator.uniform(operation.arguments.get("from", 0), operation.arguments["to"])
        image.draws += (0,)
        turn.remember(image, own=True)
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if turn.model.options.respect_sleep and seconds > 0:
        set_timer(turn, seconds)
        return Next((seconds,))
    turn.elapse(seconds)
    return Done(seconds)


def _sleep_on(turn: Turn, seconds: float) -> Result:
    if not is_up(turn):
        return BLOCKED
    turn.elapse(seconds)
    return Done(seconds)


def _choose(turn: Turn, operation: Operation) -> Result:
    values = list(operation.arguments["from"])
    if not values:
        return Raised(IndexError("Cannot choose from an empty sequence"))
    image = turn.image.copy()
    image.draws += (len(values),)
    turn.remember(image, own=True)
    return Choice(tuple(values))


def _assert(turn: Turn, operation: Operation) -> Result:
    return Raised(AssertionError(operation.arguments["text"]))


def _pause(turn: Turn, operation: Operation) -> Result:
    """A thread is about to touch what it shares with others."""
    turn.touch(turn.model.layout.apart("memory", turn.process), operation.arguments["mode"])
    return Done()


# --- silent: the process alone ---


def _getpid(image: Image, operation: Operation, model: Model) -> Any:
    return Pid(model.names.pid(image.process))


def _getppid(image: Image, operation: Operation, model: Model) -> Any:
    return Pid(model.names.pid(image.parent) if image.parent is not None else 1)


def _monotonic(image: Image, operation: Operation, model: Model) -> Any:
    return Elapsed(image.clock)


def _random(image: Image, operation: Operation, model: Model) -> Any:
    value = image.random(model.options.seed).random()
    image.draws += (0,)
    return RandomValue(value)


def _deadline(image: Image, operation: Operation, model: Model) -> Any:
    timeout = operation.arguments["timeout"]
    if not model.features.hours:
        image.clock = 0.0  # nobody knows what it was: waiting again and again comes back to the same state
    return None if timeout is None else image.clock + timeout


def _remaining(image: Image, operation: Operation, model: Model) -> Any:
    until = operation.arguments["until"]
    if until is None:
        return None
    left = until - image.clock
    if left <= 0 and not model.features.hours:
        image.clock = 0.0  # whoever waits gives up
    return Elapsed(left)


OWN_ACTS: dict[tuple[str, str], Act] = {
    ("none", "print"): Act(_print, _printed, instant=True, moves="always", fences=False),
    ("none", "sleep"): Act(_sleep, carrying("seconds", "from", "to"), gave="seconds", moves="always"),
    ("none", "choose"): Act(_choose, carrying("from"), gave="result", fences=False),
    ("none", "assert"): Act(_assert, carrying("text"), fences=False),
    ("none", PAUSE): Act(_pause, instant=True, fences=False),
}
SILENT_ACTS = {
    ("none", "getpid"): _getpid,
    ("none", "getppid"): _getppid,
    ("none", "monotonic"): _monotonic,
    ("none", "random"): _random,
    ("none", "deadline"): _deadline,
    ("none", "remaining"): _remaining,
}
