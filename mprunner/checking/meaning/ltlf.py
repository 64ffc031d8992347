"""Formulas of LTLf as trees: how they are written, and how they are kept inside a segment."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AND", "FALSE", "Formula", "Unbounded", "always", "both", "either", "implies", "letter", "no", "some", "then", "until",
    "weak_until", "weakly_then",
]  # fmt: skip

AND = "&"
_UNARY = ("!", "G", "F", "X", "WX", "Y")


class Unbounded(Exception):  # noqa: N818  (an answer, not a fault)
    """There is no such formula."""


@dataclass(frozen=True, slots=True)
class Formula:
    """An operator and what it is applied to; a letter has no parts."""

    operator: str
    parts: tuple[Formula, ...] = ()

    def __str__(self) -> str:
        if not self.parts:
            return self.operator
        if self.operator in _UNARY:
            (inner,) = self.parts
            text = str(inner)
            if len(inner.parts) == 2:
                return f"{self.operator}({text})"
            return f"!{text}" if self.operator == "!" else f"{self.operator} {text}"
        return f" {self.operator} ".join(self._side(part) for part in self.parts)

    def _side(self, part: Formula) -> str:
        same = part.operator == self.operator and self.operator in ("&", "|")
        return f"({part})" if len(part.parts) == 2 and not same else str(part)

    def bounded(self, end: Formula, *, inside: bool = False) -> Formula:
        """The same in a segment that ends before the next `end`; `inside`: it is not at this event.

        Raises Unbounded for what looks back, which may look beyond the segment's begin.
        """
        here, operator = no(end), self.operator
        if operator in ("Y", "Since"):
            raise Unbounded
        if not self.parts:
            return self if inside or self in (TRUE, FALSE) else both(self, here)
        if operator in ("!", "&", "|", "->"):
            return Formula(operator, tuple(part.bounded(end, inside=inside) for part in self.parts))
        parts = [part.bounded(end, inside=True) for part in self.parts]
        if operator == "G":
            return weak_until(parts[0], end)
        if operator == "F":
            return until(here, both(parts[0], here))
        if operator == "X":
            return then(both(here, parts[0]))
        if operator == "WX":
            return weakly_then(either(end, parts[0]))
        if operator == "U":
            return until(both(here, parts[0]), both(parts[1], here))
        return weak_until(parts[0], either(end, parts[1]))


TRUE, FALSE = Formula("true"), Formula("false")


def letter(name: str) -> Formula:
    return Formula(name)


def no(f: Formula) -> Formula:
    return (
        f.parts[0]
        if f.operator == "!"
        else TRUE
        if f == FALSE
        else FALSE
        if f == TRUE
        else Formula("!", (f,))
    )


def both(f: Formula, g: Formula) -> Formula:
    return g if f == TRUE else f if g == TRUE else Formula("&", (f, g))


def either(f: Formula, g: Formula) -> Formula:
    return Formula("|", (f, g))


def implies(f: Formula, g: Formula) -> Formula:
    return g if f == TRUE else Formula("->", (f, g))


def always(f: Formula) -> Formula:
    return Formula("G", (f,))


def some(f: Formula) -> Formula:
    return Formula("F", (f,))


def then(f: Formula) -> Formula:
    return Formula("X", (f,))


def weakly_then(f: Formula) -> Formula:
    return Formula("WX", (f,))


def until(f: Formula, g: Formula) -> Formula:
    return Formula("U", (f, g))


def weak_until(f: Formula, g: Formula) -> Formula:
    return Formula("W", (f, g))
