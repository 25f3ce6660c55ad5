"""Judges a record of pulses against the protocol file that it should have come from.

Each function looks at one claim and returns, in words, everything that contradicts it; nothing
means that the claim holds. Record and file are laid over each other once, at the first pulse.
Independent evidence: nothing of the program is used here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import ceil, floor
from pathlib import Path

from support.prescription import Contraction, Prescription, prescribed
from support.pulse_record import PulseRow, read_pulses

DEVICE_STEP_MA = 1
TOLERATED_RATE = Fraction(1, 100)
TOLERATED_LATENESS_US = 20_000  # besides one pulse period
STALL_US = 100_000  # a longer gap between frames counts as this much rise

Finding = str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One contraction as prescribed and the pulses that belong to it, in order of time."""

    contraction: Contraction
    level_ma: int
    number: int
    pulses: tuple[PulseRow, ...]

    @property
    def name(self) -> str:
        return f"channel {self.contraction.channel}, contraction {self.number}"

    @cached_property
    def top_ma(self) -> int:
        return self.contraction.top_ma(self.level_ma)

    @cached_property
    def plateau(self) -> tuple[PulseRow, ...]:
        """From the first to the last pulse at the level."""
        top_ma = self.top_ma
        at_top = [i for i, pulse in enumerate(self.pulses) if pulse.current_ma >= top_ma]
        return self.pulses[at_top[0] : at_top[-1] + 1] if at_top else ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A record, the file it is judged against, and the level of each channel.

    `lateness_us` is what is tolerated besides one pulse period.
    """

    prescription: Prescription
    levels_ma: dict[int, int]
    pulses: tuple[PulseRow, ...]
    lateness_us: int = TOLERATED_LATENESS_US

    @cached_property
    def zero_us(self) -> Fraction:
        """When the first stage began, on the clock of the record."""
        first = self.prescription.contractions[0]
        risen_us = first.reaches_us(DEVICE_STEP_MA, self.levels_ma[first.channel])
        return self.pulses[0].time_us - risen_us if self.pulses else Fraction(0)

    @cached_property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every prescribed contraction, with the pulses between the middles of its two rests."""
        return tuple(d for channel in self.prescription.channels for d in self._of(channel))

    def tolerance_us(self, contraction: Contraction) -> int:
        return self.lateness_us + contraction.period_us

    def _of(self, channel: int) -> Iterator[Delivery]:
        contractions = self.prescription.of(channel)
        pulses = [pulse for pulse in self.pulses if pulse.channel == channel]
        taken = 0
        for index, contraction in enumerate(contractions):
            begin = taken
            if index + 1 < len(contractions):
                middle_us = (contraction.end_us + contractions[index + 1].start_us) / 2
                until_us = ceil(self.zero_us + middle_us)
                while taken < len(pulses) and pulses[taken].time_us < until_us:
                    taken += 1
            else:
                taken = len(pulses)
            yield Delivery(
                contraction=contraction,
                level_ma=self.levels_ma[channel],
                number=index + 1,
                pulses=tuple(pulses[begin:taken]),
            )


def case_of(
    protocol: Path,
    record: Path,
    levels_ma: dict[int, int],
    *,
    lateness_us: int = TOLERATED_LATENESS_US,
) -> Case:
    """Lay a record beside its protocol file."""
    return Case(
        prescription=prescribed(protocol),
        levels_ma=levels_ma,
        pulses=tuple(read_pulses(record)),
        lateness_us=lateness_us,
    )


# The claims ---------------------------------------------------------------------------------------


def every_contraction_reaches_its_level(case: Case) -> list[Finding]:
    """All prescribed contractions are there, the first as strong as the last."""
    return [
        f"{delivery.name}: highest {highest} mA, not {delivery.top_ma} mA"
        for delivery in case.deliveries
        if (highest := max((p.current_ma for p in delivery.pulses), default=0)) < delivery.top_ma
    ]


def nothing_is_above_the_level(case: Case) -> list[Finding]:
    return [
        f"{delivery.name}: {pulse.current_ma} mA at {pulse.time_s} s, above {delivery.top_ma} mA"
        for delivery in case.deliveries
        for pulse in delivery.pulses
        if pulse.current_ma > delivery.top_ma
    ]


