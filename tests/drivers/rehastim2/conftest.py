"""A RehaStim2 to talk with."""

import pytest
from support.rehastim2_dialogues import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
