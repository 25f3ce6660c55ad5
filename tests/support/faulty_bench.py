"""A simulated device behind a faulty line, in virtual time, and a host that hears what arrives."""

from collections.abc import Sequence

from support.rehastim2_bench import Bench

from hardware_sim.fault_log import AppliedFault
from hardware_sim.fault_script import read_faults
from hardware_sim.faults import FaultScript
from hardware_sim.faulty_line import FaultyLine
from hardware_sim.rehastim2.device import RehaStim2
from hardware_sim.rehastim2.dialect import REHASTIM2
from hardware_sim.rehastim2.frames import FrameReader, Packet


def script(*faults: str, seed: int = 1) -> FaultScript:
    """A script of faults, each written as the inside of a YAML group."""
    lines = [f"seed: {seed}", "faults:" if faults else "faults: []"]
    return read_faults(
        "\n".join([*lines, *(f"  - {{{fault}}}" for fault in faults)]), "test", REHASTIM2
    )


class FaultyBench(Bench):
    """A bench whose host is at the far end of the line; `heard` is what arrives, with its time."""

    def __init__(self, *faults: str, seed: int = 1, ack_delay_us: int = 0) -> None:
        super().__init__(ack_delay_us=ack_delay_us)
        self.heard: list[tuple[int, bytes]] = []
        self.stimulator: RehaStim2 = self.device
        self.line = FaultyLine(self.stimulator, script(*faults, seed=seed))
        self.device = self.line  # type: ignore[assignment] # it has the methods that are used
        self._far_reader = FrameReader()

    @property
    def log(self) -> Sequence[AppliedFault]:
        return self.line.log.entries

    @property
    def obeyed(self) -> list[str]:
        """What the device understood, by name."""
        return [words.split(" ")[0] for _, who, _, words in self.frames if who == "host"]

    def _collect(self) -> list[Packet]:
        packets = []
        for wire in self.line.take_outgoing(self.now_us):
            self.heard.append((self.now_us, wire))
            packets += [p for p in self._far_reader.receive(wire) if isinstance(p, Packet)]
        self.received += [(self.now_us, packet) for packet in packets]
        return packets
