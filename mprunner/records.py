"""Classes of values with slots that are made quickly: what `dataclass(frozen=True, slots=True)` gives, without its price.

`dataclass` writes and compiles half a dozen methods for each class while it is imported, in about three quarters of a
millisecond. There are over a hundred such classes, every command waits for them, and each spawned process makes its share anew
before its first step. Here a class's methods are written when it turns out that it has more than a few instances, and only those
of use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

__all__ = ["Record", "made", "record", "records_in", "replaced", "write_all_methods"]

Some = TypeVar("Some")

_FEW = 8
"""So many instances of a class are filled in by hand: to write its methods costs as much as some thirty of them, and most classes
of a short run never have as many."""


class _Made:
    """A default that is made anew for each instance."""

    __slots__ = ("factory",)

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.factory = factory


def made(*, factory: Callable[[], Some]) -> Some:
    """The default of a field whose value `factory` makes for each instance."""
    return _Made(factory)  # type: ignore[return-value]


class Record:
    """The base of all records: values under the names in `fields`, equal when all are equal, never changed."""

    __slots__: tuple[str, ...] = ()
    fields: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[dict[str, Any]] = {}

    _filled: ClassVar[int] = 0

    def __init__(self, *values: Any, **named: Any) -> None:
        cls: Any = _owner(type(self))
        if cls._filled >= _FEW or not _fill(self, cls, values, named):
            _write_methods(cls)(self, *values, **named)
        else:
            cls._filled += 1

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields)
        return f"{type(self).__name__}({inside})"

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} can't be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} can't be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.fields])


def write_all_methods() -> None:
    """Writes the methods of all records that there are: for a process whose forks would each write them again."""
    waiting = Record.__subclasses__()
    for cls in waiting:
        waiting.extend(cls.__subclasses__())
        if cls.__init__ is Record.__init__ and "fields" in vars(cls):
            _write_methods(cls)


def _owner(cls: type) -> type:
    """The class that was made a record; `cls` may be a plain subclass of it."""
    return next(each for each in cls.__mro__ if "fields" in vars(each))


def _fill(new: Any, cls: Any, values: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Does what the written `__init__` does; False, and nothing done, where the arguments are not in order."""
    names: tuple[str, ...] = cls.fields
    positional = len(values)
    rest = names[positional:]
    if positional > len(names) or not all(name in named or name in cls.defaults for name in rest):
        return False
    if not named.keys() <= set(rest):
        return False
    found = [*values, *(named[name] if name in named else cls.defaults[name] for name in rest)]
    for name, value in zip(names, found, strict=True):
        if type(value) is _Made:
            value = value.factory()
        object.__setattr__(new, name, value)
    if hasattr(cls, "__post_init__"):
        new.__post_init__()
    return True


def _write_methods(cls: Any) -> Callable[..., None]:
    """Gives a class the `__init__` that it would have by hand, and a quick `_values`."""
    names: tuple[str, ...] = cls.fields
    given: dict[str, Any] = {"_set": object.__setattr__, "_made": _Made}
    parameters, lines = ["self"], []
    for name in names:
        value = name
        if name in cls.defaults:
            given[f"_default_{name}"] = cls.defaults[name]
            parameters.append(f"{name}=_default_{name}")
            if type(cls.defaults[name]) is _Made:
                value = f"{name}.factory() if type({name}) is _made else {name}"
        else:
            parameters.append(name)
        lines.append(f"    _set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    tuple_of_all = "".join(f"self.{name}, " for name in names)
    source = (
        f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or ["    pass"]) + "\n"
        f"def _values(self):\n    return ({tuple_of_all})\n"
    )
    exec(source, given)
    cls.__init__, cls._values = given["__init__"], given["_values"]
    found: Callable[..., None] = given["__init__"]
    return found


def _made_record(cls: type, *, frozen: bool, eq: bool) -> type:
    bases = (Record,) if cls.__bases__ == (object,) else cls.__bases__
    inherited: tuple[str, ...] = getattr(bases[0], "fields", ())
    names = tuple(name for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar"))
    inside = dict(vars(cls))
    defaults = {name: inside.pop(name) for name in names if name in inside}
    for name in ("__dict__", "__weakref__"):
        inside.pop(name, None)
    if not frozen:
        inside.update(__setattr__=object.__setattr__, __delattr__=object.__delattr__)
        if eq:
            inside.setdefault("__hash__", None)
    if not eq:
        inside.update(__eq__=object.__eq__, __hash__=object.__hash__)
    fields = (*inherited, *(name for name in names if name not in inherited))
    if inherited:  # what was written for the base is not for more fields
        inside.update(__init__=Record.__init__, _values=Record._values)
    inside["_filled"] = 0
    inside.update(
        __slots__=tuple(name for name in names if name not in inherited),
        __match_args__=fields,
        __qualname__=cls.__qualname__,
        fields=fields,
        defaults={**getattr(bases[0], "defaults", {}), **defaults},
    )
    return type(cls.__name__, bases, inside)


if TYPE_CHECKING:

    @overload
    @dataclass_transform(frozen_default=True, field_specifiers=(made,))
    def record(cls: type[Some], /) -> type[Some]: ...

    @overload
    @dataclass_transform(frozen_default=True, field_specifiers=(made,))
    def record(*, frozen: bool = True, eq: bool = True) -> Callable[[type[Some]], type[Some]]: ...

    def record(*arguments: Any, **how: Any) -> Any: ...

else:

    def record(cls: type | None = None, *, frozen: bool = True, eq: bool = True) -> Any:
        """A class decorator: annotated names become the fields, in order, a value in the class their default."""
        if cls is None:
            return lambda decorated: _made_record(decorated, frozen=frozen, eq=eq)
        return _made_record(cls, frozen=frozen, eq=eq)


def replaced(node: Some, **changes: Any) -> Some:
    """A copy of a record with some values changed."""
    values = {name: getattr(node, name) for name in type(node).fields}  # type: ignore[attr-defined]
    return type(node)(**{**values, **changes})


def records_in(value: Any) -> Iterator[Record]:
    """Every record in a value of records, lists and tuples; each before those in it."""
    if isinstance(value, Record):
        yield value
        for name in value.fields:
            yield from records_in(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from records_in(part)
