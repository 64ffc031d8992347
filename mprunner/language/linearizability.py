"""`linearizable`: the calls on an object, by their intervals, against what such an object does when nobody else is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mprunner.language.fields import Literal_, Word
from mprunner.language.promises import Form
from mprunner.language.quick_models import Field
from mprunner.language.scalar_fields import one_of

__all__ = ["KINDS_OF_MODEL", "LinearizableForm"]

KINDS_OF_MODEL: dict[str, tuple[str, ...]] = {
    "register": ("value", "array"),
    "counter": ("value", "array"),
    "queue": ("queue",),
    "set": ("queue",),
    "lock": ("lock", "value", "array"),
    "semaphore": ("semaphore",),
}
"""Model -> the kinds of object that can be one."""

if TYPE_CHECKING:
    ModelName = Literal["register", "counter", "queue", "set", "lock", "semaphore"]
else:
    ModelName = one_of(*KINDS_OF_MODEL)


class LinearizableForm(Form):
    form = "linearizable"
    beside = False
    modifiers = ()
    summary = "The calls on an object can have gone one after the other, each between its begin and its end."
    object: Word = Field(description="The object; of a family each member by itself.")
    model: ModelName = Field(description="What it is to be like.")
    initial: Literal_ | None = Field(
        None, description="What it holds at first, where its declaration does not say so."
    )
