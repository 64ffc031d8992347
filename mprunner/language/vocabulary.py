"""Everything that an item of `expect` can be: the forms and the classic names."""

from __future__ import annotations

from mprunner.language.classics import CLASSICS
from mprunner.language.promises import FORMS, Form

__all__ = ["PROMISES"]

PROMISES: dict[str, type[Form]] = {**FORMS, **CLASSICS}
"""Key of a promise -> its model."""
