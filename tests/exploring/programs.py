"""Toy programs that hypothesis makes: branches on shared data, locks, semaphores, queues, choices, loops."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.exploring.toy import Instruction, Thread, Toy

__all__ = ["KINDS", "mixed", "toys"]

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


_QUEUES = st.sampled_from(["q", "r"])
_INSTRUCTIONS: dict[str, st.SearchStrategy[Instruction]] = {
    "read": st.tuples(st.just("read"), _CELLS),
    "write": st.tuples(st.just("write"), _CELLS, _SMALL),
    "add": st.tuples(st.just("add"), _CELLS, st.integers(0, 1)),
    "acquire": st.tuples(st.just("acquire"), _LOCKS),
    "release": st.tuples(st.just("release"), _LOCKS),
    "try": st.tuples(st.just("try"), _LOCKS),
    "down": st.tuples(st.just("down"), st.just("s")),
    "up": st.tuples(st.just("up"), st.just("s")),
    "put": st.tuples(st.just("put"), _QUEUES, _SMALL),
    "get": st.tuples(st.just("get"), _QUEUES),
    "soon": st.tuples(st.just("soon"), _QUEUES),
    "poll": st.tuples(st.just("poll"), _QUEUES),
    "choose": st.just(("choose", 2)),
    "pick": st.tuples(st.just("pick"), _CELLS, _CELLS),
    "both": st.sampled_from([("both", "l", "m"), ("both", "m", "l"), ("both", "l", "m", "x", "y")]),
    "await": st.tuples(st.just("await"), _CELLS, st.integers(0, 1)),
    "stop": st.tuples(st.just("stop"), st.integers(0, 1)),
    "join": st.tuples(st.just("join"), st.integers(0, 2)),
    "print": st.tuples(st.just("print"), st.integers(0, 1)),
    "tick": st.just(("tick",)),
}
KINDS: dict[str, tuple[str, ...]] = {
    "memory": ("add", "read", "read", "write"),
    "locks": ("acquire", "acquire", "release", "release", "try", "down", "up", "write", "read"),
    "queues": ("put", "put", "get", "soon", "poll", "write", "read"),
    "choices": ("choose", "pick", "read", "write", "print", "add"),
    "waits": ("await", "write", "both", "acquire", "release", "stop", "read"),
    "ends": ("join", "join", "stop", "write", "read", "acquire", "put", "get"),
}
"""Instructions to draw from: those twice that are to come often."""


@st.composite
def mixed(draw: st.DrawFn, kinds: tuple[str, ...], *, threads: int = 4, longest: int = 5) -> Toy:
    """A toy of these instructions, its jumps and loops among them; some go in circles, most do not."""
    one = st.sampled_from(kinds).flatmap(_INSTRUCTIONS.__getitem__)
    made = []
    for _ in range(draw(st.integers(2, threads))):
        code = draw(st.lists(one, min_size=1, max_size=longest))
        for _ in range(draw(st.integers(0, 2))):
            at = draw(st.integers(0, len(code)))
            back = draw(st.integers(0, 4)) == 0
            to = draw(st.integers(0, at) if back else st.integers(at + 1, len(code) + 1))
            code.insert(at, ("if", draw(_SMALL), to))
        made.append(tuple(code))
    bounds = {name: draw(st.integers(1, 2)) for name in ("q", "r") if draw(st.booleans())}
    return Toy(made, semaphores={"s": draw(_SMALL)}, bounds=bounds)
