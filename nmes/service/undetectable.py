"""What a device cannot tell of what goes wrong, in words for the operator (pure)."""

from collections.abc import Iterator

from protocols.capabilities import Capabilities, Report

_UNREPORTED = {
    Report.OUTPUT_MODE: "whether it is stimulating at all",
    Report.IMPEDANCE: "electrode impedance, a pad drying out or lifting",
    Report.CLIPPING: "whether a high load clips the current",
    Report.BATTERY: "the state of its battery",
}


def undetectable(capabilities: Capabilities) -> tuple[str, ...]:
    """Return what this device cannot report, in words for the operator, the gravest first."""
    others = (text for report, text in _UNREPORTED.items() if report not in capabilities.reports)
    return (*_open_electrodes(capabilities), *_current(capabilities), *others)


def contact_from_ua(capabilities: Capabilities) -> int | None:
    """Return the current from which on this device notices an open electrode; None if never."""
    is_noticed = capabilities.reports & {Report.ELECTRODE_FAULT, Report.ELECTRODE_FAULT_CHANNEL}
    return capabilities.contact_from_ua if is_noticed else None


def _open_electrodes(capabilities: Capabilities) -> Iterator[str]:
    from_ua = contact_from_ua(capabilities)
    if from_ua is None:
        yield "an open electrode: a pad that peels off or a lead that falls out stops nothing"
        return
    if Report.ELECTRODE_FAULT_CHANNEL not in capabilities.reports:
        yield "which electrode is open: it stops all channels, naming none"
    if from_ua:
        yield f"an open electrode while a channel is set to less than {from_ua / 1000:g} mA"


def _current(capabilities: Capabilities) -> Iterator[str]:
    if Report.DELIVERED_CURRENT in capabilities.reports:
        return
    if capabilities.source_ua is None:
        yield "whether the current set is the current delivered"
        return
    full = " / ".join(f"{full_ua / 1000:g}" for full_ua in capabilities.source_ua)
    yield f"the current: a level is only a setting, and up to {full} mA may flow at any"
