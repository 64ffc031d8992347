"""Steps that give a pool work."""

from __future__ import annotations

from typing import ClassVar

from mprunner.language.bodies import Body
from mprunner.language.fields import ArgumentList, Name, NameMap, ReferenceField
from mprunner.language.quick_models import Field

__all__ = ["Apply", "ApplyAsync"]


_OF_CALLS = {"target": "func", "function": "func", "kwargs": "kwds", "arguments": "args"}


class Apply(Body):
    synonyms: ClassVar[dict[str, str]] = _OF_CALLS
    verb = "apply"
    object_fields: ClassVar[dict[str, str]] = {"pool": "pool"}
    summary = "Run a target in a pool's worker and wait for what it returns."
    pool: ReferenceField = Field(description="The pool.")
    func: Name = Field(description="The target to run.")
    args: ArgumentList | None = Field(None, description="Its positional arguments, a list.")
    kwds: NameMap | None = Field(None, description="Its keyword arguments.")


class ApplyAsync(Body):
    synonyms: ClassVar[dict[str, str]] = _OF_CALLS
    verb = "apply_async"
    object_fields: ClassVar[dict[str, str]] = {"pool": "pool"}
    summary = (
        "Hand a target to a pool's workers and go on; `into` takes the result object. When the task has ended, a thread of "
        "the pool in this process first calls `callback` with what it returned, or `error_callback` with its exception."
    )
    pool: ReferenceField = Field(description="The pool.")
    func: Name = Field(description="The target to run.")
    args: ArgumentList | None = Field(None, description="Its positional arguments, a list.")
    kwds: NameMap | None = Field(None, description="Its keyword arguments.")
    callback: Name | None = Field(None, description="The target that is called with what the task returned.")
    error_callback: Name | None = Field(
        None, description="The target that is called with the task's exception."
    )

    @property
    def callbacks(self) -> tuple[Name, ...]:
        """The targets that are called when the task has ended."""
        return tuple(one for one in (self.callback, self.error_callback) if one is not None)
