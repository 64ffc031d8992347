"""Programs of which the truth is known, as toys."""

from __future__ import annotations

from tests.exploring.toy import Thread, Toy

__all__ = ["bounded_buffer", "dining", "lost_update", "opposite_locks", "peterson", "spinning"]


def lost_update(processes: int, times: int = 1, *, locked: bool = False) -> Toy:
    """Each adds 1 to x `times` times, in a read and a write; `locked`: with a lock round both."""
    once: Thread = (("read", "x"), ("add", "x", 1))
    if locked:
        once = (("acquire", "lock"), *once, ("release", "lock"))
    return Toy([once * times for _ in range(processes)])


def dining(philosophers: int, *, reversed_one: bool = False) -> Toy:
    """Each takes the left fork first; `reversed_one`: but for the last."""

    def philosopher(number: int) -> Thread:
        forks = [f"fork {number}", f"fork {(number + 1) % philosophers}"]
        if reversed_one and number == philosophers - 1:
            forks.reverse()
        one, other = forks
        return (("acquire", one), ("acquire", other), ("release", other), ("release", one))

    return Toy([philosopher(number) for number in range(philosophers)])


def opposite_locks() -> Toy:
    """Two that take two locks in opposite order, and a third that has nothing to do with it."""
    return Toy(
        [
            (("acquire", "a"), ("acquire", "b"), ("release", "b"), ("release", "a")),
            (("acquire", "b"), ("acquire", "a"), ("release", "a"), ("release", "b")),
            (("tick",), ("tick",)),
        ]
    )


def peterson() -> Toy:
    """Two that exclude each other by flags and a turn, and count who is inside: `inside` is 0 or 1 whenever it is read."""

    def one(me: int) -> Thread:
        mine, other = f"flag {me}", f"flag {1 - me}"
        return (
            ("write", mine, 1),  # 0
            ("write", "turn", 1 - me),  # 1
            ("read", other),  # 2
            ("if", 0, 6),  # 3
            ("read", "turn"),  # 4
            ("if", 1 - me, 2),  # 5
            ("read", "inside"),  # 6
            ("add", "inside", 1),  # 7
            ("read", "inside"),  # 8
            ("add", "inside", -1),  # 9
            ("write", mine, 0),  # 10
        )

    return Toy([one(0), one(1)])


def bounded_buffer(producers: int, items: int, room: int, *, mutex_first: bool = False) -> Toy:
    """Semaphores for free and full places, and a lock; `mutex_first`: taken before the semaphore, not after it."""

    def turn(waits: str, signals: str, work: Thread) -> Thread:
        gates: Thread = (("down", waits), ("acquire", "mutex"))
        if mutex_first:
            gates = (gates[1], gates[0])
        return (*gates, *work, ("release", "mutex"), ("up", signals))

    put = turn("free", "full", (("read", "n"), ("add", "n", 1)))
    get = turn("full", "free", (("read", "n"), ("add", "n", -1)))
    threads = [put * items for _ in range(producers)]
    return Toy([*threads, get * (items * producers)], semaphores={"free": room, "full": 0})


def spinning() -> Toy:
    """One waits for a flag by looking at it again and again, the other sets it."""
    return Toy([(("read", "flag"), ("if", 0, 0)), (("tick",), ("write", "flag", 1))])
