"""A device on a wire as a Stimulator: joins the wire and the exchange.

Not responsible for limits, quantisation or ramps: a value off the device's grid is refused.
"""

from drivers.exchange import Exchange
from drivers.interface import DeviceEvent, Permit
from drivers.ledger import Outgoing
from drivers.wire import Wire
from protocols.capabilities import Capabilities
from protocols.errors import BadFrame, PortError, UnpermittedWrite


class WiredStimulator:
    """One device on one wire. After OutputLost it takes stops only; a fresh one reconnects."""

    def __init__(self, wire: Wire, exchange: Exchange, capabilities: Capabilities) -> None:
        self._wire = wire
        self._exchange = exchange
        self._capabilities = capabilities

    @property
    def capabilities(self) -> Capabilities:
        """What the device can make and report."""
        return self._capabilities

    @property
    def is_ready(self) -> bool:
        """Whether a command given now would go onto the wire at once."""
        return self._exchange.is_ready

    def connect(self, now_us: int) -> None:
        """Begin to find and identify the device."""
        self._exchange.connect(now_us)
        self._flush(now_us)

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        """Read what has come, do what is due, tell what happened since the last call.

        Raises UnpermittedWrite or BadFrame if a frame of a set-up was not what was permitted.
        """
        if not self._exchange.is_over:
            self._receive(now_us)
            self._exchange.tick(now_us)
            self._flush(now_us)
        return self._exchange.take_events()

    def next_deadline_us(self) -> int | None:
        """Return when poll must be called even if no byte arrives; None if never."""
        return self._exchange.next_deadline_us()

    def set_up(self, permit: Permit, now_us: int) -> None:
        """Give the device the permitted train and start it with all currents 0."""
        self._exchange.set_up(permit, now_us)
        self._flush(now_us)

    def output(self, permit: Permit, now_us: int) -> None:
        """Write the permitted frame now."""
        self._exchange.output(permit, now_us)
        self._flush(now_us)

    def keep_alive(self, now_us: int) -> None:
        """Feed the device's watchdog and ask whether it still does what we believe."""
        self._exchange.keep_alive(now_us)
        self._flush(now_us)

    def stop(self, now_us: int) -> None:
        """Write a stop at once; poll repeats it every 50 ms until it is confirmed."""
        self._exchange.stop(now_us)
        self._flush(now_us)

    def abandon(self, now_us: int) -> None:
        """Write a last stop, close the port and fall silent."""
        try:
            self.stop(now_us)
        finally:
            self.close()

    def fileno(self) -> int | None:
        """Return what to wait on for arriving bytes; None once nothing can arrive."""
        is_deaf = self._exchange.is_over or self._exchange.has_failed_port
        return None if is_deaf else self._wire.fileno()

    def close(self) -> None:
        """Close the port; may be called twice."""
        self._exchange.end()
        self._wire.close()

    def _receive(self, now_us: int) -> None:
        try:
            arrived = self._wire.receive(now_us)
        except PortError as error:
            self._exchange.port_failed(error, now_us)
        else:
            if arrived:
                self._exchange.receive(arrived, now_us)

    def _flush(self, now_us: int) -> None:
        """Write what is due, and what a failure makes due: a stop is tried even then."""
        while outgoing := self._exchange.take_outgoing():
            self._write_all(outgoing, now_us)

    def _write_all(self, outgoing: tuple[Outgoing, ...], now_us: int) -> None:
        """Write frames; one that is refused keeps no later one, above all no stop, back."""
        refusal: UnpermittedWrite | BadFrame | None = None
        for frame in outgoing:
            try:
                self._write(frame, now_us)
            except (UnpermittedWrite, BadFrame) as error:
                refusal = refusal or error
            except PortError as error:
                self._exchange.port_failed(error, now_us)
        if refusal is not None:
            raise refusal

    def _write(self, outgoing: Outgoing, now_us: int) -> None:
        if outgoing.is_stop:
            self._wire.send_stop(outgoing.frame, now_us)
        else:
            self._wire.send(outgoing.frame, outgoing.permit, now_us)
