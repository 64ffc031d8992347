"""From FileCheck's directives to the sequence of lines that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mprunner.checking.forms import MatcherForm, SequenceForm, StepForm
from mprunner.language.filecheck import Directive
from mprunner.language.matchers import Matcher
from mprunner.records import replaced

__all__ = ["sequence_of"]

LINES = MatcherForm(op="print")


def sequence_of(directives: Sequence[Directive], form: Callable[[Matcher], MatcherForm]) -> SequenceForm:
    """The sequence; `form` turns a written matcher into a plain one.

    A label takes the first line that fits: none like it stands in the gaps since the label before, nor is one taken by
    another directive.
    """
    steps: list[StepForm] = []
    refused: list[MatcherForm] = []
    group: list[MatcherForm] = []
    for place, one in enumerate(directives):
        matcher = form(one.matchers[0])
        label = next((form(later.matchers[0]) for later in directives[place:] if later.kind == "label"), None)
        if one.kind == "not":
            refused.append(matcher)
            continue
        if label is not None and one.kind != "label":
            matcher = replaced(matcher, none_of=(label,))
        if one.kind == "dag":
            group.append(matcher)
            if place + 1 < len(directives) and directives[place + 1].kind == "dag":
                continue
            taken, group = tuple(group), []
        else:
            taken = (matcher,)
        gap = _any([*refused, *([] if label is None else [label])])
        many = len(taken) > 1
        for number in range(one.times):
            before = gap if number == 0 or label is None else label
            before = None if one.kind == "next" or (number and label is None) else before
            steps.append(StepForm(taken, one.kind == "next", 1, many, before, label if many else None))
        refused = []
    return SequenceForm(_counted(steps), last_gap=_any(refused), among=LINES)


def _counted(steps: list[StepForm]) -> tuple[StepForm, ...]:
    """Equal steps in a row, with nothing to say of what lies between, as one that is repeated."""
    found: list[StepForm] = []
    for step in steps:
        bare = replaced(found[-1], times=1, gap=None) if found else None
        if step == bare and not step.next and len(step.of) == 1:
            found[-1] = replaced(found[-1], times=found[-1].times + 1)
        else:
            found.append(step)
    return tuple(found)


def _any(forms: list[MatcherForm]) -> MatcherForm | None:
    if len(forms) < 2:
        return forms[0] if forms else None
    return MatcherForm(any_of=tuple(forms))
