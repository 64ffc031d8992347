"""Steps on variables, lists, mappings, and the declared objects behind names."""

from __future__ import annotations

from typing import ClassVar

from mprunner.language.bodies import Body
from mprunner.language.fields import KeyMap, Name, ReferenceField, TextField, TextMap
from mprunner.language.quick_models import Field

__all__ = ["Append", "Create", "Delete", "Remove", "Set", "Update"]


class Set(Body):
    """`set: {place: value, ...}`, several in written order; `set: EVENT`."""

    verb = "set"
    short = "places"
    whole = True
    short_text = "event"
    object_fields: ClassVar[dict[str, str]] = {"event": "event"}
    object_needed = False
    summary = (
        "Assign variables, globals, elements, or settable attributes, in written order; or set an event."
    )
    places: TextMap = Field((), description="Reference -> value.")
    event: ReferenceField | None = Field(None, description="The event, only as `- set: EVENT`.")


class Append(Body):
    verb = "append"
    summary = "Append an item to a list in place."
    list: ReferenceField = Field(description="The list.")
    item: TextField = Field(description="What to append.")


class Remove(Body):
    verb = "remove"
    summary = "Remove the first such item from a list, or a key from a mapping, in place."
    list: ReferenceField | None = Field(None, description="The list.")
    mapping: ReferenceField | None = Field(None, description="The mapping.")
    item: TextField = Field(description="The item or key to remove.")


class Update(Body):
    verb = "update"
    summary = "Set keys of a mapping in place."
    mapping: ReferenceField = Field(description="The mapping.")
    items: KeyMap = Field(description="Key -> value.")


class Create(Body):
    verb = "create"
    short = "name"
    summary = "Create an object that was declared `create: later`."
    name: Name = Field(description="The declared object.")


class Delete(Body):
    verb = "del"
    short = "name"
    summary = "Drop this process's reference to an object, or forget a variable."
    name: Name = Field(description="The declared object or variable.")
