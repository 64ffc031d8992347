"""The base of all verbs' models: what the dispatcher, the checks and the compiler need to know of each."""

from __future__ import annotations

from typing import Any, ClassVar

from mprunner.language.fields import Expression, Located
from mprunner.language.quick_models import PrivateAttr

__all__ = ["Body"]


class Body(Located):
    """What stands under (an action) or beside (a control verb) the verb of a step."""

    verb: ClassVar[str]
    control: ClassVar[bool] = False
    short: ClassVar[str | None] = None
    whole: ClassVar[bool] = False
    """The short form takes a mapping too, so that there is no long one (`set`, `raise`)."""
    short_text: ClassVar[str | None] = None
    """The field that a text under the verb stands for, where a mapping stands for another one."""
    object_fields: ClassVar[dict[str, str]] = {}
    """Field name -> kind of the object it names: exactly one of them is given."""
    object_needed: ClassVar[bool] = True
    """Whether one of `object_fields` has to be given."""
    also_kinds: ClassVar[tuple[str, ...]] = ()
    """Other kinds of object that the one object field may name."""
    summary: ClassVar[str] = ""
    recovers = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "verb" in vars(cls):
            cls.what = f"`{cls.verb}`"

    _shorthand: bool = PrivateAttr(default=False)
    _kind: str | None = PrivateAttr(default=None)

    @property
    def object_field(self) -> str | None:
        """The field that names the object acted on, as it was written; None for a verb without object."""
        return next((name for name in self.object_fields if getattr(self, name) is not None), None)

    def object_expression(self) -> Expression | None:
        """The reference to the object acted on, whichever field holds it."""
        field = self.object_field
        return None if field is None else getattr(self, field)

    @property
    def kind(self) -> str | None:
        """The kind of the object acted on: by its declaration after a short form, else by the field's name.

        None when only the run can tell (a parameter that gets objects of several kinds), or when there is no object.
        """
        if self._kind is not None:
            return self._kind
        field = self.object_field
        if field is None or (
            len(self.object_kinds) > 1 and (self._shorthand or len(self.object_fields) == 1)
        ):
            return None
        return self.object_fields[field]

    @property
    def object_kinds(self) -> tuple[str, ...]:
        """The kinds of object that this verb is for."""
        return (*self.object_fields.values(), *self.also_kinds)
