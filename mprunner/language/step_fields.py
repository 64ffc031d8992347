"""Fields that many steps have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mprunner.language.fields import FlagText, SecondsText

__all__ = ["Block", "Timeout"]


Timeout = Annotated[SecondsText, Field(description="Seconds to wait at most; scaled by --time-scale.")]
Block = Annotated[FlagText, Field(description="Whether to wait at all: true or false.")]
