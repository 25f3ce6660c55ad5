"""Theorems on the limits themselves: each holds for all smaller currents, and meets only narrow."""

from dataclasses import replace

from safety.limits import UNLIMITED, ChannelLimits, Least, Most, contradiction, higher, lower, meet
from safety.predicates import (
    balancing_current_ua,
    fits_period,
    frequency_mhz,
    is_balanced,
    is_charge_within,
    is_density_within,
    is_energy_within,
    is_power_density_within,
    is_rms_within,
    period_max_us,
    period_min_us,
)


def less_current_keeps_the_charge(
    current_ua: int, less_ua: int, width_us: int, charge_nc: int
) -> bool:
    """A limit of charge that holds, holds for every smaller current.

    pre: 0 <= less_ua <= current_ua
    pre: 0 < width_us
    pre: is_charge_within(current_ua, width_us, charge_nc)
    post: __return__
    """
    return is_charge_within(less_ua, width_us, charge_nc)


def less_width_keeps_the_charge(
    current_ua: int, width_us: int, less_us: int, charge_nc: int
) -> bool:
    """A limit of charge that holds, holds for every narrower pulse.

    pre: 0 <= current_ua
    pre: 0 <= less_us <= width_us
    pre: is_charge_within(current_ua, width_us, charge_nc)
    post: __return__
    """
    return is_charge_within(current_ua, less_us, charge_nc)


def more_charge_allows_as_much(
    current_ua: int, width_us: int, charge_nc: int, more_nc: int
) -> bool:
    """A wider limit of charge refuses nothing that a narrower one allows.

    pre: charge_nc <= more_nc
    pre: is_charge_within(current_ua, width_us, charge_nc)
    post: __return__
    """
    return is_charge_within(current_ua, width_us, more_nc)


def less_heat_keeps_the_rms(heat: int, less: int, frequency: int, rms_current_ua: int) -> bool:
    """A limit of the r.m.s. current that holds, holds for every weaker pulse.

    pre: 0 <= less <= heat
    pre: 0 < frequency
    pre: is_rms_within(heat, frequency, rms_current_ua)
    post: __return__
    """
    return is_rms_within(less, frequency, rms_current_ua)


def a_slower_rate_keeps_the_rms(heat: int, frequency: int, less: int, rms_current_ua: int) -> bool:
    """A limit of the r.m.s. current that holds, holds at every lower rate.

    pre: 0 <= heat
    pre: 0 < less <= frequency
    pre: is_rms_within(heat, frequency, rms_current_ua)
    post: __return__
    """
    return is_rms_within(heat, less, rms_current_ua)


def less_heat_keeps_the_density(
    heat: int, less: int, frequency: int, area_mm2: int, density: int
) -> bool:
    """A limit of current density that holds, holds for every weaker pulse.

    pre: 0 <= less <= heat
    pre: 0 < frequency
    pre: is_density_within(heat, frequency, area_mm2, density)
    post: __return__
    """
    return is_density_within(less, frequency, area_mm2, density)


def a_larger_pad_keeps_the_density(
    heat: int, frequency: int, area_mm2: int, more_mm2: int, density: int
) -> bool:
    """A limit of current density that holds, holds on every larger pad.

    pre: 0 < area_mm2 <= more_mm2
    pre: 0 <= density
    pre: is_density_within(heat, frequency, area_mm2, density)
    post: __return__
    """
    return is_density_within(heat, frequency, more_mm2, density)


def less_heat_keeps_the_power(
    heat: int, less: int, frequency: int, load_ohm: int, area_mm2: int, density: int
) -> bool:
    """A limit of power density that holds, holds for every weaker pulse.

    pre: 0 <= less <= heat
    pre: 0 < frequency
    pre: 0 < load_ohm
    pre: is_power_density_within(heat, frequency, load_ohm, area_mm2, density)
    post: __return__
    """
    return is_power_density_within(less, frequency, load_ohm, area_mm2, density)


def less_heat_keeps_the_energy(heat: int, less: int, load_ohm: int, energy_uj: int) -> bool:
    """A limit of pulse energy that holds, holds for every weaker pulse.

    pre: 0 <= less <= heat
    pre: 0 < load_ohm
    pre: is_energy_within(heat, load_ohm, energy_uj)
    post: __return__
    """
    return is_energy_within(less, load_ohm, energy_uj)


