"""Checking is tested on short records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mprunner.checking.blocks import words


@pytest.fixture(autouse=True, scope="session")
def words_of_few_events() -> Iterator[None]:
    """Words are learned in blocks of any length, else short ones would be fed one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_SHORT", 1)
        yield
