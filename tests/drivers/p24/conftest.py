"""A P24 to talk with."""

import pytest
from support.p24_dialogues import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