def a_slower_rate_leaves_room(
    width_us: int, gap_us: int, second_us: int, frequency: int, less: int
) -> bool:
    """A pulse that ends before the next one does so at every lower rate.

    pre: 0 < width_us and 0 <= gap_us and 0 < second_us
    pre: 0 < less <= frequency
    pre: fits_period(width_us, gap_us, second_us, frequency)
    post: __return__
    """
    return fits_period(width_us, gap_us, second_us, less)


def one_current_alone_balances(
    current_ua: int, width_us: int, second_ua: int, other_ua: int, second_us: int
) -> bool:
    """No second current but one carries the charge back.

    pre: 0 < second_us
    pre: second_ua != other_ua
    pre: current_ua * width_us == second_ua * second_us
    post: __return__
    """
    balances = is_balanced(current_ua, width_us, second_ua, second_us)
    return balances and not is_balanced(current_ua, width_us, other_ua, second_us)


def a_balancing_current_carries_enough(current_ua: int, width_us: int, second_us: int) -> int:
    """The second phase is never counted weaker than it is.

    pre: 0 <= current_ua
    pre: 0 < width_us <= 1000
    pre: 0 < second_us <= 10000
    post: __return__ * second_us >= current_ua * width_us
    """
    return balancing_current_ua(current_ua, width_us, second_us)


def a_period_is_never_counted_slower(period_us: int) -> int:
    """A rate is rounded up: no limit gains by it.

    pre: 0 < period_us
    post: __return__ * period_us >= 1_000_000_000
    """
    return frequency_mhz(period_us)


def the_shortest_period_is_slow_enough(hz: int) -> int:
    """No period that is allowed is faster than the limit.

    pre: 0 < hz
    post: __return__ * hz >= 1_000_000
    """
    return period_min_us(hz)


def the_longest_period_is_fast_enough(hz: int) -> int:
    """No period that is allowed is slower than the limit.

    pre: 0 < hz
    post: __return__ * hz <= 1_000_000
    """
    return period_max_us(hz)


def an_upper_bound_only_narrows(a: int, b: int) -> int:
    """Of two upper bounds the lower one holds.

    post: __return__ <= a and __return__ <= b and __return__ in (a, b)
    """
    return lower(Most(value=a, source="device"), Most(value=b, source="site")).value


def a_lower_bound_only_narrows(a: int, b: int) -> int:
    """Of two lower bounds the higher one holds.

    post: __return__ >= a and __return__ >= b and __return__ in (a, b)
    """
    return higher(Least(value=a, source="device"), Least(value=b, source="site")).value


def upper_bounds_meet_in_any_order(a: int, b: int) -> bool:
    """Which of two upper bounds comes first makes no difference, nor to who is named.

    post: __return__
    """
    one, other = Most(value=a, source="device"), Most(value=b, source="site")
    return lower(one, other) == lower(other, one)


def lower_bounds_meet_in_any_order(a: int, b: int) -> bool:
    """Which of two lower bounds comes first makes no difference, nor to who is named.

    post: __return__
    """
    one, other = Least(value=a, source="device"), Least(value=b, source="site")
    return higher(one, other) == higher(other, one)


def upper_bounds_meet_in_any_grouping(a: int, b: int, c: int) -> bool:
    """Three layers may be met in any grouping.

    post: __return__
    """
    one, other = Most(value=a, source="device"), Most(value=b, source="site")
    third = Most(value=c, source="protocol")
    return lower(lower(one, other), third) == lower(one, lower(other, third))


def an_empty_interval_is_always_found(least: int, most: int) -> bool:
    """What is asked for at least and allowed at most contradict each other just when they cross.

    post: __return__
    """
    bounds = replace(
        UNLIMITED,
        pulse_width_min_us=Least(value=least, source="device"),
        pulse_width_max_us=Most(value=most, source="site"),
    )
    return (contradiction(bounds, 1) is not None) == (least > most)


def layers_narrow_each_other_in_every_quantity(a: int, b: int) -> bool:
    """What two layers allow together is in every quantity the narrower of the two.

    post: __return__
    """
    both = meet(everywhere(a, "device"), everywhere(b, "site"))
    return all(
        bound.value == (min(a, b) if isinstance(bound, Most) else max(a, b))
        for bound in (getattr(both, name) for name in ChannelLimits.__slots__)
    )


def everywhere(value: int, source: str) -> ChannelLimits:
    """Return a layer that says the same of every quantity."""
    bounds = {name: getattr(UNLIMITED, name) for name in ChannelLimits.__slots__}
    return ChannelLimits(
        **{name: replace(bound, value=value, source=source) for name, bound in bounds.items()}
    )
