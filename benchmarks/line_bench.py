"""The gate's bench on a real line: frames out, acknowledgements in, asleep while it waits."""

import select
from time import perf_counter_ns

from benchmarks.gate_bench import GateBench
from drivers import registry
from drivers.port import open_port

PATIENCE_S = 1.0


class LineBench:
    """An armed gate before a device at a port."""

    def __init__(self, port: str, device: str) -> None:
        line = open_port(port, registry.load(device).serial_settings)
        descriptor = line.fileno()
        if descriptor is None:
            raise RuntimeError("the line is closed")
        self._descriptor = descriptor
        self._bench = GateBench(line, self._wait, device)

    def trip(self, _: int) -> int:
        """Write a frame with new currents and hear its acknowledgement; return the time in ns."""
        bench = self._bench
        frame, now_us = bench.next_frame(), bench.now_us
        begun_ns = perf_counter_ns()
        bench.gate.output(frame, now_us)
        self._wait()
        bench.confirm()
        return perf_counter_ns() - begun_ns

    def close(self) -> None:
        """Stop the device and close the port."""
        self._bench.gate.stop(self._bench.now_us)
        self._bench.poll_until("StopConfirmed")
        self._bench.gate.close()

    def _wait(self) -> None:
        select.select([self._descriptor], [], [], PATIENCE_S)
