"""Two runs that are the same in all that matters have one canonical form."""

from __future__ import annotations

import pytest

from mprunner.golden.canonical import canonical
from mprunner.golden.shape import Block, Shape
from mprunner.recording.events import Part, Shown
from tests.golden.records import Record, two_children


def texts(shape: Shape, actor: str) -> list[str]:
    return [line.text for line in shape.lanes[actor]]


def test_the_order_that_happened_between_processes_is_not_told() -> None:
    assert canonical(two_children("ab")) == canonical(two_children("ba"))


def test_process_ids_are_told_by_the_name_of_the_process() -> None:
    record = Record(p=4711)
    parts = (Part("text", "pid="), Part("pid", "4711"), Part("text", ", parent "), Part("pid", "1000"))
    record.add("p", "print", text="pid=4711, parent 1000", parts=parts)
    assert texts(canonical(record.done()), "p") == ["print pid=<pid p>, parent <pid main>", "exit 0"]


def test_times_and_random_numbers_are_told_by_their_kind() -> None:
    record = Record()
    parts = (Part("time", "1.01"), Part("text", " and "), Part("random", "0.3"), Part("value", " 42"))
    record.add("main", "print", text="1.01 and 0.3 42", parts=parts)
    assert texts(canonical(record.done()), "main") == ["print <s> and <random> 42"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": "put", "object_": "q", "item": "A", "kind": "queue"}, "put q 'A'"),
        ({"name": "put", "object_": "q", "item": [1, (2,)], "kind": "queue"}, "put q [1, (2,)]"),
        ({"name": "put", "object_": "q", "item": Shown("Thing", "x"), "kind": "queue"}, "put q <Thing>"),
        (
            {"name": "put", "object_": "q", "item": 1, "outcome": "raised", "error": "Full"},
            "put q 1 raises Full",
        ),
        ({"name": "get", "object_": "q", "item": "A", "kind": "queue"}, "get q -> 'A'"),
        ({"name": "get", "object_": "q", "outcome": "raised", "error": "Empty"}, "get q raises Empty"),
        ({"name": "get", "object_": "q", "outcome": "unfinished", "end": None}, "get q (never ended)"),
        ({"name": "acquire", "object_": "lock"}, "acquire lock"),
        ({"name": "acquire", "object_": "lock", "outcome": "refused"}, "acquire lock -> refused"),
        ({"name": "full", "object_": "q", "result": True}, "full q -> True"),
        ({"name": "read", "object_": "v", "result": 3, "kind": "value"}, "read v -> 3"),
        ({"name": "write", "object_": "v", "item": 4, "kind": "value"}, "write v 4"),
        ({"name": "read", "object_": "buf", "index": "0:2", "result": [1, 2]}, "read buf[0:2] -> [1, 2]"),
        ({"name": "write", "object_": "buf", "index": 2, "item": 4}, "write buf[2] 4"),
        ({"name": "read", "object_": "buf", "attribute": "raw", "result": b"a"}, "read buf.raw -> b'a'"),
        ({"name": "pid", "object_": "p", "result": 4711}, "pid p -> <pid p>"),
        ({"name": "sentinel", "object_": "p", "result": 9}, "sentinel p -> <handle>"),
        ({"name": "authkey", "object_": "p", "result": b"x" * 32}, "authkey p -> <key>"),
        ({"name": "apply_async", "object_": "po", "task": "po.work[0]"}, "apply_async po po.work[0]"),
        ({"name": "print", "text": "a\tb\x1b"}, "print a\\tb\\x1b"),
    ],
)
def test_an_operation_is_one_line(values: dict[str, object], expected: str) -> None:
    record = Record(p=4711)
    record.add("main", **values)  # type: ignore[arg-type]
    assert [expected] == texts(canonical(record.done()), "main")


@pytest.mark.parametrize("name", ["sleep", "begin", "exit", "stderr"])
def test_what_only_tells_how_time_went_has_no_line(name: str) -> None:
    record = Record()
    record.add("main", name)
    assert texts(canonical(record.done()), "main") == []


