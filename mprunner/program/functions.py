"""The functions and methods that expressions may call, on plain values and within the limits.

They are Python's own, but for these: `type` gives a name; `reversed`, `enumerate`, `zip`, `keys`, `values` and `items` give
lists, since variables hold plain data only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mprunner.program.limits import BINARY, MAX_ITEMS, MAX_WIDTH, check_items, check_nested, check_text
from mprunner.program.rendering import joined, pieces_of, to_text
from mprunner.program.values import Marked, Rendered, marked, plain, type_name

__all__ = ["FUNCTIONS", "METHODS", "bound_method", "call_method"]


def _bounded(value: Any) -> Any:
    """`value`, when going through it takes no more than MAX_ITEMS steps."""
    if isinstance(value, (str, bytes, range, list, tuple, dict, set, frozenset)):
        check_items(len(value))
    return value


def _over_items(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        for argument in arguments:
            _bounded(argument)
            check_nested(argument)
        return function(*arguments, **keywords)

    return call


def _str(*arguments: Any, **keywords: Any) -> Any:
    if len(arguments) == 1 and not keywords:
        return to_text(list(pieces_of(arguments[0])))
    return str(*arguments, **keywords)


def _repr(value: Any, /) -> Any:
    return to_text(list(pieces_of(value, as_repr=True)))


def _int(*arguments: Any, **keywords: Any) -> Any:
    result = int(*arguments, **keywords)
    mark = arguments[0].mark if len(arguments) == 1 and isinstance(arguments[0], (Marked, Rendered)) else None
    return result if mark is None else marked(int(result), mark)


def _float(*arguments: Any) -> Any:
    result = float(*arguments)
    mark = arguments[0].mark if len(arguments) == 1 and isinstance(arguments[0], (Marked, Rendered)) else None
    return result if mark is None else marked(float(result), mark)


def _round(number: Any, ndigits: Any = None) -> Any:
    if isinstance(ndigits, int) and abs(ndigits) > MAX_WIDTH // 100:
        raise OverflowError(f"{ndigits} digits are too many to round to")
    return round(number, ndigits)


def _sum(items: Any, /, start: Any = 0) -> Any:
    _bounded(items)
    if isinstance(start, (int, float)) and not isinstance(items, str):
        return sum(items, start)
    if isinstance(start, (str, bytes)):
        return sum(items, start)  # raises: Python does not add up texts
    work, total = 0, start
    for item in items:
        total = BINARY["+"](total, item)
        work += len(total) if hasattr(total, "__len__") else 1
        check_items(work // 10)
    return total


def _reversed(items: Any, /) -> list[Any]:
    return list(reversed(items))


def _enumerate(items: Any, start: int = 0) -> list[Any]:
    return list(enumerate(items, start))


def _zip(*items: Iterable[Any], **keywords: Any) -> list[Any]:
    return list(zip(*items, **keywords))  # noqa: B905 - the author says whether `strict`


def _divmod(left: Any, right: Any, /) -> Any:
    return divmod(left, right)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "all": _over_items(all),
    "any": _over_items(any),
    "bool": bool,
    "chr": chr,
    "dict": _over_items(dict),
    "divmod": _divmod,
    "enumerate": _over_items(_enumerate),
    "float": _float,
    "int": _int,
    "len": len,
    "list": _over_items(list),
    "max": _over_items(max),
    "min": _over_items(min),
    "ord": ord,
    "range": range,
    "repr": _repr,
    "reversed": _over_items(_reversed),
    "round": _round,
    "set": _over_items(set),
    "sorted": _over_items(sorted),
    "str": _str,
    "sum": _sum,
    "tuple": _over_items(tuple),
    "type": type_name,
    "zip": _over_items(_zip),
}
"""The functions that need nothing but their arguments."""


def _replace(text: str, *arguments: Any) -> str:
    if len(arguments) >= 2 and isinstance(arguments[0], str) and isinstance(arguments[1], str):
        times = text.count(arguments[0])
        check_text(len(text) + times * max(len(arguments[1]) - len(arguments[0]), 0))
    return text.replace(*arguments)


def _split(text: str, *arguments: Any, **keywords: Any) -> list[str]:
    if len(text) > 2 * MAX_ITEMS:
        check_items(len(text))
    return text.split(*arguments, **keywords)


def _join(separator: str, items: Any, /) -> str:
    return joined(separator, list(_bounded(items)))


def _own(name: str) -> Callable[..., Any]:
    def call(value: Any, *arguments: Any, **keywords: Any) -> Any:
        for argument in arguments:
            check_nested(argument)
        check_nested(value)
        return getattr(value, name)(*arguments, **keywords)

    return call


def _listed(name: str) -> Callable[..., Any]:
    def call(value: Any) -> list[Any]:
        return list(getattr(value, name)())

    return call


_SEARCHING = {name: _own(name) for name in ("count", "index")}
_TEXT = ("upper", "lower", "strip", "lstrip", "rstrip", "startswith", "endswith", "find", "isdigit")
METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        **{name: _own(name) for name in _TEXT},
        **_SEARCHING,
        "split": _split,
        "join": _join,
        "replace": _replace,
    },
    list: _SEARCHING,
    tuple: _SEARCHING,
    range: _SEARCHING,
    dict: {
        "keys": _listed("keys"),
        "values": _listed("values"),
        "items": _listed("items"),
        "get": _own("get"),
    },
}
"""The methods that expressions may call, by type."""


def bound_method(value: Any, name: str) -> Callable[..., Any]:
    """The function that `value.name` is. Raises AttributeError for what the value does not have."""
    methods = METHODS.get(type(value))
    if methods is None:
        methods = next((table for kind, table in METHODS.items() if isinstance(value, kind)), {})
    method = methods.get(name)
    if method is None:
        raise AttributeError(f"'{type_name(value)}' object has no attribute '{name}'")
    return method


def call_method(
    method: Callable[..., Any], value: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """Calls what `bound_method` gave. Raises what Python raises."""
    if isinstance(value, range) and not (arguments and isinstance(arguments[0], int)):
        _bounded(value)
    return method(plain(value) if method is not _join else value, *arguments, **keywords)
