"""`python -m mprunner`: the same as `mprun`."""

from __future__ import annotations

from mprunner.cli.main import program

if __name__ == "__main__":
    program()
