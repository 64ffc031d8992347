"""A promise with letters for its matchers: what formulas and example traces are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mprunner.checking.forms import (
    Filled,
    MatcherForm,
    Matches,
    Not,
    OneOf,
    PromiseForm,
    SequenceForm,
    Variable,
)
from mprunner.checking.meaning.expansion import ANY_EVENT
from mprunner.checking.meaning.ltlf import FALSE, TRUE, Formula, both, either, letter, no

__all__ = ["SLOTS", "Roles", "changed", "field_names", "variables_of"]

_MODULES = frozenset((MatcherForm.__module__, PromiseForm.__module__))
_PRINTS = MatcherForm(op="print")
"""What all events of examples are."""
_LETTERS = "abcdefghijklmnopqrstuvw"


def field_names(value: Any) -> tuple[str, ...]:
    """The names of the fields of a form or of a part of one; none for plain values."""
    kind = type(value)
    return tuple(getattr(kind, "__match_args__", ())) if kind.__module__ in _MODULES else ()


def changed(value: Any, **changes: Any) -> Any:
    """A copy of a form with other values in some fields."""
    kept = {name: getattr(value, name) for name in field_names(value)}
    return type(value)(**{**kept, **changes})


SLOTS = ("item", "label")
"""Fields of the events of examples that hold what variables stand for."""


def variables_of(value: Any) -> tuple[Variable, ...]:
    """The variables in a form or in a part of one, each once."""
    if isinstance(value, Variable):
        return (value,)
    if isinstance(value, Filled):
        inner: Any = value.parts
    elif isinstance(value, (OneOf, Not)):
        inner = value.values if isinstance(value, OneOf) else (value.value,)
    else:
        inner = value if isinstance(value, tuple) else [getattr(value, name) for name in field_names(value)]
    return tuple(dict.fromkeys(one for part in inner for one in variables_of(part)))


def _using(value: Any) -> Any:
    """A form in which no variable captures."""
    if isinstance(value, Variable):
        return Variable(value.name)
    if isinstance(value, tuple):
        return tuple(_using(one) for one in value)
    names = field_names(value)
    return changed(value, **{name: _using(getattr(value, name)) for name in names}) if names else value


@dataclass(slots=True)
class Roles:
    """Gives each matcher a letter, in the order in which they are met."""

    given: dict[str, MatcherForm] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    """The field that holds the value of a variable in examples."""

    def name(self, form: MatcherForm) -> str:
        """The letter of a matcher; what captures a variable and what uses it have the same."""
        form = _using(form)
        for name, known in self.given.items():
            if known == form:
                return name
        number = len(self.given)
        name = _LETTERS[number] if number < len(_LETTERS) else f"e{number}"
        self.given[name] = form
        return name

    def proposition(self, form: MatcherForm) -> Formula:
        """A matcher as a formula over letters; alternatives and exceptions have letters of their own."""
        bare = changed(form, none_of=())
        found = TRUE if bare == ANY_EVENT else self._alternatives(bare)
        for one in form.none_of:
            found = both(found, no(self.proposition(one)))
        return found

    def _alternatives(self, form: MatcherForm) -> Formula:
        if not form.any_of or changed(form, any_of=()) != MatcherForm():
            return letter(self.name(form))
        found = FALSE
        for one in form.any_of:
            found = self.proposition(one) if found == FALSE else either(found, self.proposition(one))
        return found

    def as_print(self, form: MatcherForm) -> MatcherForm:
        """The matcher that selects prints with its letter."""
        bare = changed(form, none_of=())
        if bare == ANY_EVENT:
            found = bare
        elif form.any_of and changed(bare, any_of=()) == MatcherForm():
            found = MatcherForm(any_of=tuple(self.as_print(one) for one in form.any_of))
        else:
            found = MatcherForm(print=Matches(self.name(bare)), **self._held(bare))
        lettered: MatcherForm = changed(found, none_of=tuple(self.as_print(one) for one in form.none_of))
        return lettered

    def _held(self, form: MatcherForm) -> dict[str, Any]:
        """The variables of a matcher in the fields that hold their values."""
        found: dict[str, Any] = {}
        for variable in variables_of(form):
            slot = self.slots.setdefault(variable.name, SLOTS[min(len(self.slots), len(SLOTS) - 1)])
            found[slot] = variable
        return found

    def lettered(self, value: Any) -> Any:
        """A promise's form, or a part of it, with every matcher as its letter."""
        if isinstance(value, MatcherForm):
            return self.as_print(value)
        if isinstance(value, tuple):
            return tuple(self.lettered(one) for one in value)
        if isinstance(value, SequenceForm) and value.among == _PRINTS:
            return changed(self.lettered(changed(value, among=None)), among=_PRINTS)
        names = field_names(value)
        return (
            changed(value, **{name: self.lettered(getattr(value, name)) for name in names})
            if names
            else value
        )
