"""The proof that model and real processes agree: `python -m tests.conformance [SCENARIO...]`, in the repository's root.

Every execution that exploring a scenario finds is replayed on real processes and compared operation by operation; and
what free runs do, under stress, is looked for among the executions. Exit code 1 when there is a defect.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.conformance.alone import prove_alone
from tests.conformance.proving import Asked, Row
from tests.conformance.stress import busy_cores
from tests.conformance.subjects import START_METHODS, Subject, subjects
from tests.conformance.table import Kept, closing, head, line

_EVERYTHING = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Do it all; the exit code."""
    options = _parser().parse_args(arguments)
    asked = Asked(
        replay=_EVERYTHING if options.replay == "all" else int(options.replay),
        runs=options.runs,
        seconds=options.time,
        stress=options.stress,
    )
    kept = Kept(options.out)
    wanted = list(subjects(options.scenarios, options.start_method or START_METHODS))
    if not wanted:
        print(f"there is no scenario {' or '.join(options.scenarios)}", file=sys.stderr)
        return 2
    print(head(), flush=True)
    rows = []
    with contextlib.ExitStack() as stack:
        if options.stress:
            stack.enter_context(busy_cores(os.cpu_count() or 1))
        for row in _proved(wanted, asked, kept, options.jobs):
            rows.append(row)
            print(line(row), flush=True)
    print("\n".join(["", *closing(rows)]))
    return 1 if any(row.defects for row in rows) else 0


def _proved(wanted: Sequence[Subject], asked: Asked, kept: Kept, jobs: int) -> Iterator[Row]:
    waiting = []
    for subject in wanted:
        known = kept.known(subject, asked)
        if known is None:
            waiting.append(subject)
        else:
            yield known
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for future in concurrent.futures.as_completed(
            [pool.submit(prove_alone, subject, asked) for subject in waiting]
        ):
            row = future.result()
            kept.add(row)
            yield row


def _replay(text: str) -> str:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError("a number, or all")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="names or files  [default: all]")
    parser.add_argument(
        "--replay", type=_replay, default="100", metavar="N|all",
        help="replay so many executions of each, of each outcome one at least  [default: 100]",
    )  # fmt: skip
    parser.add_argument(
        "--runs", type=int, default=100, metavar="N", help="free runs of each  [default: 100]"
    )
    parser.add_argument(
        "--stress", action="store_true", help="keep all cores busy, and let processes hesitate at random"
    )
    parser.add_argument("--start-method", action="append", choices=START_METHODS, help="only this one")
    parser.add_argument(
        "--time", type=float, default=60.0, metavar="SECONDS", help="for each exploration  [default: 60]"
    )
    parser.add_argument(
        "-j", "--jobs", type=int, default=2, metavar="N", help="so many at once  [default: 2]"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="keep rows there, and schedules that failed; what is done is not done again"
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
