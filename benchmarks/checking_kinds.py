"""How fast each kind of promise is judged: ten of one kind over 10^6 operations of a recording in memory, witnesses included.

    python benchmarks/checking_kinds.py [--events 1000000] [--rounds 2] [--only WORD]

The ten speak of eight letters, each of other ones. `turns`: a to h, again and again; `random`: a letter by chance; `burst`: all
a, then all b, and so on; `distinct`: as random, but every second text is one that no other event has. Of locks there are ten,
taken in turn, or all at once by three processes. Figures are seconds of CPU, the least of the rounds; compiling and asking
matchers is within the time.
"""

from __future__ import annotations

import argparse
import gc
import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from checking_speed import call, measured, recording

from mprunner.checking.adapt import promise_form
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint
from mprunner.checking.forms import Declared, PromiseForm
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.recording.blocks import blocks
from mprunner.recording.events import Call, Recording

LETTERS = "abcdefgh"
LOCKS = [f"k{number}" for number in range(10)]
DECLARED = Declared(locks=frozenset(LOCKS))

PROMISES = {
    "response": "response: [A, B]",
    "precedence": "precedence: [A, B]",
    "succession": "succession: [A, B]",
    "alternate succession": "alternate_succession: [A, B]",
    "chain succession": "chain_succession: [A, B]",
    "not chain succession": "not_chain_succession: [A, B]",
    "co-existence": "co_existence: [A, B]",
    "after, without": "{each: A, has: B, without: C}",
    "anywhere": "{each: A, has: B, where: anywhere}",
    "anywhere, without": "{each: A, has: B, where: anywhere, without: C}",
    "none anywhere, without": "{each: A, has_no: B, where: anywhere, without: C}",
    "next, bound": "{each: A, has: B, where: next, bind: [process]}",
    "previous, bound by item": "{each: A, has_no: B, where: previous, bind: [item]}",
    "response chain 2-1": "response_chain: [[A, B], C]",
    "response chain 1-2": "response_chain: [A, [B, C]]",
    "precedence chain 2-1": "precedence_chain: [[A, B], C]",
    "precedence chain 1-2": "precedence_chain: [A, [B, C]]",
    "constrained chain": "{constrained_chain: [A, [B, C]], without: D}",
    "two before, none": "{each: A, has_no: [B, C], where: before, without: D}",
    "sequence": "sequence: [A, B, C, D]",
    "sequence, next": "sequence: [A, {next: B}, C, {next: A}]",
    "sequence, gaps": "sequence: [A, {gap_without: D}, B, {gap_without: C}, A]",
    "sequence, groups": "sequence: [A, {any_order: [B, C, D]}, {gap_without: A}, {any_order: [A, C]}]",
    "sequence, complete": "{sequence: [A, B, {next: C}], complete: true}",
    "sequence, among": "{sequence: [A, {next: B}, {next: A}], among: {print: {matches: '[abcd]'}}}",
    "alternation": "alternation: [A, B]",
    "count": "{count: A, at_least: 1}",
    "response, in segments": "{response: [A, B], within: {from: C, to: D}}",
    "sequence, in segments": "{sequence: [A, B], within: {from: C, to: D}}",
    "response, per process": "{response: [A, B], per: process}",
    "sequence, per process": "{sequence: [A, B, C], per: process}",
    "closed, between": "closed: {begin: A, end: B}",
    "at most, between": "{open: {begin: A, end: B}, at_most: 2}",
    "no interleaving, between": "no_interleaving: {of: C, inside: {begin: A, end: B}}",
    "disjoint, between": "{span: {begin: A, end: B}, relation: disjoint, to: {begin: C, end: D}}",
}
OF_LOCKS = {
    "mutual exclusion": "mutual_exclusion: K",
    "closed": "closed: {hold: K}",
    "no interleaving": "no_interleaving: {of: print, inside: {hold: K}}",
    "closed, calls": "closed: {call: acquire, object: K}",
}


def written(text: str) -> PromiseForm:
    """The promise that a line of the tables above writes."""
    # Each lock has to be used somewhere, or the file is refused.
    uses = ", ".join(f"{{acquire: {lock}}}, {{release: {lock}}}" for lock in LOCKS)
    main = "main: [{repeat: 1, steps: [{set: {x: '{[]}'}}, {print: '{x}'}]}, USES]".replace("USES", uses)
    locks = ", ".join(f"{lock}: {{}}" for lock in LOCKS)
    promise = text if text[0] == "{" else f"{{{text}}}"
    made = f"locks: {{{locks}}}\n{main}\nexpect:\n  - {promise}\n"
    (one,) = load_source(Source("kinds.yaml", made)).scenarios[0].expect
    return promise_form(one)


def ten(text: str) -> list[PromiseForm]:
    """Ten promises of a kind, each of other letters, or of another lock."""
    found: list[PromiseForm] = []
    for number in range(10):
        words = text
        for place, role in enumerate("ABCD"):
            letter = LETTERS[(number + place * (1 + number // 8)) % 8]
            words = words.replace(f"{role}", f"{{print: {letter}}}")
        found.append(written(words.replace("K", LOCKS[number])))
    return found


def letters(shape: str, count: int) -> Iterator[str]:
    chance = random.Random(shape)
    for number in range(count):
        if shape == "turns":
            yield LETTERS[number % 8]
        elif shape == "burst":
            yield LETTERS[number * 8 // count]
        elif shape == "distinct" and number % 2:
            yield f"line {number}"
        else:
            yield chance.choice(LETTERS)


def prints(texts: Iterable[str]) -> Recording:
    return recording(
        [call(number, "print", text=text, item=number // 16) for number, text in enumerate(texts)]
    )


def locked(shape: str, count: int) -> Recording:
    """Each of ten locks is taken, there is a print, and it is given back; or (`at once`) three have it at the same time."""
    calls: list[Call] = []
    steps = ("acquire", "print", "release") if shape == "in turn" else ("acquire",) * 3 + ("release",) * 3
    for number in range(count):
        round_, step = divmod(number, len(steps))
        lock, who = LOCKS[round_ % 10], f"p{round_ % 3 if shape == 'in turn' else step % 3}"
        name = steps[step]
        thing, kind = (None, "none") if name == "print" else (lock, "lock")
        values = {"text": "x"} if name == "print" else {}
        calls.append(Call(
            number, who, who, 1, 1, number, name, thing, kind, 2 * number, 2 * number + 1, "ok", values,
        ))  # fmt: skip
    return recording(calls)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="operations; each has two instants")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", metavar="WORD", default="", help="kinds with this in their name")
    options = parser.parse_args()
    tables: list[tuple[dict[str, str], dict[str, Callable[[], Recording]]]] = [
        (PROMISES, {
            shape: partial(lambda shape: prints(letters(shape, options.events)), shape)
            for shape in ("turns", "random", "burst", "distinct")
        }),
        (OF_LOCKS, {shape: partial(locked, shape, options.events) for shape in ("in turn", "at once")}),
    ]  # fmt: skip
    for table, shapes in tables:
        wanted = {name: ten(text) for name, text in table.items() if options.only in name}
        for shape, make in shapes.items():
            record = make()
            parts = list(blocks(record))
            gc.freeze()
            for name, forms in wanted.items():
                built: Callable[[], list[Constraint]] = partial(made, forms)
                seconds = measured(built, record, parts, options.rounds)[0]
                print(f"{shape:12}{name:34}{seconds:8.3f}", flush=True)
            gc.unfreeze()


def made(forms: list[PromiseForm]) -> list[Constraint]:
    return [build(form, DECLARED) for form in forms]


if __name__ == "__main__":
    main()
