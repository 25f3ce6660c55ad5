"""Reads CHANNEL=SOMETHING options against a protocol's channels, by number or name."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from protocols.errors import SessionRefusal
from protocols.model import StimulationProtocol
from protocols.units import ua_from_ma
from protocols.vocabulary import Side


def levels_ua(protocol: StimulationProtocol, options: Sequence[str]) -> dict[int, int]:
    """Return the level of each channel named, in µA; SessionRefusal says what is wrong."""
    levels: dict[int, int] = {}
    for option in options:
        channel, amount = _split(protocol, option, "--intensity", "1=40")
        _refuse_second(channel, levels, f"--intensity {option}")
        try:
            levels[channel] = ua_from_ma(float(amount))
        except (ValueError, OverflowError) as error:
            raise SessionRefusal(
                f"--intensity {option}: {amount!r} is no current in mA."
            ) from error
        if levels[channel] < 0:
            raise SessionRefusal(f"--intensity {option}: a current is never negative.")
    return levels


def sides(
    protocol: StimulationProtocol, options: Sequence[str], *, default: str | None
) -> dict[int, str]:
    """Return the side of each channel whose side is open; `default` for those not named."""
    chosen: dict[int, str] = {}
    for option in options:
        channel, side = _split(protocol, option, "--side", "1=left")
        _refuse_second(channel, chosen, f"--side {option}")
        if side not in ("left", "right"):
            raise SessionRefusal(f"--side {option}: a side is left or right.")
        chosen[channel] = side
    for asked in protocol.channels:
        if asked.side is Side.CHOSEN_AT_ARMING and default is not None:
            chosen.setdefault(asked.number, default)
    return chosen


def _refuse_second(channel: int, named: Mapping[int, object], option: str) -> None:
    if channel in named:
        raise SessionRefusal(f"{option}: channel {channel} was named before. Name it once.")


def _split(protocol: StimulationProtocol, option: str, name: str, example: str) -> tuple[int, str]:
    channel, equals, wanted = option.partition("=")
    if not equals:
        raise SessionRefusal(f"{name} {option}: write CHANNEL=..., for example {name} {example}.")
    return _channel_number(protocol, channel.strip(), f"{name} {option}"), wanted.strip()


def _channel_number(protocol: StimulationProtocol, text: str, option: str) -> int:
    by_name = {channel.name.casefold(): channel.number for channel in protocol.channels}
    numbers = set(by_name.values())
    if text.isdigit() and int(text) in numbers:
        return int(text)
    if text.casefold() in by_name:
        return by_name[text.casefold()]
    near = get_close_matches(text.casefold(), by_name, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    known = ", ".join(f"{channel.number} ({channel.name})" for channel in protocol.channels)
    raise SessionRefusal(f"{option}: {protocol.id} has no channel '{text}'.{hint} It has {known}.")
