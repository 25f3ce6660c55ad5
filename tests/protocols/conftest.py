"""A bench stimulator and easily edited protocols."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from protocols.capabilities import Capabilities
from protocols.loading import LoadedProtocol, load_text
from protocols.pulses import Waveform

GOOD = Path(__file__).parent / "good"

BENCH = Capabilities(
    device="bench",
    title="Bench",
    channels=8,
    channels_per_module=4,
    waveforms=frozenset({Waveform.SYMMETRIC_BIPHASIC}),
    interphase_gap_us=100,
    current_step_ua=2000,
    current_max_ua=126_000,
    pulse_width_min_us=20,
    pulse_width_max_us=500,
    pulse_width_step_us=1,
    period_step_us=500,
    period_min_us_by_modules=(8_000, 20_000),
    period_max_us=1_025_000,
    has_unequal_rates=False,
    reports=frozenset(),
    stop_time_us=100_000,
    watchdog_us=1_200_000,
    keep_alive_us=300_000,
    is_research_only=False,
)


@pytest.fixture
def device() -> Callable[..., Capabilities]:
    """A stimulator of two modules with four channels each; keywords change it."""

    def make(**changes: object) -> Capabilities:
        return replace(BENCH, **changes)  # type: ignore[arg-type]  # each test names its fields

    return make


@pytest.fixture
def edited() -> Callable[..., LoadedProtocol]:
    """A good protocol in which texts are replaced by others: edited("one_channel", old, new)."""

    def load(name: str, *texts: str) -> LoadedProtocol:
        text = (GOOD / f"{name}.yaml").read_text()
        for old, new in zip(texts[::2], texts[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        return load_text(text, name)

    return load
