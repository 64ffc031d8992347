"""Values as they are spelled in a file: what shows already in their bytes, so that they need not be read before somebody asks.

Plain are the values that most calls carry (integers, ASCII texts without escapes, tuples and lists of these, the parts of a
print) when they are spelled as mprunner writes them. Two plain spellings are equal exactly when the values are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mprunner.recording.calllines import PARTS, values_from, values_line

__all__ = ["is_plain", "read", "spelling", "text_of"]

_INTEGER = r"-?[1-9][0-9]{0,17}|0"
_TEXT = r'"[ !#-\[\]-~]*"'
_SIMPLE = rf"(?:{_INTEGER}|{_TEXT}|true|false|null)"
_LISTED = rf"\[(?:{_SIMPLE}(?:,{_SIMPLE})*)?\]"
_VALUE = rf'(?:{_SIMPLE}|{_LISTED}|\{{"\$tuple":{_LISTED}\}})'
_PART = rf'\["(?:{"|".join(PARTS)})",{_TEXT}\]'
_FIRST = rf'"(?!parts")[a-z_]+":{_VALUE}'
_NEXT = rf'"(?!parts"|text")[a-z_]+":{_VALUE}'

is_plain: Callable[[bytes], object] = re.compile(
    rf'\{{{_FIRST}(?:,{_NEXT})*(?:,"parts":\[(?:{_PART}(?:,{_PART})*)?\])?\}}'.encode()
).fullmatch
"""Whether these bytes are plain values, with their names."""

_encode = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
_OF_TEXT = b'{"text":"'


def read(spelled: Sequence[bytes]) -> list[dict[str, Any]]:
    """The values of which these are plain spellings."""
    return list(map(values_from, _decode((b"[" + b",".join(spelled) + b"]").decode())))


def text_of(spelled: bytes) -> str | None:
    """The `text` of values with a plain spelling; None where it does not come first."""
    if not spelled.startswith(_OF_TEXT):
        return None
    start = len(_OF_TEXT)
    return spelled[start : spelled.index(b'"', start)].decode()


def spelling(values: Mapping[str, Any]) -> bytes | None:
    """The plain spelling of values; None where they have none."""
    spelled = _encode(values_line(values)).encode()
    return spelled if is_plain(spelled) else None
