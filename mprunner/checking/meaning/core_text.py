"""A promise as YAML in core forms, with letters for its matchers."""

from __future__ import annotations

from collections.abc import Callable

from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    ClosedForm,
    CountForm,
    EachForm,
    HappensBeforeForm,
    IfForm,
    LinearizableForm,
    MatcherForm,
    NoInterleavingForm,
    NotForm,
    OpenForm,
    OvertakingForm,
    PairForm,
    PartForm,
    RacesForm,
    RelatedForm,
    ScopeForm,
    SequenceForm,
    SpanForm,
    StepForm,
)
from mprunner.checking.meaning.expansion import ANY_EVENT
from mprunner.checking.meaning.roles import changed

__all__ = ["core_lines", "core_name"]

Name = Callable[[MatcherForm], str]


def core_lines(
    body: Body, within: ScopeForm | None, per: str, name: Name, for_each: tuple[MatcherForm, ...] = ()
) -> list[str]:
    """The lines of the promise, the first beginning with `- `; empty for what is judged by the whole run."""
    quantified = [] if not for_each else [f"for_each: {_side(for_each, name)}"]
    fields = _fields(body, name)
    if not fields:
        return []
    fields = quantified + fields
    if within is not None:
        fields.append(f"within: {_scope(within, name)}")
    if per != "run":
        fields.append(f"per: {per}")
    lines = [line for field in fields for line in field.split("\n")]
    return [f"{'- ' if index == 0 else '  '}{line}" for index, line in enumerate(lines)]


def _fields(body: Body, name: Name) -> list[str]:
    if isinstance(body, CountForm):
        bounds = [(key, getattr(body, key)) for key in ("exactly", "at_least", "at_most")]
        return [
            f"count: {_m(body.of, name)}",
            *(f"{key}: {value}" for key, value in bounds if value is not None),
        ]
    if isinstance(body, (EachForm, ChainForm)):
        return _each(body, name)
    if isinstance(body, HappensBeforeForm):
        return [f"happens_before: [{_m(body.earlier, name)}, {_m(body.later, name)}]"]
    if isinstance(body, SequenceForm):
        return _sequence(body, name)
    if isinstance(body, AllForm):
        return [_parts("all_of", body.parts, name)]
    if isinstance(body, AnyForm):
        return [_parts("any_of", body.parts, name)]
    if isinstance(body, NotForm):
        return [_inside("not", body.part, name)]
    if isinstance(body, IfForm):
        return [_inside("if", body.condition, name), _inside("then", body.then, name)]
    return _of_spans(body, name)


def _of_spans(body: Body, name: Name) -> list[str]:
    if isinstance(body, OpenForm):
        bounds = [(key, getattr(body, key)) for key in ("at_most", "at_least")]
        found = [
            f"open: {_span(body.span, name)}",
            *(f"{key}: {value}" for key, value in bounds if value is not None),
        ]
        return [*found, "per: object"] if body.each_object else found
    if isinstance(body, ClosedForm):
        return [f"closed: {_span(body.span, name)}"]
    if isinstance(body, RelatedForm):
        return [
            f"span: {_span(body.span, name)}",
            f"relation: {body.relation}",
            f"to: {_span(body.to, name)}",
        ]
    if isinstance(body, NoInterleavingForm):
        return [f"no_interleaving: {{of: {_m(body.of, name)}, inside: {_span(body.inside, name)}}}"]
    if isinstance(body, PairForm):
        return _pair(body, name)
    if isinstance(body, LinearizableForm):
        initial = "" if body.initial is None else f", initial: {body.initial}"
        return [f"linearizable: {{object: {body.object}, model: {body.model}{initial}}}"]
    if isinstance(body, RacesForm):
        return [f"no_races: {body.object}"]
    if isinstance(body, OvertakingForm):
        ends = f"request: {_m(body.request, name)}, grant: {_m(body.grant, name)}"
        return [f"bounded_overtaking: {{{ends}, at_most: {body.at_most}, by: {body.by}}}"]
    return []