def rests_are_silent(case: Case) -> list[Finding]:
    """No pulse before a contraction, after it, or on a channel that has none."""
    used = case.prescription.channels
    findings = [
        f"a pulse on channel {pulse.channel}" for pulse in case.pulses if pulse.channel not in used
    ]
    for delivery in case.deliveries:
        asked = delivery.contraction
        tolerated_us = case.tolerance_us(asked)
        begin_us = ceil(case.zero_us + asked.start_us - tolerated_us)
        end_us = floor(case.zero_us + asked.end_us + tolerated_us)
        findings += [
            f"{delivery.name}: {pulse.current_ma} mA at {pulse.time_s} s, in a rest"
            for pulse in delivery.pulses
            if not begin_us <= pulse.time_us <= end_us
        ]
    return findings


def no_charge_is_left(case: Case) -> list[Finding]:
    """Both phases of each pulse carry the same charge, by the record's sum and by ours."""
    return [
        f"channel {pulse.channel} at {pulse.time_s} s: {pulse.net_charge_nc} nC are left"
        for pulse in case.pulses
        if pulse.net_charge_nc
        or pulse.current_ma * pulse.pulse_width_us + pulse.second_current_ma * pulse.second_width_us
    ]


def pulses_have_their_width(case: Case) -> list[Finding]:
    return [
        f"{delivery.name}: {pulse.pulse_width_us} µs at {pulse.time_s} s, "
        f"not {delivery.contraction.pulse_width_us} µs"
        for delivery in case.deliveries
        for pulse in delivery.pulses
        if pulse.pulse_width_us != delivery.contraction.pulse_width_us
    ]


def rates_are_held(case: Case) -> list[Finding]:
    """In each plateau: no pulse too many or too few, and the rate within 1 % of the file's."""
    return [f for delivery in case.deliveries for f in _rate_findings(delivery)]


def _rate_findings(delivery: Delivery) -> Iterator[Finding]:
    plateau, asked = delivery.plateau, delivery.contraction
    if len(plateau) < 2:
        yield f"{delivery.name}: no plateau"
        return
    for before, after in pairwise(plateau):
        if after.time_us - before.time_us != asked.period_us:
            interval_us = after.time_us - before.time_us
            yield f"{delivery.name}: {interval_us} µs between pulses at {after.time_s} s"
    mean_us = Fraction(plateau[-1].time_us - plateau[0].time_us, len(plateau) - 1)
    rate_hz = 1_000_000 / mean_us
    if abs(rate_hz - asked.frequency_hz) > asked.frequency_hz * TOLERATED_RATE:
        yield f"{delivery.name}: {float(rate_hz):.2f} Hz, not {float(asked.frequency_hz):g} Hz"


def ramps_are_monotone(case: Case) -> list[Finding]:
    """Never down before the plateau, never up after it, and the plateau is flat."""
    return [f for delivery in case.deliveries for f in _monotone_findings(delivery)]


def _monotone_findings(delivery: Delivery) -> Iterator[Finding]:
    plateau = delivery.plateau
    if not plateau:
        yield f"{delivery.name}: no plateau"
        return
    for before, after in pairwise(delivery.pulses):
        has_risen = after.current_ma > before.current_ma
        has_fallen = after.current_ma < before.current_ma
        if has_fallen and after.time_us <= plateau[-1].time_us:
            yield f"{delivery.name}: falls at {after.time_s} s, before its ramp down"
        if has_risen and after.time_us > plateau[0].time_us:
            yield f"{delivery.name}: rises at {after.time_s} s, after its ramp up"


def holds_last_as_written(case: Case) -> list[Finding]:
    """From the first pulse at the level to the place of the first that is not at it any more."""

    def measured_us(delivery: Delivery) -> int:
        plateau = delivery.plateau
        return plateau[-1].time_us + delivery.contraction.period_us - plateau[0].time_us

    def written_us(delivery: Delivery) -> Fraction:
        asked, top_ma, level_ma = delivery.contraction, delivery.top_ma, delivery.level_ma
        return asked.leaves_us(top_ma, level_ma) - asked.reaches_us(top_ma, level_ma)

    return _duration_findings(case, "hold", measured_us, written_us)


