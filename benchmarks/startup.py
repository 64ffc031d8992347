"""`mprun --help`, `--version` and completion against a bare click program, in turn.

    python benchmarks/startup.py [--rounds 20]

To reach: 1.3 times the bare click program.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from side_by_side import in_turn, table, wall_seconds

BARE = """
import click

@click.group()
def main():
    \"\"\"A program.\"\"\"

@main.command()
@click.option("--count", default=1)
def greet(count):
    \"\"\"Greets.\"\"\"

if __name__ == "__main__":
    main()
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    mprun = [sys.executable, "-m", "mprunner"]
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")

        def completion() -> float:
            os.environ.update(_MPRUN_COMPLETE="bash_complete", COMP_WORDS="mprun --r", COMP_CWORD="1")
            try:
                return wall_seconds(mprun)
            finally:
                for name in ("_MPRUN_COMPLETE", "COMP_WORDS", "COMP_CWORD"):
                    del os.environ[name]

        samples = in_turn(
            {
                "bare click program --help": lambda: wall_seconds([sys.executable, str(bare), "--help"]),
                "mprun --help": lambda: wall_seconds([*mprun, "--help"]),
                "mprun --version": lambda: wall_seconds([*mprun, "--version"]),
                "completion of an option": completion,
                "python -c pass": lambda: wall_seconds([sys.executable, "-c", "pass"]),
            },
            rounds,
        )
    print(table(samples, unit="s", baseline="bare click program --help"))


if __name__ == "__main__":
    main()