def _pair(body: PairForm, name: Name) -> list[str]:
    found = [f"pair: {{put: {_m(body.put, name)}, get: {_m(body.get, name)}, by: {body.by}}}"]
    found += [] if body.order == "any" else [f"order: {body.order}"]
    found += [] if body.each_put is None else [f"each_put: {body.each_put}"]
    return found if body.within_ms is None else [*found, f"within_ms: {body.within_ms:g}"]


def core_name(name: Name) -> Name:
    """How a matcher is written where `name` gives letters."""
    return lambda form: _m(form, name)


def _m(form: MatcherForm, name: Name) -> str:
    bare = changed(form, none_of=())
    if form.none_of:
        others = ", ".join(_m(one, name) for one in form.none_of)
        inside = 'op: {matches: ""}' if bare == ANY_EVENT else f"any_of: [{_m(bare, name)}]"
        return f"{{{inside}, none_of: [{others}]}}"
    if form == ANY_EVENT:
        return '{op: {matches: ""}}'
    if form.any_of and changed(form, any_of=()) == MatcherForm():
        return f"{{any_of: [{', '.join(_m(one, name) for one in form.any_of)}]}}"
    return name(form)


def _side(side: tuple[MatcherForm, ...], name: Name) -> str:
    return _m(side[0], name) if len(side) == 1 else f"[{', '.join(_m(one, name) for one in side)}]"


def _each(body: EachForm | ChainForm, name: Name) -> list[str]:
    each = body.each if isinstance(body, ChainForm) else (body.each,)
    partner = body.partner if isinstance(body, ChainForm) else (body.partner,)
    found = [f"each: {_side(each, name)}", f"{'has' if body.wanted else 'has_no'}: {_side(partner, name)}"]
    if body.where != "after":
        found.append(f"where: {body.where}")
    if body.without is not None:
        found.append(f"without: {_m(body.without, name)}")
    if isinstance(body, EachForm) and body.bind:
        found.append(f"bind: [{', '.join(body.bind)}]")
    if isinstance(body, EachForm) and body.within_ms is not None:
        found.append(f"within_ms: {body.within_ms:g}")
    return found


def _sequence(body: SequenceForm, name: Name) -> list[str]:
    steps: list[str] = []
    for step in body.steps:
        steps += [] if step.gap is None else [f"{{gap_without: {_m(step.gap, name)}}}"]
        steps.append(_step(step, name))
    steps += [] if body.last_gap is None else [f"{{gap_without: {_m(body.last_gap, name)}}}"]
    found = [f"sequence: [{', '.join(steps)}]", *(["complete: true"] if body.complete else [])]
    return found if body.among is None else [*found, f"among: {_m(body.among, name)}"]


def _step(step: StepForm, name: Name) -> str:
    if len(step.of) > 1 or step.any_order:
        without = "" if step.inside is None else f", without: {_m(step.inside, name)}"
        return f"{{any_order: [{', '.join(_m(one, name) for one in step.of)}]{without}}}"
    one = _m(step.of[0], name)
    if step.times != 1:
        return f"{{times: {step.times}, of: {one}}}"
    return f"{{next: {one}}}" if step.next else one


def _lines_of(part: PartForm, name: Name) -> list[str]:
    return core_lines(part.body, part.within, part.per, name, part.for_each) or [f"- {part.form}: ..."]


def _parts(key: str, parts: tuple[PartForm, ...], name: Name) -> str:
    return "\n".join([f"{key}:", *(f"  {line}" for part in parts for line in _lines_of(part, name))])


def _inside(key: str, part: PartForm, name: Name) -> str:
    return "\n".join([f"{key}:", *(line for line in _lines_of(part, name))]).replace("\n- ", "\n  ")


def _span(span: SpanForm, name: Name) -> str:
    if span.begin is not None and span.end is not None:
        return f"{{begin: {_m(span.begin, name)}, end: {_m(span.end, name)}, by: {span.by}}}"
    more = "" if span.object is None else f", object: {span.object}"
    return f"{{{span.kind}: {span.name}{more}}}"


def _scope(scope: ScopeForm, name: Name) -> str:
    ends = (("before", scope.before), ("after", scope.after), ("from", scope.from_), ("to", scope.to))
    found = [f"{key}: {_m(form, name)}" for key, form in ends if form is not None]
    return f"{{{', '.join([*found, *(['open_end: true'] if scope.open_end else [])])}}}"
