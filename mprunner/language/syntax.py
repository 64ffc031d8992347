"""From the text of an expression to Python's syntax tree, with positions in the file.

`ast.parse` does the reading. What it refuses is looked at again for the mistakes that people make who also write C,
JavaScript, a shell or a template language, so that the message shows what to write.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings

from mprunner.language.places import Place, located
from mprunner.language.scanning import code_characters, unbalanced
from mprunner.language.source import Span

__all__ = ["MAX_LENGTH", "parse_python"]

MAX_LENGTH = 2000
"""Characters that one expression may have."""


def parse_python(text: str, place: Place) -> ast.expr | None:
    """The syntax tree of `text`, positions in the file; reports what is wrong with it and gives None."""
    whole = place.span(0, len(text))
    if not text.strip():
        place.error("expression-syntax", whole, "an expression is missing here")
        return None
    if len(text) > MAX_LENGTH:
        place.error(
            "expression-too-large",
            whole,
            f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read",
            expected="move parts of it into `set` steps",
        )
        return None
    bracket = unbalanced(text)
    if bracket is not None:
        if not _report_foreign(text, place):
            _report_bracket(
                bracket.character, bracket.closed_by, place.span(bracket.offset, bracket.offset + 1), place
            )
        return None
    # Brackets around it let an expression go over several lines; their columns are taken off again below.
    code = f"({text}\n)"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code, mode="eval").body
    except SyntaxError as error:
        if not _report_foreign(text, place):
            _report_syntax(error, text, place)
        return None
    except (MemoryError, RecursionError, ValueError, OverflowError) as error:
        if isinstance(error, (ValueError, OverflowError)):
            place.error("expression-syntax", whole, f"this can't be read as an expression: {error}")
        else:
            place.error("expression-too-large", whole, "the expression is nested too deeply")
        return None
    _Positions(text, code, place).move(tree)
    return tree


class _Positions:
    """Rewrites the positions of a tree from those of the parsed code to those of the file."""

    def __init__(self, text: str, code: str, place: Place) -> None:
        self._place = place
        self._length = len(text)
        self._lines = code.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def move(self, tree: ast.expr) -> None:
        stack: list[tuple[ast.AST, Span | None]] = [(tree, None)]
        while stack:
            node, fixed = stack.pop()
            if isinstance(node, ast.expr):
                span = fixed or self._span(node)
                located(node, span)
                if isinstance(node, (ast.JoinedStr, ast.FormattedValue)):
                    fixed = span  # positions inside f-strings are wrong before Python 3.12
            elif isinstance(node, ast.keyword):
                node.lineno = node.col_offset = 0
            stack.extend((child, fixed) for child in ast.iter_child_nodes(node))

    def _span(self, node: ast.expr) -> Span:
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return self._place.span(max(start, 0), min(end, self._length))

    def _offset(self, line: int, byte: int) -> int:
        text = self._lines[line - 1]
        column = byte if text.isascii() else len(text.encode()[:byte].decode(errors="replace"))
        return self._starts[line - 1] + column - 1  # one for the bracket put before


_FOREIGN = (
    ("&&", re.compile(r"&&"), "`&&` is written `and` in Python", "write `and`"),
    ("||", re.compile(r"\|\|"), "`||` is written `or` in Python", "write `or`"),
    ("++", re.compile(r"\+\+|--(?=\s*$)"), "Python has no `{0}`", 'use a step: `- set: {{x: "{{x + 1}}"}}`'),
    ("<>", re.compile(r"<>"), "`<>` is written `!=` in Python", "write `!=`"),
    ("===", re.compile(r"[=!]=="), "`{0}` is written `==` (or `!=`) in Python", "write `==`"),
    ("!", re.compile(r"!(?!=)"), "`!` is written `not` in Python", "write `not`"),
    ("?", re.compile(r"\?"), "Python has no `a ? b : c`", "write `b if a else c`"),
    ("$", re.compile(r"\$\{?"), "variables are written without `{0}`", "write the bare name"),
    ("=", re.compile(r"(?<![=!<>:+\-*/%&|^@])=(?!=)"), "`=` does not compare", "write `==`"),
    (
        "+=",
        re.compile(r"(?:[-+*/%&|^@]|//|\*\*|<<|>>)=(?!=)"),
        "an expression can't assign",
        "use a `set` step",
    ),
)


def _report_foreign(text: str, place: Place) -> bool:
    code = list(text)
    shown = {offset for offset, _character, _depth in code_characters(text)}
    masked = "".join(character if i in shown else " " for i, character in enumerate(code))
    for _name, pattern, message, expected in _FOREIGN:
        match = pattern.search(masked)
        if match is not None:
            span = place.span(match.start(), match.end())
            place.error(
                "not-python",
                span,
                message.format(match.group()),
                expected=expected.replace("{{", "{").replace("}}", "}"),
            )
            return True
    return False


def _report_bracket(character: str, closed_by: str | None, span: Span, place: Place) -> None:
    if closed_by is not None:
        message = f"`{character}` is closed by `{closed_by}`"
    elif character in "'\"":
        message = f"the text that begins with {character} is never closed"
    elif character in ")]}":
        message = f"`{character}` closes nothing"
    else:
        message = f"`{character}` is never closed"
    place.error("expression-syntax", span, message)


def _report_syntax(error: SyntaxError, text: str, place: Place) -> None:
    line = text.replace("\n", " ")
    before = len(line) - len(line.lstrip())
    start, message = max((error.offset or 1) - 2, 0), error.msg
    if "too many nested" in message:
        place.error("expression-too-large", place.span(0, len(text)), "the expression is nested too deeply")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(line.strip(), mode="eval")
    except SyntaxError as bare:  # without the brackets around it, Python often names a better place
        at_end = not bare.offset  # 0 stands for the end
        start, message = len(line) if at_end else before + (bare.offset or 1) - 1, bare.msg
    found = re.match(r"\w+|.", line[start:].rstrip())
    if found is None:
        place.error(
            "expression-syntax",
            place.span(len(line.rstrip()) - 1, len(line.rstrip())),
            "something is missing behind this",
        )
        return
    if keyword.iskeyword(found.group()) and start == before and line.strip() == found.group():
        message = f"`{found.group()}` is a word of Python, it can't be a name"
    elif message.startswith("invalid syntax"):
        message = f"`{found.group()}` does not fit here"
    span = place.span(start, start + len(found.group()))
    place.error("expression-syntax", span, f"not a Python expression: {message}")
