"""The logs that the checking benchmarks judge, as labels: nothing here needs mprunner, so that other tools get the same ones."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["PAIRS", "SHAPES", "labels"]

PAIRS = [(f"a{number}", f"b{number}") for number in range(10)]
"""Ten activations and their partners; most logs have only the first pair."""

SHAPES = ("alternating", "burst", "distinct", "broken", "ten pairs")


def labels(shape: str, count: int) -> Iterator[str]:
    """So many labels.

    `alternating`: an `a0`, its `b0`, two of noise, again and again. `burst`: all `a0`, then all `b0`. `distinct`: as
    `alternating`, with noise that is different each time. `broken`: `b0 a0 a0 noise`, which breaks nearly everything everywhere.
    `ten pairs`: the ten pairs in turn, with noise.
    """
    for number in range(count):
        quarter, step = divmod(number, 4)
        if shape == "burst":
            yield "a0" if number < count // 2 else "b0"
        elif shape == "broken":
            yield ("b0", "a0", "a0", "x")[step]
        elif step < 2:
            yield PAIRS[quarter % 10 if shape == "ten pairs" else 0][step]
        else:
            yield f"line {number}" if shape == "distinct" else "x"
