"""`filecheck`: the directives of LLVM's FileCheck over the printed lines.

What stands for a line is its text with any white space between words; `{{...}}` is a regular expression in it. A directive
that is none is an error: FileCheck passes over it, and then checks nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import Context, LocatedDict, context_of, node_of, reported
from mprunner.language.matchers import Matcher, read_matcher
from mprunner.language.positions import span_in
from mprunner.language.promises import Form
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.language.scalar_fields import refuse
from mprunner.language.source import Span
from mprunner.language.tree import Entry, Node
from mprunner.records import record

if TYPE_CHECKING:
    from pydantic import ValidationInfo

__all__ = ["DIRECTIVES", "Directive", "FileCheck", "directives"]

DIRECTIVES: dict[str, str] = {
    "CHECK": "One of the following lines is so.",
    "CHECK-NEXT": "The next line is so.",
    "CHECK-SAME": "The same line goes on so.",
    "CHECK-EMPTY": "The next line is empty.",
    "CHECK-NOT": "No line is so between the ones that the directives before and behind it take.",
    "CHECK-DAG": "One of the following lines is so; such directives in a row take their lines in any order.",
    "CHECK-COUNT-n": "n of the following lines are so.",
    "CHECK-LABEL": "The first of the following lines that is so; what stands before it in the list lies before it.",
}
"""Each with what it says."""

_DIRECTIVE = re.compile(r"[ \t]*(CHECK(?:-[A-Z]+)*(?:-(\d+))?)(?P<colon>:?)(?P<text>.*)")
_REGEX = re.compile(r"\{\{(.*?)\}\}")

Kind = Literal["check", "next", "not", "dag", "count", "label"]


@record
class Directive:
    """One directive: `matchers` holds the one that selects its line."""

    kind: Kind
    matchers: tuple[Matcher, ...]
    span: Span
    times: int = 1


@record(frozen=False)
class _Line:
    """A directive before its matcher is made: what follows on the same line is added to its expression."""

    kind: Kind
    regex: str
    node: Node
    times: int


def directives(value: Any, info: ValidationInfo) -> tuple[Directive, ...]:
    """The lines of a text, each a directive; blank lines and comments (`#`) are left out."""
    context, node = context_of(info), node_of(value)
    if not isinstance(node.value, str):
        raise refuse(value, info, "a text with a directive on each line, for example `CHECK: done`")
    found: list[_Line] = []
    wrong = False
    offset = 0
    for line in node.value.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            start = offset + len(line) - len(line.lstrip())
            place = span_in(node, context.source, start, offset + len(line.rstrip()))
            if not _read(line, place, found, context):
                wrong = True
                # it stands for what was meant: what follows has a line before it
                found.append(_Line("check", "", Node("scalar", line, place, "plain", line), 1))
        offset += len(line) + 1
    if not wrong and not any(one.kind != "not" for one in found):
        message = "nothing here asks for a line" if found else "there is no directive here"
        context.error("bad-directive", node, message, expected="for example CHECK: done")
        wrong = True
    if wrong:
        raise reported()
    return tuple(_made(one, context) for one in found)


def _read(line: str, place: Span, found: list[_Line], context: Context) -> bool:
    """Adds the directive of a line; False when it is none, which is reported."""
    match = _DIRECTIVE.match(line)
    name = match.group(1) if match is not None else line.split(":")[0].strip()
    known = [one for one in DIRECTIVES if one != "CHECK-COUNT-n"]
    plain = name if match is None or match.group(2) is None else name[: -len(match.group(2)) - 1]
    if (
        match is None
        or (plain not in known and plain != "CHECK-COUNT")
        or (plain == "CHECK-COUNT") != (plain != name)
    ):
        close = nearest(name, DIRECTIVES)
        expected = f"did you mean {listed(close)}?" if close else f"directives are {', '.join(DIRECTIVES)}"
        context.error("bad-directive", place, f'"{name}" is no directive', expected=expected)
        return False
    text = match["text"].strip()
    trouble = _trouble(name, plain, match["colon"], text, match.group(2), found)
    if trouble is not None:
        context.error("bad-directive", place, trouble)
        return False
    for written in _REGEX.findall(text):
        try:
            re.compile(written)
        except (re.error, OverflowError, RecursionError) as error:
            context.error("bad-pattern", place, f"`{written}` is not a regular expression: {error}")
            return False
    regex = _regex(text)
    if plain == "CHECK-SAME":
        found[-1].regex = f"{found[-1].regex}.*?{regex}"
        return True
    node = Node("scalar", text, place, "plain", text)
    kinds: dict[str, Kind] = {
        "CHECK": "check", "CHECK-NEXT": "next", "CHECK-EMPTY": "next", "CHECK-NOT": "not", "CHECK-DAG": "dag",
        "CHECK-COUNT": "count", "CHECK-LABEL": "label",
    }  # fmt: skip
    times = int(match.group(2)) if match.group(2) is not None else 1
    found.append(_Line(kinds[plain], r"\A\Z" if plain == "CHECK-EMPTY" else regex, node, times))
    return True


def _trouble(
    name: str, plain: str, colon: str, text: str, number: str | None, found: list[_Line]
) -> str | None:
    if not colon:
        return f"`{name}` lacks its colon"
    if plain == "CHECK-EMPTY":
        if text:
            return "`CHECK-EMPTY` has nothing behind its colon"
    elif not text:
        return f"`{name}` says nothing of its line"
    if "[[" in text:
        return "`[[...]]` is not known here: `for_each` has variables"
    if number is not None and int(number) < 1:
        return "`CHECK-COUNT` counts from 1"
    if plain in ("CHECK-NEXT", "CHECK-SAME", "CHECK-EMPTY"):
        last = found[-1].kind if found else None
        if last is None:
            return f"`{name}` follows a line that another directive takes, and is the first here"
        if last == "not":
            return f"nothing stands before `{name}`, so `CHECK-NOT` before it has nothing to say"
        if last == "count" and plain == "CHECK-SAME":
            return f"`{name}` goes on with one line, but the directive before it takes several"
    return None


def _regex(text: str) -> str:
    """A text with `{{...}}` as a regular expression; white space between words may be of any width."""
    pieces: list[str] = []
    last = 0
    for match in _REGEX.finditer(text):
        pieces.append(_literal(text[last : match.start()]))
        pieces.append(f"(?:{match.group(1)})")
        last = match.end()
    return "".join([*pieces, _literal(text[last:])])


def _literal(text: str) -> str:
    return "".join(r"[ \t]+" if part.isspace() else re.escape(part) for part in re.split(r"([ \t]+)", text))


def _made(line: _Line, context: Context) -> Directive:
    node = line.node
    regex = Node("scalar", line.regex, node.span, "plain", line.regex)
    key = Node("scalar", "matches", node.span, "plain", "matches")
    pattern = Node("mapping", (Entry(key, regex),), node.span, "flow")
    outer = Node(
        "mapping", (Entry(Node("scalar", "print", node.span, "plain", "print"), pattern),), node.span, "flow"
    )
    inner = LocatedDict({"matches": regex}, pattern, None)
    matcher = read_matcher(LocatedDict({"print": inner}, outer, None), context)
    return Directive(line.kind, (matcher,), node.span, line.times)


if TYPE_CHECKING:
    DirectivesField = tuple[Directive, ...]
else:
    DirectivesField = PlainValidator(directives)


class FileCheck(Form):
    form = "filecheck"
    summary = "The printed lines pass these directives of LLVM's FileCheck."
    filecheck: DirectivesField = Field(
        description="A directive on each line: `CHECK: first`, `CHECK-NEXT: second`."
    )
