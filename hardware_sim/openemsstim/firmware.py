"""The program of the microcontroller: one loop that waits inside whatever it does.

It is written as the real one runs, as steps that take time; whoever owns it lets it go on. While it
sends, or waits for relays, it neither reads nor looks whether a channel is over.

Source: repository PedroLopes/openEMSstim, commit 4241982, as described and measured; times are
those of a simulated ATmega328P at 16 MHz.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from hardware_sim.line import NEVER_US
from hardware_sim.openemsstim import words
from hardware_sim.openemsstim.commands import (
    CHANNELS,
    GO,
    HIGHEST_WIPER,
    LEAST_LEVEL,
    MOST_LEVEL,
    Action,
    decoded,
    read_action,
    read_option,
    wiper_of,
)
from hardware_sim.openemsstim.options import Options
from hardware_sim.openemsstim.uart import Receiver, Sender

LINE_TIMEOUT_US = 50_000
RELAY_US = 50_000
"""How long relays stay closed at the least level while a channel is closed down; all waits."""
READ_US, READ_BYTE_US = 700, 50
"""What it takes to handle a line, and each byte of it, before its echo begins."""
ACTION_US = 1_000
MILLIS = 2**32
"""The clock in milliseconds goes back to 0 here."""
TEST_SWITCH = {ord("1"): 0, ord("2"): 1}
TEST_STEP = {ord("q"): (0, -1), ord("w"): (1, -1), ord("a"): (0, 1), ord("s"): (1, 1)}
"""Test commands that move a wiper: channel and step; a smaller wiper lets more through."""


@dataclass(slots=True)
class Channel:
    """Relays and potentiometer of a channel, and what the firmware remembers of it.

    `end_ms` is 0 if no time was set: then relays that are closed stay closed.
    """

    wiper: int = HIGHEST_WIPER
    is_closed: bool = False
    on_ms: int = 1
    end_ms: int = 0
    most: int = MOST_LEVEL
    least: int = LEAST_LEVEL

    def reset(self) -> None:
        """Open the relays and forget; the potentiometer keeps its wiper."""
        self.is_closed = False
        self.on_ms, self.end_ms = 1, 0
        self.most, self.least = MOST_LEVEL, LEAST_LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """The firmware goes on at that time, or as soon as there is a byte if it `hears`."""

    until_us: int
    hears: bool = False


Steps = Generator[Wait, None, None]


class Crashed(Exception):
    """The controller has left its program."""


class Firmware:
    """The program from one reset on, at `start_us`."""

    def __init__(
        self,
        options: Options,
        channels: tuple[Channel, ...],
        receiver: Receiver,
        sender: Sender,
        on_line: Callable[[int, bytes], None],
        start_us: int,
    ) -> None:
        self._options = options
        self._channels = channels
        self._receiver = receiver
        self._sender = sender
        self._on_line = on_line
        self._start_us = self._now_us = start_us
        self._steps = self._run()
        self._wait = Wait(until_us=start_us)

    def next_us(self) -> int:
        """Return when it goes on."""
        is_heard = self._wait.hears and self._receiver.has_bytes
        due_us = self._receiver.arrived_us if is_heard else self._wait.until_us
        return max(due_us, self._now_us)

    def go_on(self, now_us: int) -> None:
        """Let it do what it does now; Crashed if it does that."""
        self._now_us = now_us
        self._wait = next(self._steps)

    @property
    def _millis(self) -> int:
        return (self._now_us - self._start_us) // 1000 % MILLIS

    # The loop -----------------------------------------------------------------------------------

    def _run(self) -> Steps:
        yield from self._boot()
        for channel in self._channels:
            yield from self._close_down(channel)
        while True:
            for channel in self._channels:
                if self._is_over(channel):
                    yield from self._close_down(channel)
            if self._receiver.has_bytes:
                yield from self._take_line()
            else:
                yield Wait(until_us=self._next_end_us(), hears=True)

    def _boot(self) -> Steps:
        boot_us = self._options.boot_us
        for at_ms, line in words.boot_lines(has_echo=self._options.has_echo):
            yield Wait(until_us=self._start_us + at_ms * boot_us // words.BOOT_MS)
            self._sender.send(line, self._now_us)
        yield Wait(until_us=self._start_us + boot_us)

    def _is_over(self, channel: Channel) -> bool:
        is_looked_at = channel.end_ms != 0 and self._options.dialect != "D"
        return is_looked_at and channel.end_ms <= self._millis

    def _next_end_us(self) -> int:
        ends_ms = [channel.end_ms for channel in self._channels if channel.end_ms != 0]
        if not ends_ms or self._options.dialect == "D":
            return NEVER_US
        uptime_ms = (self._now_us - self._start_us) // 1000
        return self._start_us + (uptime_ms - self._millis + min(ends_ms)) * 1000

    def _close_down(self, channel: Channel) -> Steps:
        channel.wiper = HIGHEST_WIPER
        yield Wait(until_us=self._now_us + RELAY_US)
        channel.is_closed = False
        channel.end_ms = 0

    def _close_all(self) -> Steps:
        for channel in self._channels:
            yield from self._close_down(channel)

    # Lines --------------------------------------------------------------------------------------

    def _take_line(self) -> Steps:
        """Read, echo and obey a line, and wait until all has been sent."""
        line = bytearray()
        while not line.endswith(b"\n"):
            if not self._receiver.has_bytes:
                yield Wait(until_us=self._now_us + LINE_TIMEOUT_US, hears=True)
            if not self._receiver.has_bytes:
                break
            line.append(self._receiver.read())
        self._on_line(self._now_us, bytes(line))
        yield Wait(until_us=self._now_us + READ_US + READ_BYTE_US * len(line))
        yield from self._handle(bytes(line).removesuffix(b"\n"))
        yield Wait(until_us=self._sender.idle_us)

    def _print(self, text: bytes, *, always: bool = False) -> Steps:
        if self._options.has_echo or always:
            yield Wait(until_us=self._sender.send(text + words.END, self._now_us))

    def _handle(self, line: bytes) -> Steps:
        yield from self._print(words.RECEIVED + line)
        line = line.strip()
        if line.startswith(words.FRAME):
            yield from self._handle_frame(line)
        elif line == words.HANG_UP:
            yield from self._print(words.DISCONNECTED)
            yield from self._close_all()
        else:
            yield from self._print(words.NON_HEX)
            yield from self._print(line)
            yield from self._test(line) if self._options.dialect == "H" else self._obey(line)

    def _handle_frame(self, line: bytes) -> Steps:
        """Take what is between the last comma and the last character, whatever that is.

        A line that ends with its last comma has them in the other order: the library exchanges
        them, and the comma itself is taken.
        """
        begin, end = sorted((line.rfind(b",") + 1, len(line) - 1))
        digits = line[begin:end]
        yield from self._print(words.HEX_LENGTH)
        yield from self._print(b"%d" % len(digits))
        yield from self._print(digits)
        yield from self._print(words.CONVERTED)
        yield from self._print(decoded(digits))
        yield from self._obey(decoded(digits))

    # Commands -----------------------------------------------------------------------------------

    def _obey(self, text: bytes) -> Steps:
        if GO in text:
            yield from self._act(read_action(text), text)
        elif text.startswith(b"O"):
            self._set_level(text)
        elif text:
            yield from self._print(words.UNKNOWN + text, always=True)
        elif self._options.dialect == "D":
            yield from self._print(words.DEV_ERROR)

    def _act(self, action: Action, text: bytes) -> Steps:
        if action.channel is not None:
            yield Wait(until_us=self._now_us + ACTION_US)
            self._start(self._channels[action.channel], action)
        elif self._options.dialect == "D":
            yield from self._print(words.DEV_ERROR + text)
        elif action.names_values:
            raise Crashed
        else:
            yield from self._close_all()

    def _start(self, channel: Channel, action: Action) -> None:
        if action.on_ms is not None:
            channel.on_ms = action.on_ms
        if action.intensity is not None:
            channel.wiper = wiper_of(action.intensity, most=channel.most, least=channel.least)
        channel.is_closed = True
        channel.end_ms = (self._millis + channel.on_ms) % MILLIS

    def _set_level(self, text: bytes) -> None:
        option = read_option(text)
        if option is None:
            return
        channel = self._channels[option.channel]
        if option.is_most:
            channel.most = option.level
        else:
            channel.least = option.level

    def _test(self, line: bytes) -> Steps:
        """Obey the first character, whatever follows."""
        command = line[0] if line else None
        if command in TEST_SWITCH:
            yield from self._switch(TEST_SWITCH[command])
        elif command in TEST_STEP:
            number, step = TEST_STEP[command]
            channel = self._channels[number]
            channel.wiper = (channel.wiper + step) % (HIGHEST_WIPER + 1)
            yield from self._print(words.intensity_told(number, channel.wiper))
        else:
            yield from self._print(words.UNKNOWN_TEST)

    def _switch(self, number: int) -> Steps:
        """Close the relays without a time, or open them."""
        channel = self._channels[number]
        if channel.is_closed:
            yield from self._close_down(channel)
        else:
            channel.is_closed = True
        yield from self._print(words.channel_told(number, is_active=channel.is_closed))


def new_channels() -> tuple[Channel, ...]:
    """Return the channels of a board."""
    return tuple(Channel() for _ in range(CHANNELS))