def test_a_long_text_is_shown_by_its_beginning_and_a_fingerprint() -> None:
    first, second = Record(), Record()
    first.prints("main", "x" * 200_000)
    second.prints("main", "x" * 199_999 + "y")
    lines = [texts(canonical(record.done()), "main")[0] for record in (first, second)]
    assert all(len(line) < 90 for line in lines)
    assert lines[0] != lines[1]


def test_what_a_pool_does_is_told_by_task_whichever_worker_ran_it() -> None:
    def run(worker_of: tuple[str, str]) -> Shape:
        record = Record(**{"po[0]": 21, "po[1]": 22})
        record.roles = {"po[0]": "worker", "po[1]": "worker"}
        for number, worker in enumerate(worker_of):
            record.add("main", "apply_async", "po", kind="pool", task=f"po.work[{number}]")
            record.add(f"po.work[{number}]", "task_start", "po", process=worker)
            parts = (Part("pid", "21" if worker == "po[0]" else "22"),)
            record.add(f"po.work[{number}]", "print", process=worker, text="", parts=parts)
            record.add(f"po.work[{number}]", "task_end", "po", process=worker, result=None)
        return canonical(record.done())

    assert run(("po[0]", "po[1]")) == run(("po[1]", "po[1]"))
    assert texts(run(("po[0]", "po[1]")), "po.work[1]") == ["print <pid po>", "returns None"]


def test_synchronisation_gives_edges() -> None:
    edges = canonical(two_children("ba")).edges
    assert edges == {
        "main/start a < a/begin": True,
        "main/start b < b/begin": True,
        "a/exit < main/join a": True,
        "b/exit < main/join b": True,
    }


def test_an_item_gives_an_edge_only_where_one_put_can_have_given_it() -> None:
    record = Record(p=11)
    for item in ("A", "B", "B"):
        record.add("p", "put", "q", kind="queue", item=item)
    for item in ("A", "B", "B"):
        record.add("main", "get", "q", kind="queue", item=item)
    assert list(canonical(record.done()).edges) == ["p/put q 'A' < main/get q -> 'A'"]


def test_a_join_with_a_timeout_gives_no_edge() -> None:
    record = Record(p=11)
    record.add("p", "exit", exitcode=0)
    record.add("main", "join", "p", kind="process", timeout=1)
    assert canonical(record.done()).edges == {}


def test_an_edge_that_the_record_does_not_keep_is_told_so() -> None:
    record = Record(p=11)
    record.add("main", "join", "p", kind="process")
    record.add("p", "exit", exitcode=0)
    assert canonical(record.done()).edges == {"p/exit < main/join p": False}


def test_prints_under_a_lock_are_a_block() -> None:
    record = Record(a=11, b=12)
    for child in "ab":
        record.add(child, "acquire", "lock", kind="lock")
        record.prints(child, "one")
        record.prints(child, "two")
        record.add(child, "release", "lock", kind="lock")
    record.prints("a", "outside")
    assert {"lock": Block("lock", 4)} == canonical(record.done()).blocks


def test_a_block_with_two_holders_at_once_is_not_apart() -> None:
    record = Record(a=11, b=12)
    for child in "ab":
        record.add(child, "acquire", "lock", kind="lock")
    record.prints("b", "while a holds it too")
    assert not canonical(record.done()).blocks["lock"].apart


def test_what_mprun_ended_has_neither_exit_line_nor_exit_code() -> None:
    record = Record(p=11, q=12)
    record.exitcodes = {"p": -9, "q": -15}
    record.ended_by = {"p": "mprun", "q": "scenario"}
    shape = canonical(record.done("hang", "self-lock"))
    assert texts(shape, "p") == []
    assert texts(shape, "q") == ["exit -15"]
    assert shape.exitcodes == {"q": -15}
    assert shape.ending == "hang: self-lock"
