"""Small programs for hypothesis: processes that share a lock, a semaphore, a value and an array without lock."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

Step = dict[str, Any]

_READS: list[Step] = [
    {"set": {"x": "{v.value}"}},
    {"set": {"x": "{a[0]}"}},
    {"set": {"x": "{a[1] + x}"}},
]
_WRITES: list[Step] = [
    {"set": {"v.value": "{v.value + 1}"}},
    {"set": {"v.value": "{x}"}},
    {"set": {"a[0]": "{x + 1}"}},
    {"set": {"a[1]": "{a[0] + 1}"}},
]
_LOCKS: list[Step] = [
    {"acquire": "s"},
    {"release": "s"},
    {"acquire": {"lock": "lock", "block": False}, "into": "x"},
    {"acquire": {"semaphore": "s", "timeout": 0.01}, "into": "x"},
    {"release": "lock"},
    {"release": "again"},
]
_OTHERS: list[Step] = [{"print": "x={x}"}, {"sleep": 0.001}, {"sleep": 0.002}]
_ONE = st.sampled_from([*_READS, *_WRITES, *_LOCKS, *_OTHERS])


def _inside(steps: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    some = st.lists(steps, min_size=1, max_size=2)
    return st.one_of(
        some.map(lambda steps: {"with": "lock", "steps": steps}),
        some.map(lambda steps: {"with": "again", "steps": steps}),
        some.map(lambda steps: {"repeat": 2, "steps": steps}),
        st.tuples(st.sampled_from(["x == 0", "x > 1", "v.value == 1"]), some, some).map(
            lambda it: {"if": it[0], "then": it[1], "else": it[2]}
        ),
        some.map(lambda steps: {"try": steps, "finally": [{"set": {"a[1]": 7}}]}),
    )


_STEP = st.recursive(_ONE, _inside, max_leaves=3)


def programs(processes: int = 2, steps: int = 3) -> st.SearchStrategy[str]:
    """Texts of scenarios."""
    bodies = st.lists(st.lists(_STEP, min_size=1, max_size=steps), min_size=processes, max_size=processes)
    return bodies.map(_text)


def ended(steps: int = 2) -> st.SearchStrategy[str]:
    """Texts of scenarios in which main ends one of two processes, wherever it is then."""
    body = st.lists(_STEP, min_size=1, max_size=steps)
    before = st.lists(_STEP, max_size=1)
    return st.tuples(body, body, before, st.sampled_from(["terminate", "kill"])).map(_ended)


def _ended(drawn: tuple[list[Step], list[Step], list[Step], str]) -> str:
    first, second, before, how = drawn
    main = [
        {"set": {"x": 0}},
        *({"start": name} for name in "pq"),
        *before,
        {how: "p"},
        *({"join": name} for name in "pq"),
    ]
    return written({**_sections([first, second]), "main": main})


def written(sections: dict[str, Any]) -> str:
    """The text of a scenario with these sections."""
    return "name: test\n" + "\n".join(f"{name}: {json.dumps(content)}" for name, content in sections.items())


def _text(bodies: list[list[Step]]) -> str:
    return written(_sections(bodies))


def _sections(bodies: list[list[Step]]) -> dict[str, Any]:
    names = "pqrstu"[: len(bodies)]
    return {
        "locks": {"lock": {}, "again": {"kind": "RLock"}},
        "semaphores": {"s": {"value": 1}},
        "values": {"v": {"type": "i"}},
        "arrays": {"a": {"type": "i", "size": 2, "kind": "RawArray"}},
        "targets": {
            f"of_{name}": {"steps": [{"set": {"x": 0}}, *body]}
            for name, body in zip(names, bodies, strict=True)
        },
        "processes": {name: {"target": f"of_{name}"} for name in names},
    }
