"""`no_races`: the accesses to one object in shared memory are ordered by the program."""

from __future__ import annotations

from mprunner.language.fields import Word
from mprunner.language.promises import Form
from mprunner.language.quick_models import Field

__all__ = ["NoRaces"]


class NoRaces(Form):
    form = "no_races"
    modifiers = ()
    summary = "No two processes use a value or array, one of them writing, with nothing that orders the two."
    no_races: Word = Field(description="The value or array; a family's name stands for all its members.")
