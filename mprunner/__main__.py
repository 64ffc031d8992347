"""`python -m mprunner`: the same as `mprun`."""

from __future__ import annotations

import sys

from mprunner.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
