"""What every object of a run that hands something over has in common, while its edges are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.clocks import Moment
from mprunner.checking.happens_before.knowledge import EdgeKind, Knowledge

__all__ = ["Deed", "Named", "Setting", "Thing"]

Deed = Callable[[Any, int, int], None]
"""What an instant of a call does. It is given what `edges.Deeds` says of the call (its item, itself or nothing), the lane, and
the call's number.
"""


class Setting(NamedTuple):
    """Where edges are drawn. `blurred`: names that several objects have had, so that nobody can tell which of them was meant."""

    knowledge: Knowledge
    declared: Declared
    blurred: set[str | None]


class Thing(ABC):
    """An object of the scenario, or several of one name."""

    __slots__ = ("_blurred", "_knowledge", "_name")

    def __init__(self, name: str | None, setting: Setting) -> None:
        self._name = name
        self._knowledge = setting.knowledge
        self._blurred = setting.blurred
        self.begin_again()

    @abstractmethod
    def begin_again(self) -> None:
        """Be as at the start of a run."""

    def _learn(self, lane: int, moments: Iterable[Moment], kind: EdgeKind) -> None:
        """The lane comes after all of these."""
        if self._name not in self._blurred:
            for moment in moments:
                self._knowledge.learn(lane, moment, kind)


T = TypeVar("T", bound=Thing)


class Named(dict["str | None", T], Generic[T]):
    """Things by name, made when they are first asked for."""

    def __init__(self, make: Callable[[str | None, Setting], T], setting: Setting) -> None:
        super().__init__()
        self._make = make
        self._setting = setting

    def __missing__(self, name: str | None) -> T:
        made = self[name] = self._make(name, self._setting)
        return made

    def begin_again(self) -> None:
        """All of them as at the start of a run."""
        for thing in self.values():
            thing.begin_again()
