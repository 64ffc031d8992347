"""What all constraints on activations and their partners have in common."""

from __future__ import annotations

from mprunner.checking.constraint import Constraint
from mprunner.checking.fields import bound_key
from mprunner.checking.forms import Where
from mprunner.checking.matching import Matcher
from mprunner.checking.wording import phrase

__all__ = ["ACTIVATION", "BETWEEN", "BOTH", "PARTNER", "Partners"]

ACTIVATION, PARTNER, BETWEEN = 1, 2, 4
"""In masks: an A, a B, a C."""
BOTH = ACTIVATION | PARTNER

_BESIDE = {"anywhere": "before or after it", "next": "right after it", "previous": "right before it"}


class Partners(Constraint):
    """Every A (`each`) has its B (`partner`), or (not `wanted`) has none, in a direction, up to a C (`without`), with equal
    fields (`bind`).
    """

    __slots__ = ("_activations", "_broken", "_key", "_wanted", "_where")

    def __init__(
        self,
        each: Matcher,
        partner: Matcher,
        *,
        where: Where,
        wanted: bool,
        without: Matcher | None = None,
        bind: tuple[str, ...] = (),
    ) -> None:
        matchers = [each, partner] if without is None else [each, partner, without]
        super().__init__(matchers, wants_all=where in ("next", "previous"))
        self._key = bound_key(bind)
        self._wanted = wanted
        self._where = where
        self._activations = 0
        self._broken = 0

    @property
    def _partner(self) -> str:
        return phrase(self.matchers[1].form)

    @property
    def _place(self) -> str:
        """Where the partner is looked for, in words."""
        return _BESIDE.get(self._where, f"{self._where} it")
