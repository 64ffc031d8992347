"""Which marks in a string of letters are struck: the arithmetic behind `without`, on whole blocks at once.

Letters: `a` a mark; `k` strikes the marks next to it, up to the first letter that is none; `g` shelters them; `x` is a mark that
also strikes, `y` one that also shelters what lies behind it. A strike goes towards the start or towards the end of the string.

Struck marks are found by a carry. With a byte of 0xFF for each `a` and 1 added beside each `k`, the sum's carry runs through the
marks up to the first byte that is not 0xFF, and leaves zeros behind.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Letters", "Struck", "Towards", "first_struck", "last_struck", "pending", "struck"]

Towards = Literal["start", "end"]
Letters = bytes


def _table(**values: int) -> bytes:
    table = bytearray(256)
    for letter, value in values.items():
        table[ord(letter)] = value
    return bytes(table)


_RUN = _table(a=255)
_HALT = _table(x=1, y=1)
_SOURCE = _table(k=1, x=1)


def struck(letters: Letters, towards: Towards, *, from_outside: bool = False) -> int:
    """How many marks are struck. `from_outside`: a strike enters where it comes from, at the other end of the string."""
    if b"a" not in letters and b"y" not in letters:
        # Only neighbours count.
        marks = letters.count(b"x")
        if not marks:
            return 0
        spared = letters.count(b"xg" if towards == "start" else b"gx")
        edge = letters[-1:] if towards == "start" else letters[:1]
        return marks - spared - (edge == b"x" and not from_outside)
    run, halted = _struck(letters, towards, from_outside)
    return run.bit_count() // 8 + halted.bit_count()


def first_struck(letters: Letters, towards: Towards, *, from_outside: bool = False) -> int:
    """The number of the first letter that is a struck mark; -1 when none is."""
    run, halted = _struck(letters, towards, from_outside)
    found = run | halted
    if not found:
        return -1
    if towards == "end":
        return ((found & -found).bit_length() - 1) // 8
    return len(letters) - (found.bit_length() + 7) // 8


def last_struck(letters: Letters, towards: Towards, *, from_outside: bool = False) -> int:
    """The number of the last letter that is a struck mark; -1 when none is."""
    run, halted = _struck(letters, towards, from_outside)
    found = run | halted
    if not found:
        return -1
    if towards == "end":
        return (found.bit_length() - 1) // 8
    return len(letters) - 1 - ((found & -found).bit_length() - 1) // 8


class Struck(NamedTuple):
    """Marks by their number, as bytes of whole numbers: those that only run, and those that also halt a strike."""

    run: int
    halted: int

    @classmethod
    def of(cls, letters: Letters, towards: Towards, *, from_outside: bool = False) -> Struck:
        """The struck marks."""
        run, halted = _struck(letters, towards, from_outside)
        if towards == "end":
            return cls(run, halted)
        size = len(letters)
        return cls(*(int.from_bytes(one.to_bytes(size, "big"), "little") for one in (run, halted)))

    def __and__(self, other: Struck) -> Struck:
        return Struck(self.run & other.run, self.halted & other.halted)

    def __or__(self, other: Struck) -> Struck:
        return Struck(self.run | other.run, self.halted | other.halted)

    def __contains__(self, number: object) -> bool:
        assert isinstance(number, int)
        return bool((self.run | self.halted) >> 8 * number & 1)

    def count(self) -> int:  # type: ignore[override]
        """How many they are."""
        return self.run.bit_count() // 8 + self.halted.bit_count()

    def first(self) -> int:
        """The number of the first of them; -1 when there is none."""
        found = self.run | self.halted
        return ((found & -found).bit_length() - 1) // 8 if found else -1


def pending(letters: Letters) -> int:
    """How many marks stand behind all letters that strike or shelter; the last of those among them, when it is a mark."""
    tail = len(letters) - len(letters.rstrip(b"a"))
    return tail + (letters[-tail - 1 : len(letters) - tail] in (b"x", b"y"))


def _struck(letters: Letters, towards: Towards, from_outside: bool) -> tuple[int, int]:
    # The way of the strikes is from less to more significant bytes.
    order: Literal["little", "big"] = "little" if towards == "end" else "big"
    marks = int.from_bytes(letters.translate(_RUN), order)
    halting = int.from_bytes(letters.translate(_HALT), order)
    sources = int.from_bytes(letters.translate(_SOURCE), order)
    reached = marks + (sources << 8) + from_outside
    return marks & ~reached, halting & reached
