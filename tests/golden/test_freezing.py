"""A golden freezes what all runs share and names what varies."""

from __future__ import annotations

from mprunner.golden.canonical import canonical
from mprunner.golden.compare import compare
from mprunner.golden.freezing import Frozen, freeze
from mprunner.golden.shape import Golden
from mprunner.recording.events import Recording
from tests.golden.records import Record, two_children


def frozen(*recordings: Recording, known: Golden | None = None) -> Frozen:
    shapes = [canonical(recording) for recording in recordings]
    return freeze(shapes, file="s.yaml", sha256="abc", python="3.11", start_method="fork", known=known)


def said(word: str, exitcode: int = 0) -> Recording:
    record = Record(p=11)
    record.prints("main", "always")
    record.prints("p", word)
    record.exitcodes = {"p": exitcode}
    return record.done()


def returned(number: int, pid: int = 11) -> Recording:
    record = Record(p=pid)
    record.add("main", "put", "q", kind="queue", item=number)
    return record.done()


def test_what_all_runs_share_is_frozen() -> None:
    golden = frozen(two_children("ab"), two_children("ba")).golden
    assert golden.actors["a"] == ("print line of a", "exit 0")
    assert "main/start a < a/begin" in golden.order
    assert golden.exitcodes == {"a": 0, "b": 0}
    assert golden.varying == ()


def test_a_lane_that_varies_is_named_and_not_frozen() -> None:
    result = frozen(said("left"), said("left"), said("right"))
    assert [v.sentence for v in result.varying] == ["p varies: `print left` in run 1, `print right` in run 3"]
    assert result.golden.actors == {"main": ("print always",)}
    assert result.golden.varying == ("p",)


def test_an_exit_code_that_varies_is_named_and_not_frozen() -> None:
    result = frozen(said("x", 0), said("x", -15))
    assert result.golden.varying == ("exitcode p", "p")
    assert result.golden.exitcodes == {}


def test_what_once_varied_stays_unfrozen_when_these_runs_agree() -> None:
    golden = frozen(said("left"), said("left"), known=frozen(said("left"), said("right")).golden).golden
    assert "p" not in golden.actors
    assert golden.varying == ("p",)


def test_a_number_that_is_a_process_id_becomes_one_where_it_differs() -> None:
    golden = frozen(returned(11, pid=11), returned(12, pid=12)).golden
    assert golden.actors["main"] == ("put q <pid p>",)


def test_a_number_that_happens_to_be_a_process_id_stays_a_number() -> None:
    golden = frozen(returned(11, pid=11), returned(11, pid=12)).golden
    assert golden.actors["main"] == ("put q 11",)


def test_an_actor_that_is_not_in_every_run_varies() -> None:
    record = Record(p=11)
    assert frozen(record.done(), Record().done()).golden.varying == ("exitcode p", "p")


def test_the_text_is_the_same_whichever_run_comes_first() -> None:
    def run(*children: str) -> Recording:
        record = Record(**{name: 10 + number for number, name in enumerate(children)})
        for child in children:
            record.add("main", "start", child, kind="process")
            record.add(child, "begin")
        return record.done()

    first, second = run("p[10]", "a", "p[9]"), run("a", "p[9]", "p[10]")
    assert list(frozen(first).golden.actors) == ["main", "a", "p[9]", "p[10]"]
    assert list(frozen(second).golden.actors) == ["main", "a", "p[9]", "p[10]"]
    assert frozen(first).golden.order == frozen(second).golden.order


def test_a_difference_reads_as_a_sentence() -> None:
    (varying,) = frozen(said("left"), said("right")).varying
    assert str(varying) == "p varies: `print left` in run 1, `print right` in run 2"


def walk(*words: str) -> Recording:
    record = Record(p=11)
    for word in words:
        record.prints("p", word)
    return record.done()


def test_of_a_lane_that_varies_the_shared_beginning_is_frozen() -> None:
    golden = frozen(walk("one", "two", "left"), walk("one", "two", "right")).golden
    assert golden.actors["p"] == ("print one", "print two", "...")


def test_the_frozen_beginning_only_gets_shorter() -> None:
    known = frozen(walk("one", "two"), walk("one", "three")).golden
    golden = frozen(walk("one", "two"), walk("one", "two"), known=known).golden
    assert golden.actors["p"] == ("print one", "...")


def test_a_lane_that_was_whole_and_now_varies_counts_as_another_run() -> None:
    known = frozen(walk("one"), walk("one")).golden
    golden = frozen(walk("one", "two"), walk("one", "two", "three"), known=known).golden
    assert golden.actors["p"] == ("print one", "...")


def test_how_far_a_run_came_before_it_was_cut_is_not_frozen() -> None:
    def cut_after(rounds: int) -> Recording:
        record = Record(p=11)
        for _ in range(rounds):
            record.prints("p", "again")
        record.ended_by = {"main": "mprun", "p": "mprun"}
        return record.done("cut")

    result = frozen(cut_after(3), cut_after(2))
    assert result.golden.actors == {"main": ("...",), "p": ("print again", "print again", "...")}
    assert result.golden.varying == ()
    assert len(frozen(cut_after(100)).golden.actors["p"]) < 20
    assert compare(result.golden, canonical(cut_after(1)), sha256="abc").status == "same"
    assert compare(result.golden, canonical(cut_after(9)), sha256="abc").status == "same"
