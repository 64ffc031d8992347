"""Cross-references: one check a module, `CHECKS` lists them."""

from __future__ import annotations

from mprunner.language.checks.table import CHECKS, check_scenario

__all__ = ["CHECKS", "check_scenario"]
