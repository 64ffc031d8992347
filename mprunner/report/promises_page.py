"""`docs/promises.md`: every form of promise and every classic name, with what it means and an example each way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mprunner.checking.meaning.explaining import Explanation
from mprunner.language.classics import CLASSICS
from mprunner.language.examples import PROMISE_EXAMPLES
from mprunner.language.vocabulary import PROMISES

__all__ = ["promises_page"]

_HEAD = """# All promises, with examples

Generated: what each form of promise means, as `mprun explain FILE:LINE` tells it of your own. **Core** is what it expands
to, with letters for its matchers; **LTLf** the formula, where there is one (`G` always, `F` some time, `X` at the next event,
`WX` at the next one if there is one, `U` until, `W` until or for ever, `Y` at the event before, `Since` the past's until),
else **means** says it in words: `i` and `j` are places in the record, `t(i)` is a time, `item(i)` a field of that event.
The records are the shortest that put it to the test and keep it, and that break it, found by trying and judged by the
checker; one letter is one event, `x` an event that no matcher selects, `+6 ms` a pause. How promises are judged:
[Promises](constraints.md); their fields: [the language](language.md#promises).
"""

_CLASSICS = """## Classic names

The names of DECLARE, of the specification patterns of Dwyer, Avrunin and Corbett, and of delivery. `within` gives the
patterns their scopes: `{before: r}`, `{after: q}`, `{from: q, to: r}`, and with `open_end: true` also a last segment that
is never closed. Where one event is both of the first and of the second, `after` and `before` let it be its own partner;
`next`, `previous` and `without` never do.
"""


def promises_page(explained: Mapping[str, Explanation]) -> str:
    """The page in Markdown; `explained` has each form's example."""
    parts = [_HEAD, "## Forms\n"]
    for form in PROMISES:
        if form == next(iter(CLASSICS)):
            parts.append(_CLASSICS)
        parts.append("\n".join(_entry(form, explained[form])))
    return "\n".join(parts).rstrip("\n") + "\n"


def _entry(form: str, found: Explanation) -> Iterator[str]:
    yield f"### {form}\n\n{PROMISES[form].summary}\n\n```yaml\n{PROMISE_EXAMPLES[form]}\n```\n"
    if not found.core:
        means = f"{found.definition[:1].upper()}{found.definition[1:]}. " if found.definition else ""
        yield f"{means}Judged by the run as a whole; [Promises](constraints.md) has records that keep and break it.\n"
        return
    yield "| | |\n| --- | --- |"
    if found.letters:
        yield f"| letters | {'; '.join(f'{_code(name)} = {_cell(words)}' for name, words in found.letters)} |"
    yield f"| core | {'<br>'.join(map(_code, found.core))} |"
    told = (
        ("LTLf", found.formula),
        ("means", found.definition),
        ("kept by", found.kept),
        ("broken by", found.broken),
    )
    for label, text in told:
        if text is not None:
            yield f"| {label} | {_code(text)} |"
    yield ""


def _code(text: str) -> str:
    """As code in a table: leading spaces stay, bars do not end the cell."""
    spaces = len(text) - len(text.lstrip(" "))
    return "&nbsp;" * spaces + f"`{_cell(text.lstrip(' '))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
