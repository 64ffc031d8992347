"""What every check receives."""

from __future__ import annotations

from mprunner.language.declarations import Declarations, Routine
from mprunner.language.inference import Inference
from mprunner.language.instances import Instance
from mprunner.language.located import Context
from mprunner.language.models import Scenario
from mprunner.records import record

__all__ = ["Scope"]


@record(eq=False)
class Scope:
    """One scenario with its names and what they may stand for, and where problems go."""

    instance: Instance
    context: Context
    declarations: Declarations
    inference: Inference

    @classmethod
    def of(cls, instance: Instance, context: Context) -> Scope:
        """Gathers all of it once."""
        declarations = Declarations.of(instance, context)
        return cls(instance, context, declarations, Inference.of(declarations))

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.instance.scenario

    @property
    def routines(self) -> list[Routine]:
        """The targets and `main`."""
        return list(self.declarations.routines.values())

    def known(self, name: str) -> bool:
        """Whether nothing should be said about a name: an unreadable part may have declared or assigned it."""
        return name in self.context.broken