def ramps_up_last_as_written(case: Case) -> list[Finding]:
    """From the first pulse to the first at the level."""

    def measured_us(delivery: Delivery) -> int:
        return delivery.plateau[0].time_us - delivery.pulses[0].time_us

    def written_us(delivery: Delivery) -> Fraction:
        asked, level_ma = delivery.contraction, delivery.level_ma
        begin_us = asked.reaches_us(DEVICE_STEP_MA, level_ma)
        return asked.reaches_us(delivery.top_ma, level_ma) - begin_us

    return _duration_findings(case, "ramp up", measured_us, written_us)


def ramps_down_last_as_written(case: Case) -> list[Finding]:
    """From the last pulse at the level to the last of all."""

    def measured_us(delivery: Delivery) -> int:
        return delivery.pulses[-1].time_us - delivery.plateau[-1].time_us

    def written_us(delivery: Delivery) -> Fraction:
        asked, level_ma = delivery.contraction, delivery.level_ma
        end_us = asked.leaves_us(DEVICE_STEP_MA, level_ma)
        return end_us - asked.leaves_us(delivery.top_ma, level_ma)

    return _duration_findings(case, "ramp down", measured_us, written_us)


def _duration_findings(
    case: Case,
    what: str,
    measured_us: Callable[[Delivery], int],
    written_us: Callable[[Delivery], Fraction],
) -> list[Finding]:
    findings = []
    for delivery in case.deliveries:
        if not delivery.plateau:
            findings.append(f"{delivery.name}: no plateau")
            continue
        off_us = measured_us(delivery) - written_us(delivery)
        if abs(off_us) > case.tolerance_us(delivery.contraction):
            findings.append(f"{delivery.name}: {what} {float(off_us / 1000):+.1f} ms off")
    return findings


def ramps_are_straight(case: Case) -> list[Finding]:
    """Each mA on the way up and down comes at its time; the time of the contraction is its own."""
    return [f for delivery in case.deliveries for f in _line_findings(case, delivery)]


def _line_findings(case: Case, delivery: Delivery) -> Iterator[Finding]:
    asked, level_ma = delivery.contraction, delivery.level_ma
    if not delivery.plateau:
        yield f"{delivery.name}: no plateau"
        return
    begin_us = delivery.pulses[0].time_us - asked.reaches_us(DEVICE_STEP_MA, level_ma)
    end_us = delivery.pulses[-1].time_us - asked.leaves_us(DEVICE_STEP_MA, level_ma)
    ways = (
        ("up", begin_us, asked.reaches_us, _first_at(delivery.pulses)),
        ("down", end_us, asked.leaves_us, _first_at(delivery.pulses[::-1])),
    )
    for way, zero_us, line_us, measured_us in ways:
        for current_ma in range(DEVICE_STEP_MA, delivery.top_ma + 1):
            off_us = measured_us[current_ma] - zero_us - line_us(current_ma, level_ma)
            if abs(off_us) > case.tolerance_us(asked):
                off_ms = float(off_us / 1000)
                yield f"{delivery.name}: {current_ma} mA on the way {way} {off_ms:+.1f} ms off"


def _first_at(pulses: Sequence[PulseRow]) -> dict[int, int]:
    """The time of the first pulse of at least each current, in the order given."""
    times_us: dict[int, int] = {}
    for pulse in pulses:
        for current_ma in range(len(times_us) + 1, pulse.current_ma + 1):
            times_us[current_ma] = pulse.time_us
    return times_us


def cycles_last_as_written(case: Case) -> list[Finding]:
    """From one contraction of a channel to its next."""
    findings = []
    for before, after in pairwise(case.deliveries):
        if before.contraction.channel != after.contraction.channel:
            continue
        if not (before.pulses and after.pulses):
            findings.append(f"{after.name}: nothing to measure its cycle from")
            continue
        measured_us = after.pulses[0].time_us - before.pulses[0].time_us
        off_us = measured_us - (_onset_us(after) - _onset_us(before))
        if abs(off_us) > case.tolerance_us(after.contraction):
            findings.append(f"{after.name}: cycle {float(off_us / 1000):+.1f} ms off")
    return findings


