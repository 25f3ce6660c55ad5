"""One session of a campaign, played: the very station, gate and driver, and a device beside them.

Everything random is drawn from the seed of the campaign and the number of the session, so that any
session can be played again alone.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.devices import Device
from nmes.campaign.evidence import Deed, Evidence, Finding, Incident
from nmes.campaign.generator import Draft, draw
from nmes.campaign.harm import Harm, draw_harm, harm_of, undetected_frames
from nmes.campaign.incidents import Blow, draw_blow
from nmes.campaign.numbers import numbers
from nmes.campaign.operator import RandomOperator
from nmes.campaign.workshop import CampaignWorkshop
from nmes.link import messages as link
from nmes.service.station import Station
from nmes.session.output import NEVER_US
from protocols.loading import LoadedProtocol
from protocols.model import StimulationProtocol

AFTERMATH_US = 2_500_000
"""How long the device is watched after the end."""
SILENT_PAUSE_US = 300_000
SILENT_STOP_US = 500_000
ABSENT_STOP_US = 360_000_000
BEATS_US = (100_000, 200_000, 250_000, 250_000, 280_000)
"""How often a screen gives a sign of life; seldom costs less, and 300 ms would be silence."""
LOOK_US = 5_000_000
"""Virtual time never passes for longer without a turn."""
LONGEST_US = 2 * 3_600_000_000
TURNS_AT_ONE_TIME_MAX = 200


@dataclass(slots=True, kw_only=True)
class Played:
    """What one session brought: the evidence for the judge, and what was seen on the screen."""

    draft: Draft
    evidence: Evidence
    refusals: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    undetected: int = 0
    harm: list[AppliedFault] = field(default_factory=list)
    events: list[link.Event] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_prepared: bool = False
    summary: link.Summary | None = None
    virtual_us: int = 0


def seed_of(seed: int, index: int) -> Random:
    """Return the random numbers of one session."""
    return Random(f"nmes campaign {seed} session {index}")


def play(seed: int, index: int, folder: Path, device: Device, *, is_heavy: bool = False) -> Played:
    """Play one session to its end; its protocol file is written to a folder of its own."""
    rng = seed_of(seed, index)
    draft = draw(rng, numbers(), device)
    file = folder / "campaign.yaml"
    blow, script = draw_blow(rng, draft), draw_harm(rng, draft, is_heavy=is_heavy)
    return _Episode(rng, draft, blow, script, file).play()


class _Episode:
    """One session while it is played."""

    def __init__(
        self, rng: Random, draft: Draft, blow: Blow | None, script: FaultScript | None, file: Path
    ) -> None:
        self._rng = rng
        self._script = script
        self._draft = draft
        self._blow = blow
        self._ack_delay_us = rng.choice(draft.prescription.device.latencies_us)
        is_long = draft.edge == "session"
        self._beat_us = 280_000 if is_long else rng.choice(BEATS_US)
        self._device = draft.prescription.device
        self._name = f"sim:{self._device.name}{_declare(draft, file)}"
        self._workshop = CampaignWorkshop(
            _loaded(draft, file), self._device, ack_delay_us=self._ack_delay_us, faults=script
        )
        self._station = Station(self._workshop)
        self._operator = RandomOperator(rng, draft)
        self._deeds: list[Deed] = []
        self._incidents: list[Incident] = []
        self._refusals: Counter[str] = Counter()
        self._events: list[link.Event] = []
        self._findings: list[Finding] = []
        self._beat = link.StillHere()
        self._next_beat_us = 0
        self._blow_us = NEVER_US
        self._second_stop_us = NEVER_US
        self._stalled_us = 0
        self._is_prepared = False
        self._is_over = False
        self._is_killed = False
        self._is_gone = False
        self._has_failed = False
        self._is_cable_pulled = False
        self._summary: link.Summary | None = None

    # From beginning to end --------------------------------------------------------------------

    def play(self) -> Played:
        """Play until the session is closed, then watch the device for a while."""
        try:
            self._live()
        except Exception as error:  # noqa: BLE001 (whatever it is, it is what we are looking for)
            self._find("crash", f"{type(error).__name__}: {error}")
        self._watch_device()
        applied = self._workshop.applied_faults()
        harm = harm_of(self._script, applied, self._device, self._workshop.opened_us)
        return Played(
            draft=self._draft,
            evidence=self._evidence(harm),
            refusals=self._refusals,
            faults=harm.counts,
            harm=applied,
            undetected=undetected_frames(applied, self._device),
            events=self._events,
            findings=self._findings,
            is_prepared=self._is_prepared,
            summary=self._summary,
            virtual_us=self._workshop.now_us,
        )

    def _evidence(self, harm: Harm) -> Evidence:
        journal = self._workshop.journal.content()
        if self._is_killed:
            # A process that dies loses what it has not written; what was synced is on disk.
            synced = len(self._workshop.synced_content())
            journal = journal[: self._rng.randint(synced, len(journal))]
        return Evidence(
            prescription=self._draft.prescription,
            pulses=self._workshop.pulses,
            deeds=self._deeds,
            incidents=[*self._incidents, *harm.incidents],
            updates_us=self._workshop.updates_us,
            journal=journal,
            is_cut=self._is_killed or self._has_failed,
            latency_us=self._ack_delay_us,
            stall_us=self._stalled_us,
            is_line_faulted=harm.is_line_faulted or self._is_cable_pulled,
            clipped_channels=harm.clipped_channels,
            unsteered=harm.unsteered,
        )

    def _find(self, kind: str, text: str) -> None:
        self._findings.append(Finding(kind=kind, at_us=self._workshop.now_us, text=text))

    def _live(self) -> None:
        is_script = self._draft.is_scripted
        self._say(link.Hello(operator_is_script=is_script))
        self._say(self._choice())
        self._read_reports()
        self._blow_us = self._first_blow_us()
        turns, last_us = 0, -1
        while not self._is_over:
            now_us = self._workshop.now_us
            turns = turns + 1 if now_us == last_us else 0
            last_us = now_us
            if turns > TURNS_AT_ONE_TIME_MAX or now_us > LONGEST_US:
                self._find("standstill", f"{turns} turns at one time, state after {now_us} µs")
                return
            self._act(now_us)
            if self._is_killed or self._is_over:
                return
            now_us = self._workshop.now_us  # the engine may have been kept from running
            self._station.turn(now_us)
            self._read_reports()
            self._is_over = self._is_over or (self._is_gone and self._station.is_idle)
            self._pass_time(now_us)

    def _choice(self) -> link.Prepare:
        return link.Prepare(
            protocol="campaign",
            device=self._name,
            port=None,
            operator="campaign",
            patient="bench",
            is_bench=True,
            sides=dict(self._draft.sides),
        )

    def _pass_time(self, now_us: int) -> None:
        wake_us = min(
            self._station.next_wake_us(now_us),
            self._blow_us_or_pulse(),
            self._second_stop_us,
            now_us + LOOK_US,
        )
        if not self._is_gone:
            wake_us = min(wake_us, self._next_beat_us, self._operator.next_us)
        self._workshop.pass_time(max(now_us, wake_us))

    def _watch_device(self) -> None:
        """See what the device still puts out when nobody speaks to it any more."""
        until_us = self._workshop.now_us + AFTERMATH_US + self._device.ready_us
        line = self._workshop.line or self._workshop.device
        if line is not None:
            line.advance(until_us)

    # The screen -------------------------------------------------------------------------------

    def _act(self, now_us: int) -> None:
        """Do what screen, operator and fate do now."""
        if self._blow is not None and now_us >= self._blow_us_or_pulse():
            self._strike(self._blow, now_us)
            now_us = self._workshop.now_us
        if now_us >= self._second_stop_us:
            self._second_stop_us = NEVER_US
            self._do(link.Stop(cause="SPACE again"), now_us)
        if self._is_gone or self._is_killed:
            return
        if now_us >= self._next_beat_us:
            self._next_beat_us = now_us + self._beat_us
            self._station.receive(self._beat, now_us)
        if now_us >= self._operator.next_us:
            self._let_operator_act(now_us)

    def _let_operator_act(self, now_us: int) -> None:
        seen = self._station.snapshot(now_us)
        if seen is None:
            self._do(self._operator.wish_unprepared(now_us), now_us)
            self._is_over = self._is_over or self._operator.is_done
            return
        wish = self._operator.wish(seen, now_us)
        if wish is not None:
            self._do(wish, now_us)

    def _do(self, intent: link.Intent, now_us: int) -> None:
        deed = _deed_of(intent, now_us)
        self._deeds.append(deed)
        refused = sum(self._refusals.values())
        self._say(intent)
        self._read_reports()
        deed.is_refused = sum(self._refusals.values()) > refused

    def _say(self, intent: link.Intent) -> None:
        self._station.receive(intent, self._workshop.now_us)

    def _read_reports(self) -> None:
        for report in self._station.take_reports():
            match report:
                case link.Refusal():
                    self._refusals[refusal_name(report)] += 1
                case link.Event():
                    self._events.append(report)
                case link.Prepared():
                    self._is_prepared = True
                case link.Summary():
                    self._summary = report
                    self._is_over = True

    # Fate -------------------------------------------------------------------------------------

    def _first_blow_us(self) -> int:
        if self._blow is None or self._blow.is_after_first_pulse:
            return NEVER_US
        return self._blow.delay_us

    def _blow_us_or_pulse(self) -> int:
        blow = self._blow
        if blow is not None and self._blow_us == NEVER_US and self._workshop.pulses:
            self._blow_us = self._workshop.pulses[0].time_us + blow.delay_us
        return self._blow_us

    def _strike(self, blow: Blow, now_us: int) -> None:
        self._blow, self._blow_us = None, NEVER_US
        _STRIKES[blow.kind](self, blow, now_us)

    def _happened(
        self, kind: str, quiet_after_us: int | None, *until: str, lasts_us: int | None = None
    ) -> None:
        self._incidents.append(
            Incident(
                at_us=self._workshop.now_us,
                kind=kind,
                quiet_after_us=quiet_after_us,
                until=frozenset(until),
                lasts_us=lasts_us,
                is_for_the_line=True,
            )
        )

    def _watchdog_us(self) -> int:
        """Return within which time of its last word the device has ended its last pulse."""
        periods_us = (max(c.periods_us) for c in self._draft.prescription.channels)
        return self._device.watchdog_us + max(periods_us)

    def _strike_stop(self, _: Blow, now_us: int) -> None:
        self._do(link.Stop(cause="SPACE"), now_us)

    def _strike_stop_twice(self, blow: Blow, now_us: int) -> None:
        self._happened("stop_twice", None)
        self._do(link.Stop(cause="SPACE"), now_us)
        self._second_stop_us = now_us + blow.lasts_us

    def _strike_finish(self, _: Blow, now_us: int) -> None:
        self._do(link.Finish(), now_us)

    def _strike_hush(self, blow: Blow, now_us: int) -> None:
        quiet_us = SILENT_PAUSE_US + self._device.stop_us
        self._happened("hush", quiet_us, "arm", "resume", "find_level", "start")
        self._fall_silent(now_us + blow.lasts_us)

    def _strike_silence(self, blow: Blow, now_us: int) -> None:
        self._happened("silence", SILENT_STOP_US + self._device.stop_us, "arm")
        self._fall_silent(now_us + blow.lasts_us)

    def _fall_silent(self, until_us: int) -> None:
        self._next_beat_us = until_us
        self._operator.next_us = until_us + 1

    def _strike_absent(self, _: Blow, now_us: int) -> None:
        """Let nobody touch a key, though the screen goes on."""
        self._happened("absent", ABSENT_STOP_US + self._device.stop_us, "arm")
        self._operator.next_us = now_us + ABSENT_STOP_US + 10_000_000

    def _strike_link_lost(self, _: Blow, now_us: int) -> None:
        self._happened("link_lost", self._device.stop_us)
        self._is_gone = True
        self._station.link_lost("the link was lost", now_us)

    def _strike_told_to_end(self, _: Blow, now_us: int) -> None:
        self._happened("told_to_end", self._device.stop_us)
        self._is_gone = True
        self._station.end("SIGTERM", now_us)

    def _strike_killed(self, _: Blow, __: int) -> None:
        self._happened("killed", self._watchdog_us())
        self._is_killed = True

    def _strike_engine_failed(self, _: Blow, now_us: int) -> None:
        self._happened("engine_failed", self._device.stop_us)
        self._station.give_up("an error of its own", now_us)
        self._has_failed = self._is_over = True

    def _strike_cable_pulled(self, _: Blow, __: int) -> None:
        self._is_cable_pulled = True
        self._happened("cable_pulled", self._watchdog_us(), "arm")
        if self._workshop.port is not None:
            self._workshop.port.pull()

    def _strike_stall(self, blow: Blow, _: int) -> None:
        is_long = blow.lasts_us > self._device.watchdog_us
        self._happened(
            "stall", self._watchdog_us() if is_long else None, "arm", lasts_us=blow.lasts_us
        )
        self._stall(blow.lasts_us)

    def _strike_slept(self, blow: Blow, _: int) -> None:
        wakes_us = blow.lasts_us + 100_000 + self._device.settle_us
        self._happened("slept", min(wakes_us, self._watchdog_us()), "arm")
        self._stall(blow.lasts_us)
        self._workshop.slept_us += blow.lasts_us

    def _stall(self, lasts_us: int) -> None:
        """Let time go by for the device while the engine is kept from running."""
        self._stalled_us = max(self._stalled_us, lasts_us)
        self._workshop.now_us += lasts_us
        line = self._workshop.line or self._workshop.device
        if line is not None:
            line.advance(self._workshop.now_us)

    def _strike_protocol_changed(self, _: Blow, __: int) -> None:
        self._happened("protocol_changed", None)
        self._workshop.change_protocol()

    def _strike_disk_full(self, _: Blow, __: int) -> None:
        self._happened("disk_full", self._device.stop_us)
        self._workshop.fill_disk()


_STRIKES: dict[str, Callable[[_Episode, Blow, int], None]] = {
    "stop": _Episode._strike_stop,
    "stop_twice": _Episode._strike_stop_twice,
    "finish": _Episode._strike_finish,
    "hush": _Episode._strike_hush,
    "silence": _Episode._strike_silence,
    "absent": _Episode._strike_absent,
    "link_lost": _Episode._strike_link_lost,
    "told_to_end": _Episode._strike_told_to_end,
    "killed": _Episode._strike_killed,
    "engine_failed": _Episode._strike_engine_failed,
    "cable_pulled": _Episode._strike_cable_pulled,
    "stall": _Episode._strike_stall,
    "slept": _Episode._strike_slept,
    "protocol_changed": _Episode._strike_protocol_changed,
    "disk_full": _Episode._strike_disk_full,
}


def _declare(draft: Draft, file: Path) -> str:
    """Write what a device passes on beside the protocol; return how it is named with it."""
    if not draft.declared:
        return ""
    source = file.with_name("source.toml")
    source.write_text(draft.declared, encoding="utf-8")
    return f"@{source}"


def _loaded(draft: Draft, file: Path) -> LoadedProtocol:
    """Write the protocol to a file, for its hash, and build its model without reading YAML."""
    content = json.dumps(draft.fields).encode()
    file.write_bytes(content)
    return LoadedProtocol(
        protocol=StimulationProtocol.model_validate(draft.fields),
        sha256=hashlib.sha256(content).hexdigest(),
        source=str(file),
    )


def _deed_of(intent: link.Intent, now_us: int) -> Deed:
    if not isinstance(intent, link.StepLevel):
        channel = getattr(intent, "channel", 0)
        return Deed(at_us=now_us, kind=intent.kind, channel=channel)
    size = "coarse" if intent.is_coarse else "fine"
    return Deed(
        at_us=now_us,
        kind=f"step_{intent.direction}_{size}",
        channel=intent.channel,
        amount_ua=numbers().behaviour[f"step_{size}_ua"],
    )


def refusal_name(refusal: link.Refusal) -> str:
    """Return the kind of a refusal: what was asked, and the words of the answer without numbers."""
    text = refusal.reasons[0] if refusal.reasons else ""
    words = re.sub(r"[0-9.]+", "#", text)[:60]
    return f"{refusal.intent}: {words}"
