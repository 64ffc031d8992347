"""Located YAML nodes: the face of the YAML layer towards everything that reads scenarios.

``compose`` reads a source into nodes (``composing``), ``tree`` has the nodes and walks over them, ``positions`` leads
from a character of a value back to the file.
"""

from __future__ import annotations

from mprunner.language.composing import compose
from mprunner.language.misread import report_brace, report_comment, shape
from mprunner.language.positions import position_in, span_in
from mprunner.language.scalars import Scalar, quoted, why_text
from mprunner.language.tree import Entry, Node, comment_cuts, locate, notes_on, to_plain, unquoted_brace

__all__ = [
    "Entry",
    "Node",
    "Scalar",
    "comment_cuts",
    "compose",
    "locate",
    "notes_on",
    "position_in",
    "quoted",
    "report_brace",
    "report_comment",
    "shape",
    "span_in",
    "to_plain",
    "unquoted_brace",
    "why_text",
]
