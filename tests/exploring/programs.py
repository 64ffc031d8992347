"""Toy programs that hypothesis makes: branches on shared data, locks, semaphores, queues, choices, loops."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.exploring.toy import Instruction, Thread, Toy

__all__ = ["toys"]

_CELLS = st.sampled_from(["x", "y"])
_LOCKS = st.sampled_from(["l", "m"])
_SMALL = st.integers(0, 2)


def _instructions() -> st.SearchStrategy[Instruction]:
    return st.one_of(
        st.tuples(st.just("read"), _CELLS),
        st.tuples(st.just("write"), _CELLS, _SMALL),
        st.tuples(st.just("add"), _CELLS, st.integers(0, 1)),
        st.tuples(st.sampled_from(["acquire", "release", "acquire", "release", "try"]), _LOCKS),
        st.tuples(st.sampled_from(["down", "up"]), st.just("s")),
        st.tuples(st.just("put"), st.just("q"), _SMALL),
        st.tuples(st.sampled_from(["get", "poll"]), st.just("q")),
        st.just(("choose", 2)),
        st.just(("tick",)),
        st.tuples(st.just("print"), _SMALL),
    )


@st.composite
def _threads(draw: st.DrawFn, longest: int, *, loops: bool) -> Thread:
    code = draw(st.lists(_instructions(), min_size=1, max_size=longest))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(code)))
        to = draw(st.integers(0 if loops else at + 1, len(code) + 1))
        code.insert(at, ("if", draw(_SMALL), to))
    return tuple(code)


@st.composite
def toys(draw: st.DrawFn, *, threads: int = 3, longest: int = 4, loops: bool = True) -> Toy:
    """A toy of up to so many threads of up to so many instructions; without `loops` every execution of it ends."""
    count = draw(st.integers(2, threads))
    made = [draw(_threads(longest, loops=loops)) for _ in range(count)]
    bounds = {"q": draw(st.integers(1, 2))} if draw(st.booleans()) else {}
    return Toy(made, semaphores={"s": draw(_SMALL)}, bounds=bounds)
