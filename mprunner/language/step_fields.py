"""Fields that many steps have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mprunner.language import field_rules
from mprunner.language.quick_models import PlainValidator

if TYPE_CHECKING:
    from mprunner.language.fields import FlagText as Block
    from mprunner.language.fields import SecondsText as Timeout
else:
    Timeout = PlainValidator(field_rules.seconds, "Seconds to wait at most; scaled by --time-scale.")
    Block = PlainValidator(field_rules.flag, "Whether to wait at all: true or false.")

__all__ = ["Block", "Timeout"]