def nothing_drifts(case: Case) -> list[Finding]:
    """Every contraction begins and ends when the file says, counted from the first alone.

    A change is seen where a pulse follows it: the end at the place of the first pulse left out.
    """
    findings = []
    for delivery in case.deliveries:
        if not delivery.pulses:
            findings.append(f"{delivery.name}: nothing to measure")
            continue
        asked = delivery.contraction
        end_us = asked.leaves_us(DEVICE_STEP_MA, delivery.level_ma)
        offs_us = {
            "begins": delivery.pulses[0].time_us - case.zero_us - _onset_us(delivery),
            "ends": delivery.pulses[-1].time_us + asked.period_us - case.zero_us - end_us,
        }
        findings += [
            f"{delivery.name}: {what} {float(off_us / 1000):+.1f} ms off"
            for what, off_us in offs_us.items()
            if abs(off_us) > case.tolerance_us(asked)
        ]
    return findings


def _onset_us(delivery: Delivery) -> Fraction:
    return delivery.contraction.reaches_us(DEVICE_STEP_MA, delivery.level_ma)


def rises_are_gentle(case: Case) -> list[Finding]:
    """A rise is at most level x time / ramp-up and one step of the device.

    The time is that since the value before was first seen, and one period as frames are seen only
    where a pulse follows; a stall, like a rest, counts as 100 ms.
    """
    return [f for delivery in case.deliveries for f in _jump_findings(delivery)]


def _jump_findings(delivery: Delivery) -> Iterator[Finding]:
    asked = delivery.contraction
    last_ma, since_us = 0, None
    for pulse in delivery.pulses:
        elapsed_us = STALL_US
        if since_us is not None:
            elapsed_us = min(STALL_US, pulse.time_us - since_us + asked.period_us)
        rise_ma = pulse.current_ma - last_ma
        allowed = delivery.level_ma * elapsed_us + DEVICE_STEP_MA * asked.ramp_up_us
        if rise_ma * asked.ramp_up_us > allowed:
            yield f"{delivery.name}: {last_ma} to {pulse.current_ma} mA at {pulse.time_s} s"
        if rise_ma:
            last_ma, since_us = pulse.current_ma, pulse.time_us


def channels_never_overlap(case: Case) -> list[Finding]:
    """No two pulses at a time; and where channels take turns, no two contractions."""
    findings = [
        f"channels {before.channel} and {after.channel} at once at {after.time_s} s"
        for before, after in pairwise(case.pulses)
        if after.time_us < before.time_us + _length_us(before)
    ]
    if case.prescription.takes_turns:
        in_order = sorted((d for d in case.deliveries if d.pulses), key=_start_us)
        findings += [
            f"{after.name} begins while channel {before.contraction.channel} is on"
            for before, after in pairwise(in_order)
            if after.pulses[0].time_us <= before.pulses[-1].time_us
        ]
    return findings


def _start_us(delivery: Delivery) -> int:
    return delivery.contraction.start_us


def _length_us(pulse: PulseRow) -> int:
    return pulse.pulse_width_us + pulse.gap_us + pulse.second_width_us


Claim = Callable[[Case], list[Finding]]

SAFETY: tuple[Claim, ...] = (
    every_contraction_reaches_its_level,
    nothing_is_above_the_level,
    rests_are_silent,
    no_charge_is_left,
    pulses_have_their_width,
    rises_are_gentle,
    channels_never_overlap,
)
"""What must hold however slowly the device answers."""

TIMING: tuple[Claim, ...] = (
    rates_are_held,
    ramps_are_monotone,
    ramps_are_straight,
    ramps_up_last_as_written,
    ramps_down_last_as_written,
    holds_last_as_written,
    cycles_last_as_written,
    nothing_drifts,
)
"""What must hold besides while the device answers within 20 ms."""


def findings(case: Case, claims: tuple[Claim, ...] = SAFETY + TIMING) -> list[Finding]:
    """Everything that contradicts the claims, each with the claim that it contradicts."""
    if not case.pulses:
        return ["there is no pulse at all"]
    return [f"{claim.__name__}: {finding}" for claim in claims for finding in claim(case)]
