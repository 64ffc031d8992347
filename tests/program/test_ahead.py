"""What may still come behind a step, as the code tells."""

from __future__ import annotations

import pytest

from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.ahead import ahead, begun
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program

HEAD = "name: ahead\nlocks: {a: {}, b: {count: 2}}\nqueues: {q: {}}\nprocesses: {p: {target: t}}\n"
TAIL = "\nexpect: [{existence: {op: begin, process: main}}]\n"

COURSES = {
    "what stands behind it": ("[{get: q}, {acquire: a}]", {("acquire", "a")}),
    "not what stands before it": ("[{acquire: a}, {get: q}]", set()),
    "all of a loop around it": (
        "[{repeat: 2, steps: [{acquire: a}, {get: q}]}]",
        {("acquire", "a"), ("get", "q")},
    ),
    "both branches": (
        "[{get: q}, {if: q.empty(), then: [{acquire: a}], else: [{release: a}]}]",
        {("acquire", "a"), ("release", "a"), ("empty", "q")},
    ),
    "the end of a `with` around it": ("[{with: a, steps: [{get: q}]}]", {("release", "a")}),
    "what is called behind it": ("[{get: q}, {call: {target: other}}]", {("put", "q")}),
    "a handler that it leads into": (
        "[{try: [{get: q}, {print: got}], except: {Empty: [{release: a}]}}]",
        {("release", "a")},
    ),
    "not what returns before": ("[{get: q}, {return: 1}, {acquire: a}]", set()),
    "the member of a family by its number": ("[{get: q}, {acquire: 'b[1]'}]", {("acquire", "b[1]")}),
    "not a member that only a run can tell": ("[{get: q}, {set: {i: 1}}, {acquire: 'b[i]'}]", set()),
}


def compiled(steps: str, other: str = "[{put: {queue: q, item: 1}}]") -> Program:
    source = Source(
        "test.yaml", f"{HEAD}targets:\n  t: {{steps: {steps}}}\n  other: {{steps: {other}}}\n{TAIL}"
    )
    return compile_scenario(load_source(source).scenarios[0], source=source)


def behind_get(program: Program) -> set[tuple[str, str]]:
    (site,) = [number for number, site in enumerate(program.sites) if "get" in site.text.split(":")[0]]
    return {each for each in ahead(program, "get", site) if each[0] != "print"}


@pytest.mark.parametrize("name", COURSES)
def test_what_is_ahead_of_a_step(name: str) -> None:
    steps, expected = COURSES[name]
    assert expected == behind_get(compiled(steps))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[{get: q}, {acquire: 'b[(i + 1) % 2]'}]", {("acquire", "b[0]")}),
        ("[{get: q}, {set: {i: 0}}, {acquire: 'b[i]'}]", set()),
        ("[{get: q}, {acquire: 'b[n]'}]", set()),
    ],
    ids=["that it keeps", "but not one that it changes", "but not a global"],
)
def test_what_a_process_was_given_tells_a_member_of_a_family(
    steps: str, expected: set[tuple[str, str]]
) -> None:
    head = HEAD.replace("{target: t}", "{target: t, args: [1]}")
    targets = f"targets: {{t: {{params: [i], steps: {steps}}}}}\nglobals: {{n: 1}}\n"
    source = Source("test.yaml", head + targets + TAIL)
    program = compile_scenario(load_source(source).scenarios[0], source=source)
    (site,) = [number for number, site in enumerate(program.sites) if site.text.startswith("get")]
    assert expected == ahead(program, "get", site, begun(program, "t", (1,), {}))


def test_what_stands_behind_a_call_is_ahead_of_what_is_called() -> None:
    program = compiled("[{call: {target: other}}, {acquire: a}]", other="[{get: q}]")
    assert {("acquire", "a")} == behind_get(program)
