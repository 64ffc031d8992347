"""Models whose classes are made quickly: there are some ninety, and each command waits for them.

Pydantic parses and evaluates the annotation of each field by itself. There are three hundred of them, but of some sixty sorts.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

__all__ = ["QuickModel"]

if TYPE_CHECKING:
    from pydantic import BaseModel as QuickModel
else:
    from pydantic import BaseModel, ConfigDict

    class _Evaluated(type(BaseModel)):
        """Evaluates the annotations of all models of a module together, each sort once."""

        _known: ClassVar[dict[tuple[str, str], Any]] = {}

        def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **how: Any) -> type:
            annotations = namespace.get("__annotations__", {})
            module = namespace["__module__"]
            for field, written in annotations.items():
                if not isinstance(written, str):
                    continue
                key = (module, written)
                if key not in mcs._known:
                    mcs._known[key] = eval(written, vars(sys.modules[module]))
                annotations[field] = mcs._known[key]
            return super().__new__(mcs, name, bases, namespace, **how)

    class QuickModel(BaseModel, metaclass=_Evaluated):
        """A `BaseModel` in a module whose annotations are texts (`from __future__ import annotations`)."""

        model_config = ConfigDict(
            defer_build=True
        )  # to build one makes pydantic look for plugins in all packages
