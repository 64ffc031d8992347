"""What a promise means: its core forms, its formula, and the shortest records that keep it and that break it."""

from __future__ import annotations

from dataclasses import dataclass

from mprunner.checking.constraints.substituting import captures
from mprunner.checking.forms import Declared, MatcherForm, PromiseForm
from mprunner.checking.meaning.core_text import core_lines, core_name
from mprunner.checking.meaning.definition import definition_of
from mprunner.checking.meaning.example_traces import by_items, empty_holds, examples, told
from mprunner.checking.meaning.expansion import as_pairs
from mprunner.checking.meaning.formula import formula_of
from mprunner.checking.meaning.roles import Roles
from mprunner.checking.titles import title
from mprunner.checking.wording import phrase

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`core` are lines of YAML with letters for matchers, `letters` what each stands for. `formula`, `definition` (in words,
    where no formula says it), `runs` (in which it holds, if not in each), `kept` and `broken` are None where there is none;
    a promise without `core` is judged by the run as a whole.
    """

    title: str
    core: tuple[str, ...]
    letters: tuple[tuple[str, str], ...]
    formula: str | None
    kept: str | None
    broken: str | None
    definition: str | None = None
    runs: str | None = None


def explain(promise: PromiseForm, declared: Declared) -> Explanation:
    """What the promise means. The examples are found by trying, up to some 20,000 records."""
    heading = title(promise)
    promise = as_pairs(promise, declared)
    roles = Roles()
    core = core_lines(promise.body, promise.within, promise.per, roles.name, promise.for_each)
    formula = formula_of(promise.body, promise.within, roles.proposition, empty_holds)
    definition = definition_of(promise.body, core_name(roles.name))
    values = "".join(_values(one, roles) for one in promise.for_each)
    lettered: PromiseForm = by_items(roles.lettered(promise))
    found = examples(lettered, roles, declared) if core else None
    return Explanation(
        title=heading,
        core=tuple(core),
        letters=tuple((name, phrase(form)) for name, form in roles.given.items()),
        formula=None if formula is None else f"{values}{formula}{_groups(promise)}",
        kept=None if found is None or found.kept is None else told(found.kept),
        broken=None if found is None or found.broken is None else told(found.broken),
        runs={"sometimes": "some run keeps it", "never": "no run keeps it"}.get(promise.holds),
        definition=None if definition is None else f"{values}{definition}{_groups(promise)}",
    )


def _values(domain: MatcherForm, roles: Roles) -> str:
    """The head of a formula that is meant for each value."""
    names = " and ".join(f"${name}" for name in captures(domain))
    return f"for each {names} of {roles.name(domain)}: "


def _groups(promise: PromiseForm) -> str:
    return "" if promise.per == "run" else f"   (of the events of each {promise.per})"
