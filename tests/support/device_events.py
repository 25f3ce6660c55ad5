"""What tests look for among the events that a driver told."""

from drivers.interface import DeviceEvent, OutputLost


def only_loss(events: list[DeviceEvent]) -> OutputLost:
    (loss,) = [event for event in events if isinstance(event, OutputLost)]
    return loss
