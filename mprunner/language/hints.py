"""Why YAML could not be read: from the place where the reader gave up to the mistake that an author made.

The reader's own words ("expected <block end>, but found '<scalar>'") say what a parser wanted, and the place is often
one line too late. Each function here knows one mistake by the case at hand and by the lines around it; the first that
recognises its own makes the message. PyYAML's words are looked at, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mprunner.language.case import Case
from mprunner.language.diagnostics import Diagnostic
from mprunner.language.events import Failure
from mprunner.language.lines import (
    in_flow,
    keyed,
    odd_in_line,
    open_brackets,
    tight_colon,
    value_from,
)
from mprunner.language.misread import BRACE_MESSAGE
from mprunner.language.scalars import quoted
from mprunner.language.source import Source

__all__ = ["explain"]

_WORD_BEFORE = re.compile(r"[^\s\[\]{},:'\"]+$")
_CLOSED = ("'", '"', "[", "{")
_FLOW_NOTE = "a text that has `: `, a comma or a bracket in it must be quoted here"


def explain(source: Source, failure: Failure) -> Diagnostic:
    """The message for a text that is not YAML."""
    case = Case(source, failure)
    for rule in _RULES:
        diagnostic = rule(case)
        if diagnostic is not None:
            return diagnostic
    message = "this can't be read as YAML"
    return case.found("yaml-syntax", case.index, case.index + 1, message, "the reader gave up here")


def _tab(case: Case) -> Diagnostic | None:
    indentation = re.match(r" *(\t+)", case.line)
    if indentation is not None and case.column >= indentation.start(1):
        message = f"line {case.number} is indented with a tab"
        return case.on_line("tab", case.number, *indentation.span(1), message, "use spaces")
    if case.character == "\t" and (
        "cannot start any token" in case.problem or "block scalar" in case.context
    ):
        return case.found(
            "tab", case.index, case.index + 1, "a tab stands where a space should", "use spaces"
        )
    return None


def _odd(case: Case) -> Diagnostic | None:
    context_line = case.source.position(case.context_index)[0]
    for number in dict.fromkeys((case.number, case.above, context_line)):
        odd = odd_in_line(case.source.line(number))
        if odd is not None:
            return case.on_line(odd.kind, number, odd.offset, odd.offset + 1, odd.message, odd.advice)
    return None


def _unclosed_quote(case: Case) -> Diagnostic | None:
    if "quoted scalar" in case.context and ("end of stream" in case.problem or "separator" in case.problem):
        start = case.context_index
        return case.found("unclosed-quote", start, start + 1, "this quotation mark is never closed")
    # A quote that is open swallows the lines up to the next one: then that one's text seems to follow a value.
    before = case.line[: case.column].rstrip()
    if before.endswith(('"', "'")):
        quote = before[-1]
        pattern = re.compile(rf"(?:^|[:\-\[{{,]) *({quote})[^{quote}]*$")
        for number in range(case.number - 1, max(case.number - 50, 0), -1):
            opened = pattern.search(case.source.line(number))
            if opened is not None and keyed(case.line).value_at == len(before) - 1:
                message = "this quotation mark is not closed on its line"
                note = f"the text goes on to the next such mark, at line {case.number}"
                return case.on_line("unclosed-quote", number, *opened.span(1), message, None, note)
    return None


def _escape(case: Case) -> Diagnostic | None:
    if "escape" in case.problem:
        end = case.index + 1
        start = case.source.text.rfind("\\", 0, end)
    elif case.problem.startswith("unreadable"):
        beyond = re.search(r"\\U(?!000|0010)[0-9a-fA-F]{8}", case.source.text)
        if beyond is None:
            return None
        start, end = beyond.span()
    else:
        return None
    written = case.source.text[start:end]
    number, column = case.source.position(start)
    scalar = re.search(r'"((?:[^"\\]|\\.)*)"', case.source.line(number)[: 10**4])
    literal = quoted(scalar.group(1)) if scalar and scalar.start() < column <= scalar.end() else None
    expected = (
        f"in single quotes a backslash is a backslash: {literal}"
        if literal
        else 'write "\\\\" for a backslash'
    )
    return case.found("unknown-escape", start, end, f"`{written}` is no escape in double quotes", expected)


def _start(case: Case) -> Diagnostic | None:
    """A text begins with a character that means something to YAML."""
    start = None
    if "cannot start any token" in case.problem or "mapping keys are not allowed" in case.problem:
        start = case.index
    elif "block scalar" in case.context or "an alias" in case.context or "an anchor" in case.context:
        start = case.context_index
    elif (
        "expected the node content" in case.problem
        and case.character
        and case.character in ",]}:?-"
        and not case.at_end
        and "a flow" not in case.context
    ):
        start = case.index
    elif "expected <block end>" in case.problem and keyed(case.line).value.startswith("*"):
        start = case.source.index(case.number, keyed(case.line).value_at + 1)
    if start is None:
        return None
    number, column = case.source.position(start)
    line = case.source.line(number)
    if (
        keyed(line).value[:1] in _CLOSED
        and column - 1 > keyed(line).value_at
        and not in_flow(line, column - 1)
    ):
        return _behind_value(case, start)
    text = value_from(line, column - 1, flow=bool(open_brackets(case.source.text[:start])))
    message = f"a text that begins with `{text[:1]}` must be quoted"
    return case.found("quote-needed", start, start + 1, message, f"write {quoted(text)}")


def _tag(case: Case) -> Diagnostic | None:
    if "tag" not in case.context and "tag" not in case.problem:
        return None
    start = case.source.text.rfind("!", 0, case.index + 1)
    start = case.source.text.rfind(" ", 0, start) + 1 if start > 0 else max(start, 0)
    return case.found("tag", start, case.index + 1, "YAML tags are not used here", "quote it if it is a text")


def _directive(case: Case) -> Diagnostic | None:
    if "directive" not in case.context and "directive" not in case.problem:
        return None
    message = "YAML directives are not used here"
    return case.on_line("directive", case.number, 0, len(case.line), message, "leave this line out")


def _dash(case: Case) -> Diagnostic | None:
    if "sequence entries are not allowed" not in case.problem:
        return None
    rest = keyed(case.line)
    if case.column < rest.value_at and rest.key_at > case.column:
        return _indentation(case)
    note = (
        f"a text that begins with a dash is quoted: {quoted(value_from(case.line, case.column, flow=False))}"
    )
    message = "a list can't begin on the line of its key"
    return case.found(
        "misplaced-dash", case.index, case.index + 1, message, "begin it on the next line", note
    )


def _colon(case: Case) -> Diagnostic | None:
    """A colon with a space where no key can be, or a key without one."""
    if "mapping values are not allowed" not in case.problem and "expected ':'" not in case.problem:
        return None
    here = keyed(case.line)
    if case.character == ":" and case.column >= here.value_at and here.key is not None:
        if here.value[:1] in _CLOSED:
            return _behind_value(case)
        text = value_from(case.line, here.value_at, flow=False)
        message = "a text with `: ` in it must be quoted"
        return case.on_line(
            "colon-in-text",
            case.number,
            here.value_at,
            here.value_at + len(text),
            message,
            f"write {quoted(text)}",
        )
    context_line = case.source.position(case.context_index)[0]
    suspects = dict.fromkeys((context_line, case.above)) if "expected ':'" in case.problem else (case.above,)
    for number in suspects:
        missing = _missing_space(case, number)
        if missing is not None:
            return missing
    above = keyed(case.source.line(case.above))
    if above.key is not None and above.value and here.key_at > above.key_at:
        return case.on_line(
            "bad-indent",
            case.number,
            here.key_at,
            max(case.column, here.key_at + 1),
            f"this line is indented further than line {case.above}, which has a value already",
            f"begin it in column {above.key_at + 1}",
        )
    lonely = context_line if "expected ':'" in case.problem else case.above
    words = keyed(case.source.line(lonely))
    if lonely and words.key is None and words.value:
        end = words.value_at + len(words.value)
        message = "a line without a colon among keys"
        return case.on_line(
            "missing-colon", lonely, words.value_at, end, message, "a key is followed by `: `"
        )
    return None


def _missing_space(case: Case, number: int) -> Diagnostic | None:
    tight = tight_colon(case.source.line(number))
    if tight is None:
        return None
    return case.on_line("missing-space", number, tight.start, tight.end, tight.message, tight.expected)


def _flow(case: Case) -> Diagnostic | None:
    """Something is wrong between brackets or braces."""
    if "a flow" not in case.context:
        return None
    text = case.source.text
    opened = open_brackets(text[: case.index + (1 if case.at_end else 0)])
    start = opened[-1] if opened else case.context_index
    start_line = case.source.position(start)[0]
    bracket = text[start : start + 1]
    closing = case.character if case.character in "]}" and not case.at_end else ""
    at_key = case.number > start_line and keyed(case.line).key is not None
    if case.at_end or at_key or (closing and opened):
        expected = f"the `{closing}` at line {case.number} does not close it" if closing else None
        return case.found("unclosed-bracket", start, start + 1, f"this `{bracket}` is never closed", expected)
    before = text[start + 1 : case.index]
    if "expected the node content" in case.problem:
        what = "an item" if bracket == "[" else "a value"
        message = f"{what} is missing before this `{case.character}`"
        return case.found("missing-comma", case.index, case.index + 1, message, None, _FLOW_NOTE)
    if bracket == "{" and case.character in "[{" and not re.search(r":\s", before):
        return _brace(case, start)
    name = _WORD_BEFORE.search(text, case.source.index(case.number, 1), case.index)
    if case.character in "[{" and name is not None:
        written = value_from(case.line, name.start() - case.index + case.column, flow=True)
        kind = "unquoted-index" if case.character == "[" else "quote-needed"
        what = "an indexed name" if kind == "unquoted-index" else "a text with braces"
        message = f"{what} must be quoted between brackets or braces"
        return case.found(
            kind, name.start(), name.start() + len(written), message, f"write {quoted(written)}"
        )
    if text[case.index - 1 : case.index] in ("'", '"') or before.rstrip().endswith(("'", '"')):
        return _behind_value(case)
    message = f"a comma or `{']' if bracket == '[' else '}'}` is missing before this"
    return case.found("missing-comma", case.index, case.index + 1, message, None, _FLOW_NOTE)


def _brace(case: Case, start: int) -> Diagnostic:
    number, column = case.source.position(start)
    text = value_from(
        case.source.line(number), column - 1, flow=in_flow(case.source.line(number), column - 1)
    )
    return case.found("unquoted-brace", start, start + len(text), BRACE_MESSAGE, f"write {quoted(text)}")


def _block(case: Case) -> Diagnostic | None:
    """Something follows a value, or a line fits to no indentation."""
    if "expected the node content" in case.problem and case.source.line(case.above).lstrip().startswith("-"):
        message = "a key among the items of a list"
        return case.found(
            "bad-indent", case.index, case.index + 1, message, f"the item above is at line {case.above}"
        )
    if "expected <block end>" not in case.problem and "<document start>" not in case.problem:
        return None
    if case.column > keyed(case.line).value_at and keyed(case.line).value[:1] in _CLOSED:
        return _behind_value(case)
    if case.character in "]}":
        message = f"there is nothing open that this `{case.character}` could close"
        return case.found(
            "yaml-syntax", case.index, case.index + 1, message, "quote it if it belongs to a text"
        )
    if case.character == ":" and not case.line[: case.column].strip():
        return case.found("key-not-text", case.index, case.index + 1, "a key is missing before the colon")
    return _indentation(case)


def _behind_value(case: Case, at: int | None = None) -> Diagnostic:
    """A value that was closed goes on: ``{x} hi``, ``"a" == x``, ``[0] * 3``."""
    here = keyed(case.line)
    flow = in_flow(case.line, case.column)
    opened = open_brackets(case.line[: case.column])
    start = here.value_at
    if flow and opened:
        since = re.search(r"(?:^|[,\[{]|: )\s*((?:[^,\[\]{}:]|:(?! ))*)$", case.line[: case.column])
        start = since.start(1) if since is not None else start
    text = value_from(case.line, start, flow=flow)
    if text.startswith("{") and ": " not in text[: text.find("}") + 1]:
        return _brace(case, case.source.index(case.number, start + 1))
    notes = []
    if text.startswith("'"):
        notes.append("inside single quotes an apostrophe is written twice: ''")
    message = "something follows a finished value"
    expected = f"quote the whole: {quoted(text)}"
    at = case.index if at is None else at
    return case.found("text-after-value", at, at + 1, message, expected, *notes)


def _indentation(case: Case) -> Diagnostic:
    line, column = case.source.position(case.context_index)
    here = len(case.line) - len(case.line.lstrip(" "))
    dash = case.line.lstrip().startswith(("- ", "-\n")) or case.line.strip() == "-"
    in_list = "collection" in case.context
    if here == column - 1 and dash != in_list:
        message = "a list item among the keys of a mapping" if dash else "a key among the items of a list"
        expected = f"this {'mapping' if dash else 'list'} begins at line {line}"
    else:
        kind = "list" if in_list else "mapping"
        message = f"this line does not fit to the {kind} that begins at line {line}"
        expected = f"it begins in column {here + 1}, the {kind} in column {column}"
    end = max(case.column, here) + 1
    return case.on_line("bad-indent", case.number, here, end, message, expected)


_RULES: tuple[Callable[[Case], Diagnostic | None], ...] = (
    _tab,
    _directive,
    _unclosed_quote,
    _escape,
    _odd,
    _tag,
    _start,
    _dash,
    _colon,
    _flow,
    _block,
)
