"""Everything that an item of `expect` can be: the forms, promises made of promises, and the classic names."""

from __future__ import annotations

from mprunner.language.classics import CLASSICS
from mprunner.language.compositions import COMPOSITIONS
from mprunner.language.promises import FORMS, Form
from mprunner.language.relations import Related

__all__ = ["PROMISES"]

PROMISES: dict[str, type[Form]] = {**FORMS, Related.form: Related, **COMPOSITIONS, **CLASSICS}
"""Key of a promise -> its model."""
