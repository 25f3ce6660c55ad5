"""A P24 as a Stimulator that can also be asked for one test pulse."""

from drivers.driver import WiredStimulator
from drivers.interface import Permit
from drivers.p24.exchange import P24Exchange
from drivers.wire import Wire
from protocols.capabilities import Capabilities


class P24Stimulator(WiredStimulator):
    """A P24 on a wire. Test pulses are not part of the interface: no gate permits one yet."""

    def __init__(self, wire: Wire, exchange: P24Exchange, capabilities: Capabilities) -> None:
        super().__init__(wire, exchange, capabilities)
        self._conversation = exchange

    def test_pulse(self, permit: Permit, now_us: int) -> None:
        """Put out the permitted pulse, once, while no train is set up.

        A StatusReport tells that it was put out, and of its pads; the driver is ready again when
        the high voltage is off. DeviceError if a train is set up or an answer outstanding.
        """
        self._conversation.test_pulse(permit, now_us)
        self._flush(now_us)
