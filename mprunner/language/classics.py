"""The classic names of DECLARE, of Dwyer, Avrunin and Corbett, and of delivery, as forms of promise.

Each is an alias: what it expands to stands in `checking/meaning/expansion.py`, and `mprun explain` prints it. What they take is
one of a few shapes, so they are made from a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import new_class
from typing import TYPE_CHECKING, Any

from mprunner.language import promise_rules
from mprunner.language.fields import Bound, Word
from mprunner.language.matchers import Matcher, MatcherField, MatcherList
from mprunner.language.promises import Form, Pair
from mprunner.language.quick_models import Field, PlainValidator

__all__ = ["CLASSICS", "ONE_MATCHER", "ONE_QUEUE", "TWO_MATCHERS", "Classic"]

if TYPE_CHECKING:
    ChainPair = tuple[tuple[Matcher, ...], tuple[Matcher, ...]]
else:
    ChainPair = PlainValidator(promise_rules.chain_pair)


class Classic(Form):
    """A classic name; `given` is what stands under its key."""

    form = ""

    @property
    def given(self) -> Any:
        """The value of the field that has the form's name."""
        return getattr(self, self.form)


TWO_MATCHERS: dict[str, str] = {
    "exclusive_choice": "One of the two happens, and not both.",
    "responded_existence": "If the first happens, the second does too, before or after it.",
    "co_existence": "Both happen, or neither.",
    "succession": "After each of the first comes one of the second, and before each of the second one of the first.",
    "alternation": "The two take turns, whichever is first.",
    "alternate_response": "After each of the first comes one of the second, before the next of the first.",
    "alternate_precedence": "Before each of the second comes one of the first, since the last of the second.",
    "alternate_succession": "The two strictly alternate: the first begins, the second ends.",
    "chain_response": "Directly after each of the first comes one of the second.",
    "chain_precedence": "Directly before each of the second comes one of the first.",
    "chain_succession": "Each of the first is directly followed by the second, and each of the second directly preceded.",
    "not_responded_existence": "If the first happens, the second never does.",
    "not_co_existence": "The two do not both happen.",
    "not_response": "After the first there is none of the second.",
    "not_precedence": "Before the second there is none of the first.",
    "not_succession": "The first is never followed, at whatever distance, by the second.",
    "not_chain_response": "Directly after the first never comes the second.",
    "not_chain_precedence": "Directly before the second never comes the first.",
    "not_chain_succession": "The first is never directly followed by the second.",
}

ONE_MATCHER: dict[str, str] = {
    "init": "The first event is one of these.",
    "end": "The last event is one of these.",
    "universality": "Every event is one of these.",
}

ONE_QUEUE: dict[str, str] = {
    "lifo": "What is put last is got first, as of a stack.",
    "at_most_once": "What is put is got once at most, and nothing else is got.",
    "at_least_once": "What is put is got, perhaps more than once, and nothing else is got.",
    "nothing_invented": "What is got was put before.",
}


_CHAINED = "[earlier, later], of which one is a list of two matchers."

Fields = dict[str, tuple[Any, Any]]
"""Name -> annotation and field."""


def _others() -> dict[str, tuple[str, Fields]]:
    """Classic names that take more than one of the common shapes: name -> summary and fields."""
    return {
        "exactly": (
            "So many events fit, no more and no fewer.",
            {
                "exactly": (MatcherField, Field(description="What to count.")),
                "times": (Bound, Field(1, description="How many.")),
            },
        ),
        "bounded_existence": (
            "At most so many events fit.",
            {
                "bounded_existence": (MatcherField, Field(description="What to count.")),
                "at_most": (Bound, Field(description="How many at most.")),
            },
        ),
        "choice": (
            "At least one of these happens.",
            {
                "choice": (
                    MatcherList,
                    Field(description="The matchers, of which one at least fits some event."),
                )
            },
        ),
        "precedence_chain": (
            "Before each of the later there is the earlier; one of them is a chain of two.",
            {"precedence_chain": (ChainPair, Field(description=_CHAINED))},
        ),
        "response_chain": (
            "After each of the earlier there is the later; one of them is a chain of two.",
            {"response_chain": (ChainPair, Field(description=_CHAINED))},
        ),
        "constrained_chain": (
            "After each of the earlier there is the later, a chain of two with nothing of a kind between them.",
            {
                "constrained_chain": (ChainPair, Field(description="[earlier, [first, second]]")),
                "without": (
                    MatcherField,
                    Field(description="No such event may stand between the two of the chain."),
                ),
            },
        ),
        "constrained_response": (
            "After each of the first there is one of the second, with nothing of a kind between.",
            {
                "constrained_response": (Pair, Field(description="[earlier, later]")),
                "without": (MatcherField, Field(description="No such event may stand in between.")),
            },
        ),
    }


def _table() -> dict[str, tuple[str, Fields]]:
    found = _others()
    for form, summary in ONE_MATCHER.items():
        among = Field(None, description="Of which events; without it, of all that succeed.")
        found[form] = (
            summary,
            {
                form: (MatcherField, Field(description="The events.")),
                "among": (MatcherField | None, among),
            },
        )
    for form, summary in TWO_MATCHERS.items():
        found[form] = (summary, {form: (Pair, Field(description="[first, second]"))})
    for form, summary in ONE_QUEUE.items():
        found[form] = (summary, {form: (Word, Field(description="The queue."))})
    return found


def _made(form: str, summary: str, fields: Fields) -> type[Classic]:
    name = "".join(part.capitalize() for part in form.split("_"))
    namespace: dict[str, Any] = {
        "__module__": __name__, "__qualname__": name, "form": form, "summary": summary,
        "__annotations__": {field: annotation for field, (annotation, _) in fields.items()},
        **{field: described for field, (_, described) in fields.items()},
    }  # fmt: skip
    if form in ONE_QUEUE:
        namespace["modifiers"] = ()
    return new_class(name, (Classic,), {}, lambda body: body.update(namespace))


class Classics(Mapping[str, type[Classic]]):
    """Classic name -> its model, which is made when it is first asked for: each takes a millisecond."""

    def __init__(self) -> None:
        self._table = _table()
        self._made: dict[str, type[Classic]] = {}

    def __getitem__(self, form: str) -> type[Classic]:
        if form not in self._made:
            self._made[form] = _made(form, *self._table[form])
        return self._made[form]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __contains__(self, form: object) -> bool:
        return form in self._table

    def __len__(self) -> int:
        return len(self._table)


CLASSICS: Mapping[str, type[Classic]] = Classics()
