"""Regular expressions as other languages write them, and those that stand where a text is taken literally."""

from __future__ import annotations

from mprunner.language.checks.scope import Scope
from mprunner.language.checks.selectors import all_matchers, place_of
from mprunner.language.patterns import literals, regex_meant, regexes, without_slashes

__all__ = ["as_pattern", "check"]

_TEXTS = ("print", "text", "item", "result")


def check(scope: Scope) -> None:
    """Warns of literal texts that look like regular expressions, and of slashes around a real one."""
    if scope.context.problems.has_errors:
        return  # what nothing can match has been reported, with the same advice
    warn, source = scope.context.problems.warning, scope.context.source
    for matcher in all_matchers(scope.scenario):
        for field, pattern in matcher.patterns():
            for text in literals(pattern) if field in _TEXTS else ():
                regex = regex_meant(text) if isinstance(text, str) else None
                if regex is not None:
                    message = "this is compared as it stands, it is no regular expression"
                    span = place_of(scope, text, matcher.span)
                    warn("pattern-notation", source, span, message, expected=as_pattern(field, regex))
            for regex in regexes(pattern):
                inner = without_slashes(regex)
                if inner is not None:
                    message = "the slashes are taken as part of the text"
                    span = place_of(scope, regex, matcher.span)
                    warn("pattern-notation", source, span, message, expected=as_pattern(field, inner))


def as_pattern(field: str, regex: str) -> str:
    """How a field is written that a regular expression shall match."""
    quoted = regex.replace("'", "''")
    return f"for a pattern write {{{field}: {{matches: '{quoted}'}}}}"
