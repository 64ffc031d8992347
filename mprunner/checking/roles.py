"""A promise with letters for its matchers: what formulas and example traces are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mprunner.checking.expansion import ANY_EVENT
from mprunner.checking.forms import MatcherForm, Matches, PromiseForm
from mprunner.checking.ltlf import FALSE, TRUE, Formula, both, either, letter, no

__all__ = ["Roles", "changed"]

_MODULES = frozenset((MatcherForm.__module__, PromiseForm.__module__))
_LETTERS = "abcdefghijklmnopqrstuvw"


def field_names(value: Any) -> tuple[str, ...]:
    """The names of the fields of a form or of a part of one; none for plain values."""
    kind = type(value)
    return tuple(getattr(kind, "__match_args__", ())) if kind.__module__ in _MODULES else ()


def changed(value: Any, **changes: Any) -> Any:
    """A copy of a form with other values in some fields."""
    kept = {name: getattr(value, name) for name in field_names(value)}
    return type(value)(**{**kept, **changes})


@dataclass(slots=True)
class Roles:
    """Gives each matcher a letter, in the order in which they are met."""

    given: dict[str, MatcherForm] = field(default_factory=dict)

    def name(self, form: MatcherForm) -> str:
        """The letter of a matcher."""
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
            found = MatcherForm(print=Matches(self.name(bare)))
        lettered: MatcherForm = changed(found, none_of=tuple(self.as_print(one) for one in form.none_of))
        return lettered

    def lettered(self, value: Any) -> Any:
        """A promise's form, or a part of it, with every matcher as its letter."""
        if isinstance(value, MatcherForm):
            return self.as_print(value)
        if isinstance(value, tuple):
            return tuple(self.lettered(one) for one in value)
        names = field_names(value)
        return (
            changed(value, **{name: self.lettered(getattr(value, name)) for name in names})
            if names
            else value
        )
