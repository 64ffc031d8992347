"""`bounded_overtaking`: how often others are served while one waits."""

from __future__ import annotations

from mprunner.language.fields import Bound
from mprunner.language.matchers import MatcherField
from mprunner.language.promises import Form
from mprunner.language.quick_models import Field
from mprunner.language.words import Per

__all__ = ["BoundedOvertaking"]


class BoundedOvertaking(Form):
    form = "bounded_overtaking"
    beside = False
    summary = "Between a request and its grant, others are granted at most so many times."
    request: MatcherField = Field(description="Who does this waits ...")
    grant: MatcherField = Field(description="... until it does this.")
    at_most: Bound = Field(description="How often others are granted meanwhile, all of them together.")
    by: Per = Field(
        "process", description="Who waits, and who is served: processes, tasks, actors or objects."
    )
