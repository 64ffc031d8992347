"""`docs/language.md`: every section, verb, field, promise and expression, from the tables that the validator uses."""

from __future__ import annotations

from collections.abc import Iterable

from mprunner.language.bodies import Body
from mprunner.language.classics import CLASSICS, Classic
from mprunner.language.compositions import COMPOSITIONS
from mprunner.language.dispatch import Beside
from mprunner.language.examples import CLASSIC_EXAMPLES, PROMISE_EXAMPLES, VERB_EXAMPLES
from mprunner.language.exceptions import MULTIPROCESSING
from mprunner.language.field_types import Described, described_fields
from mprunner.language.fields import Located
from mprunner.language.filecheck import DIRECTIVES, FileCheck
from mprunner.language.linearizability import LinearizableForm
from mprunner.language.matchers import Matcher, Scope, SpanFields
from mprunner.language.models import (
    Ends,
    ProcessDeclaration,
    Scenario,
    TargetDeclaration,
)
from mprunner.language.objects import OBJECTS, Declared
from mprunner.language.outcomes import Outcomes
from mprunner.language.overtaking import BoundedOvertaking
from mprunner.language.pairing import Paired, PairedEnds
from mprunner.language.promises import FORMS, Form, Modifiers
from mprunner.language.racing import NoRaces
from mprunner.language.reference_text import CLASSIC_NAMES, EXPRESSIONS, FIELD_KINDS, HEAD, MATCHERS, STEPS
from mprunner.language.relations import Related
from mprunner.language.safe import BUILTINS, SAFE_METHODS
from mprunner.language.steps import VERBS
from mprunner.operations import KINDS, OPERATIONS

__all__ = ["language_page"]

_DECLARATIONS: tuple[type[Declared], ...] = (ProcessDeclaration, TargetDeclaration, *OBJECTS)


def language_page() -> str:
    """The page in Markdown."""
    parts = [
        HEAD,
        "## The sections of a file\n",
        _table(described_fields(Scenario)),
        *_declarations(),
        FIELD_KINDS,
        STEPS,
        _table(described_fields(Beside)),
        *(_verb(verb, body) for verb, body in VERBS.items()),
        "## Promises\n\nAn item of `expect` has one form as key. Beside it may stand:\n",
        _table(described_fields(Modifiers)),
        _object("within", "The part of the record in which a promise is judged.", Scope, level=3),
        *(_form(form, body) for form, body in FORMS.items()),
        _form(Paired.form, Paired),
        _table(described_fields(PairedEnds)),
        _form(Related.form, Related),
        _form(BoundedOvertaking.form, BoundedOvertaking),
        _form(LinearizableForm.form, LinearizableForm),
        _form(NoRaces.form, NoRaces),
        _form(FileCheck.form, FileCheck),
        *(f"- `{name}`: {words}" for name, words in DIRECTIVES.items()),
        "",
        _form(Outcomes.form, Outcomes),
        *(_form(form, body) for form, body in COMPOSITIONS.items()),
        CLASSIC_NAMES,
        *_classics(),
        MATCHERS,
        _table(described_fields(Matcher)),
        _object(
            "Spans",
            "What a matcher's instants are to points, spans are to stretches of time.",
            SpanFields,
            level=3,
        ),
        EXPRESSIONS,
        _functions(),
        _observations(),
        f"## Exceptions\n\nAll of Python's built-in exceptions by their names, and: {_codes(sorted(MULTIPROCESSING))}.\n",
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _declarations() -> Iterable[str]:
    for model in _DECLARATIONS:
        yield _object(f"`{model.section}`", (model.__doc__ or "").strip(), model, level=3)
    yield _object("`ends`", "How an endless scenario ends, without fault.", Ends, level=3)


def _object(title: str, text: str, model: type[Located], *, level: int) -> str:
    fields = described_fields(model)
    return f"{'#' * level} {title}\n\n{text}\n" + (f"\n{_table(fields)}" if fields else "")


def _table(fields: list[Described]) -> str:
    rows = ["| field | takes | |", "| --- | --- | --- |"]
    for field in fields:
        name = f"**{field.name}**" if field.required else field.name
        default = "" if field.default is None else f" Default: `{_shown(field.default)}`."
        rows.append(f"| {name} | {field.kind.title} | {_cell(field.description)}{default} |")
    return "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _verb(verb: str, body: type[Body]) -> str:
    short = ""
    if body.short is not None and not body.whole:
        names = body.object_fields if len(body.object_fields) > 1 else [body.short]
        short = " Short: " + " or ".join(f"`- {verb}: {name.upper()}`" for name in names) + "."
    fields = described_fields(body)
    table = f"\n{_table(fields)}" if fields else ""
    return f"### {verb}\n\n{body.summary}{short}\n\n```yaml\n{VERB_EXAMPLES[verb]}\n```\n{table}"


def _form(form: str, body: type[Form]) -> str:
    fields = described_fields(body)
    table = f"\n{_table(fields)}" if fields else ""
    return f"### {form}\n\n{body.summary}\n\n```yaml\n{PROMISE_EXAMPLES[form]}\n```\n{table}"


def _classics() -> Iterable[str]:
    yield "| name | | example |\n| --- | --- | --- |"
    for form, body in CLASSICS.items():
        yield f"| {form} | {body.summary}{_more(body)} | {_line(CLASSIC_EXAMPLES[form])} |"
    yield ""


def _more(body: type[Classic]) -> str:
    """The fields beside the form's own."""
    return "".join(
        f" **{field.name}**: {_cell(field.description)}"
        if field.required
        else f" {field.name}: {_cell(field.description)}"
        for field in described_fields(body)
        if field.name != body.form
    )


def _line(example: str) -> str:
    return " ".join(f"`{line.strip()}`" for line in example.split("\n"))


def _functions() -> str:
    methods = "\n".join(f"- of a {name}: {_codes(sorted(found))}" for name, found in SAFE_METHODS.items())
    return f"Functions: {_codes(sorted(BUILTINS))}.\n\nMethods of plain values:\n\n{methods}\n"


def _observations() -> str:
    rows = ["What can be seen of objects; each look is one event on the record:", ""]
    for kind in KINDS:
        seen = [
            f"{name}()" if spec.form == "method" else name
            for spec in OPERATIONS
            if spec.kind == kind and spec.form in ("method", "attribute")
            for name in spec.written
        ]
        if seen and kind != "none":
            rows.append(f"- of a {kind}: {_codes(seen)}")
    return "\n".join(rows) + "\n"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
