"""Which hold a release ends: its own, of these the last; without one the oldest, whoever has it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mprunner.checking.constraints.spans import Holder, LockHolds

STEPS = st.lists(st.tuples(st.booleans(), st.sampled_from(("l", "m")), st.sampled_from("pqr")), max_size=30)


@given(steps=STEPS)
def test_a_release_ends_the_last_hold_of_its_own_else_the_oldest(steps: list[tuple[bool, str, str]]) -> None:
    holds = LockHolds("l")
    held: list[tuple[str, Holder, object]] = []
    for number, (takes, lock, who) in enumerate(steps):
        holder = (who, 1)
        if takes:
            held.append((lock, holder, holds.begins(lock, holder, number)))
            continue
        of_lock = [one for one in held if one[0] == lock]
        own = [one for one in of_lock if one[1] == holder]
        ended = own[-1] if own else of_lock[0] if of_lock else None
        expected = None if ended is None else ended[2]
        assert expected == holds.ends(lock, holder, number, waits=False)
        if ended is not None:
            held.remove(ended)


@given(steps=STEPS)
def test_what_is_let_go_is_all_that_was_held_of_the_lock(steps: list[tuple[bool, str, str]]) -> None:
    holds = LockHolds("l")
    begun = [(lock, holds.begins(lock, (who, 1), number)) for number, (_, lock, who) in enumerate(steps)]
    assert [key for lock, key in begun if lock == "l"] == holds.let_go("l")
    assert holds.ends("l", ("p", 1), 0, waits=False) is None
    assert [key for lock, key in begun if lock == "m"] == list(holds.held.get("m", ()))
