"""Sessions that were stopped, and how they are armed again."""

from support.station_bench import StationBench, arm

from nmes.link import messages as link

STOP = link.Stop(cause="space")


def stop_of(bench: StationBench) -> link.StopNow:
    stop = bench.snapshot.stop
    assert stop is not None, "the session shows no stop"
    return stop


def rearmed(bench: StationBench) -> StationBench:
    bench.press(link.Acknowledge()).press(arm())
    bench.run_until(lambda: bench.state == "armed")
    return bench
