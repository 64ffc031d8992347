"""Which report a command line asks for."""

from __future__ import annotations

import os
import platform
import sys

from mprunner.cli.version import VERSION
from mprunner.report.reporter import Reporter
from mprunner.report.style import ColourChoice, style_for

__all__ = ["reporter_for"]


def reporter_for(*, json: bool, color: ColourChoice, verbosity: int) -> Reporter:
    """JSON lines, or text for people, on standard output."""
    if json:
        from mprunner.report.json_lines import JsonLines

        lines = JsonLines(sys.stdout)
        lines.start(version=VERSION, python=platform.python_version())
        return lines
    from mprunner.report.console import Console

    return Console(sys.stdout, sys.stderr, style_for(sys.stdout, color, os.environ), verbosity=verbosity)
