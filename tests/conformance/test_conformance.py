"""A few scenarios put to the proof, of which `python -m tests.conformance` has all."""

from __future__ import annotations

import pytest

from tests.conformance.proving import Asked, prove
from tests.conformance.subjects import subjects

_ASKED = Asked(replay=4, runs=1, seconds=20.0, stress=True)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("lock", "fork"),
        ("lock", "spawn"),
        ("queue-full", "fork"),
        ("lock-order-deadlock", "fork"),
        ("pool-callback", "fork"),
    ],
)
def test_real_processes_do_what_the_model_says_and_nothing_else(name: str, method: str) -> None:
    [subject] = subjects([name], [method])
    row = prove(subject, _ASKED)
    assert () == row.defects
    assert 0 < row.played == row.confirmed
