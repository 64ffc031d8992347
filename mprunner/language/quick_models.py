"""What the models of a scenario are made with: pydantic's names, without the price of pydantic's classes.

To a type checker `QuickModel` is a pydantic `BaseModel`, and `Field`, `PlainValidator` and `PrivateAttr` are pydantic's own.
There are over a hundred models, every command waits for them, and one scenario uses some twenty. So a model here is a plain class
that keeps its annotations as they are written; its fields are found out when somebody asks for them, and its first validation
puts its validator down in the terms of pydantic-core (`building.py`). tests/language/test_quick_models.py holds the models to
what pydantic makes of them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

__all__ = ["Field", "FieldInfo", "PlainValidator", "PrivateAttr", "QuickModel"]

if TYPE_CHECKING:
    from pydantic import BaseModel, ConfigDict
    from pydantic import Field as Field
    from pydantic import PlainValidator as PlainValidator
    from pydantic import PrivateAttr as PrivateAttr
    from pydantic.fields import FieldInfo as FieldInfo

    class QuickModel(BaseModel):
        model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

        @classmethod
        def made_of(cls, read: Any) -> Any: ...

else:
    from mprunner.language.building import validator_of

    _NOTHING = object()

    class FieldInfo:
        """A field of a model: how it is read, and what it is where nothing is written.

        `reader` is the `PlainValidator` of its value or the model of a mapping; a field has none before `model_fields` tells it.
        """

        __slots__ = ("alias", "default", "default_factory", "description", "reader")

        def __init__(
            self,
            default: Any = ...,
            *,
            default_factory: Any = None,
            alias: str | None = None,
            description: str | None = None,
        ) -> None:
            self.default = default
            self.default_factory = default_factory
            self.alias = alias
            self.description = description
            self.reader: Any = None

        def read_by(self, reader: Any) -> FieldInfo:
            """The same field with its reader, whose description it has if it has none of its own."""
            field = FieldInfo(
                self.default,
                default_factory=self.default_factory,
                alias=self.alias,
                description=self.description or getattr(reader, "description", None),
            )
            field.reader = reader
            return field

        def is_required(self) -> bool:
            """Whether a scenario has to write it."""
            return self.default is ... and self.default_factory is None

    Field = FieldInfo

    class PlainValidator:
        """Reads a value by a function of it and of pydantic's `ValidationInfo`; stands for itself as an annotation."""

        __slots__ = ("description", "func")

        def __init__(self, func: Any, description: str | None = None) -> None:
            self.func = func
            self.description = description

        def __or__(self, other: None) -> PlainValidator:
            return self  # null is no value of a field

    def PrivateAttr(*, default: Any) -> Any:  # noqa: N802 - as pydantic calls it
        """The default of an attribute that is no field."""
        return default

    class _ModelFields:
        """The fields of a model, its bases' first, found out once."""

        def __get__(self, _: Any, model: type[QuickModel]) -> dict[str, FieldInfo]:
            found = vars(model).get("_fields")
            if found is None:
                inherited = model.__mro__[1]
                found = dict(inherited.model_fields) if issubclass(inherited, QuickModel) else {}
                for name, (written, field) in vars(model).get("_written", {}).items():
                    found[name] = field.read_by(_evaluated(model.__module__, written))
                model._fields = found
            return found

    _known: dict[tuple[str, str], Any] = {}

    def _evaluated(module: str, written: Any) -> Any:
        """What an annotation of a module stands for, `| None` left aside; each sort is evaluated once."""
        if not isinstance(written, str):
            return written
        key = (module, written)
        if key not in _known:
            found = eval(written, vars(sys.modules[module]))
            _known[key] = getattr(found, "__args__", (found,))[0]  # MODEL | None is a union of types
        return _known[key]

    class QuickModel:
        """A frozen model in a module whose annotations are texts (`from __future__ import annotations`)."""

        model_fields: ClassVar[Any] = _ModelFields()
        _given: frozenset[str] = frozenset()

        def __init_subclass__(cls, **more: Any) -> None:
            super().__init_subclass__(**more)
            cls._written = {}
            for name, written in cls.__annotations__.items():
                if name.startswith("_") or str(written).startswith("ClassVar"):
                    continue
                default = vars(cls).get(name, _NOTHING)
                if default is not _NOTHING:
                    delattr(cls, name)
                if not isinstance(default, FieldInfo):
                    default = FieldInfo(... if default is _NOTHING else default)
                cls._written[name] = (written, default)

        def __setattr__(self, name: str, value: Any) -> None:
            if not name.startswith("_"):
                raise AttributeError(f"{type(self).__name__} can't be changed")
            object.__setattr__(self, name, value)

        def __repr__(self) -> str:
            inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in type(self).model_fields)
            return f"{type(self).__name__}({inside})"

        @classmethod
        def model_validate(cls, value: Any, *, context: Any = None) -> Any:
            """The model that `value` is. Raises pydantic's `ValidationError`."""
            validator = vars(cls).get("_validator")
            if validator is None:
                validator = cls._validator = validator_of(cls)
            return validator.validate_python(value, context=context)

        @classmethod
        def made_of(cls, read: tuple[dict[str, Any], Any, set[str]]) -> Any:
            """The model with the values that pydantic-core has read: values, nothing, and the names of those written."""
            values, _, given = read
            model = cls.__new__(cls)
            vars(model).update(values, _given=frozenset(given))
            return model

        @property
        def model_fields_set(self) -> frozenset[str]:
            """The names of the fields that were written."""
            return self._given

        def model_copy(self, *, update: dict[str, Any]) -> Any:
            """A copy with other values in some fields."""
            copy = type(self).__new__(type(self))
            vars(copy).update(vars(self))
            vars(copy).update(update, _given=self._given | update.keys())
            return copy
