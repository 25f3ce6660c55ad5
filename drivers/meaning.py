"""What outgoing bytes would do to the device, as a readback understands them.

A readback raises BadFrame for bytes that are none of these.
"""

from dataclasses import dataclass

from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpMeaning:
    """The bytes give the device this train, at rest."""

    setup: TrainSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputMeaning:
    """The bytes make the device put out this frame."""

    frame: OutputFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseMeaning:
    """The bytes make one channel put out this pulse, once."""

    output: ChannelOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmlessMeaning:
    """The bytes can cause no current: a stop, a keep-alive, an acknowledgement, a question."""

    command: str


Meaning = SetUpMeaning | OutputMeaning | PulseMeaning | HarmlessMeaning
