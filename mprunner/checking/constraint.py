"""What every constraint is: it names its matchers, is fed the events they select, in order, and tells at
the end what it found.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Literal

from mprunner.checking.matching import Matcher
from mprunner.checking.verdict import Proof, Witness
from mprunner.recording.events import Call, Event, Recording
from mprunner.records import record

if TYPE_CHECKING:
    from mprunner.checking.blocks.sight import Sight
    from mprunner.checking.happens_before.causality import Causality

Found = Literal["kept", "broken", "inconclusive"]


@record
class Finding:
    """What a constraint found in one run or one segment of it. With no activation nothing was put to the
    test. `final`: it is kept, and nothing that might still come could break it. `proven`: nothing that is missing anywhere in
    the record could change it.
    """

    status: Found
    activations: int
    summary: str
    reason: str | None = None
    witnesses: tuple[Witness, ...] = ()
    final: bool = False
    proof: Proof | None = None
    proven: bool = False


@record
class End:
    """How the record ends for a constraint. Only a `complete` one shows that something never came.

    `causality` is over the events that are judged; None: those of the recording.
    """

    complete: bool
    recording: Recording
    causality: Causality | None = None


class Constraint(ABC):
    """One promise, or one segment or group of it.

    `feed` is given each event once, in order, with a mask: bit i is set when `matchers[i]` selects the event.
    With `wants_all` it is also given, with mask 0, every other event at the instant where it stands.

    `feed` is what the constraint means; `feed_block` comes to the same for all events of a block together, without an object
    for each of them. A constraint for which more than the mask counts that calls have by their shape (whose object, say) names
    it as its `aspect`; `aspect_varies` when that depends on the values of a call.
    """

    __slots__ = ("matchers", "wants_all")
    matchers: tuple[Matcher, ...]
    wants_all: bool
    aspect_varies = False

    def __init__(self, matchers: Iterable[Matcher], *, wants_all: bool = False) -> None:
        self.matchers = tuple(matchers)
        self.wants_all = wants_all

    @abstractmethod
    def feed(self, event: Event, mask: int) -> None:
        """Take one event."""

    def feed_block(self, sight: Sight) -> None:
        """Take all events of a block that concern the constraint."""
        self.feed_each(sight)

    def feed_each(self, sight: Sight) -> None:
        """Take them one by one, whatever their aspects."""
        for place, mask in sight.pairs():
            self.feed(sight.event(place), mask)

    def aspect(self, call: Call) -> Hashable:
        """What else counts of a call that concerns the constraint, None for nothing."""
        return None

    def memory(self) -> Hashable:
        """What still counts of all that was fed: constraints of one promise whose memories are equal come to the same status,
        and are put to the test or not alike, whatever both are fed from here on. None where all of it counts.
        """
        return None

    def by_masks(self) -> bool:
        """Whether what it finds in a record that is complete is told by the masks of its events alone, in their order."""
        return False

    @abstractmethod
    def finish(self, end: End) -> Finding:
        """Say what was found; nothing is fed afterwards."""


Make = Callable[[], Constraint]
