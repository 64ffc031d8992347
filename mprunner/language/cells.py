"""The types of what lies in shared memory, and how a declaration names its type and its lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.field_rules import member
from mprunner.language.located import context_of, hints, node_of, reported
from mprunner.language.quick_models import PlainValidator
from mprunner.language.scalar_fields import field_label, refuse

if TYPE_CHECKING:
    from pydantic import ValidationInfo

__all__ = ["TYPECODES", "TYPES", "CellLock", "CellType", "cell_lock", "cell_type"]

TYPECODES: dict[str, str] = {
    "c": "c_char", "u": "c_wchar", "b": "c_byte", "B": "c_ubyte", "h": "c_short", "H": "c_ushort", "i": "c_int",
    "I": "c_uint", "l": "c_long", "L": "c_ulong", "q": "c_longlong", "Q": "c_ulonglong", "f": "c_float", "d": "c_double",
}  # fmt: skip
"""The letters that `Value` and `Array` take, and the types of ctypes that they stand for."""

TYPES: dict[str, str] = {
    **TYPECODES,
    **{name: name for name in (
        "c_bool", *TYPECODES.values(), "c_longdouble", "c_size_t", "c_ssize_t",
        *(f"c_{sign}int{bits}" for bits in (8, 16, 32, 64) for sign in ("", "u")),
    )},
}  # fmt: skip
"""Every name that `type` takes, and the type of ctypes that it stands for."""

_SYNONYMS = {
    "int": "i", "integer": "i", "signed": "i", "unsigned": "I", "short": "h", "long": "l", "double": "d", "float": "d",
    "bool": "c_bool", "boolean": "c_bool", "char": "c", "bytes": "c", "byte": "b", "str": "u", "string": "u", "text": "u",
}  # fmt: skip


def cell_type(value: Any, info: ValidationInfo) -> str:
    """A letter of those that `array` knows, or the name of a simple type of ctypes."""
    node = node_of(value)
    if not isinstance(node.value, str):
        raise refuse(value, info, "a typecode like i or d, or a type of ctypes like c_bool")
    if node.value in TYPES:
        return node.value
    bare = node.value.rpartition(".")[2]
    close = [bare] if bare in TYPES else nearest(node.value, TYPES, _SYNONYMS)
    if node.value in _SYNONYMS:
        close = [_SYNONYMS[node.value]]
    notes = [f"typecodes: {' '.join(TYPECODES)}; or simple types of ctypes, like c_int64"]
    message = f'{field_label(info)}: no type "{node.value}"'
    expected = f"did you mean {listed(close)}?" if close else None
    context_of(info).error("wrong-value", node, message, expected=expected, notes=[*hints(node), *notes])
    raise reported()


cell_type.options = tuple(TYPES)  # type: ignore[attr-defined]  # for the schema


def cell_lock(value: Any, info: ValidationInfo) -> bool | str:
    """True for a lock of its own, false for none, or the name of a declared lock."""
    node = node_of(value)
    if isinstance(node.value, bool):
        return node.value
    if not node.is_text:
        raise refuse(value, info, "true, false or the name of a lock")
    return member(value, info)


if TYPE_CHECKING:
    CellType = str
    CellLock = bool | str
else:
    CellType = PlainValidator(cell_type)
    CellLock = PlainValidator(cell_lock)
