"""How large the world of a state-space search is, and what may be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.bench_protocols import channel, protocol_text, stage, written
from support.scripted_world import CAPABILITIES

from nmes.service.preparation import Choice, Preparation, prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong in the world, or in how it is joined to the session; by default nothing."""

    beats_in_silence: bool = False
    claims_all_synced: bool = False
    obeys_stops: bool = True
    gain: int = 1
    acknowledges_by_itself: bool = False
    tells_losses: bool = True
    closes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """How large the world is.

    `harms_max` is how many of mute device, slow disk and open pads there may be at a time;
    `behaviour` replaces numbers of the table of limits; events named in `without` never happen, and
    after `armings_max` armings nobody arms (None: as often as they like). What the device puts out
    ends soon by a stop only where it `is_slow_to_lower`.
    """

    max_ma: int = 2
    step_us: int = 500_000
    on_s: float = 1.5
    off_s: float = 1.5
    repetitions: int = 1
    is_script: bool = False
    harms_max: int = 1
    is_slow_to_lower: bool = False
    behaviour: Mapping[str, int] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    armings_max: int | None = None
    flaw: Flaw = Flaw()

    @property
    def text(self) -> str:
        return protocol_text(
            channels=(channel(max_current_ma=self.max_ma),),
            stages=(
                stage(
                    on_s=self.on_s,
                    off_s=self.off_s,
                    repetitions=self.repetitions,
                    ramp_up_s=0.5,
                    ramp_down_s=0.5,
                ),
            ),
        )

    def prepared(self, folder: Path) -> Preparation:
        choice = Choice(
            protocol=str(written(folder, self.text)),
            device="sim:rehastim2",
            port=None,
            operator="op",
            patient="P-1",
            is_bench=True,
            sides={},
            operator_is_script=self.is_script,
            screening=None,
        )
        able = replace(CAPABILITIES, is_slow_to_lower=self.is_slow_to_lower)
        preparation = prepare(choice, able, day="2026-01-01", used={})
        limits = preparation.limits
        behaviour = replace(limits.behaviour, **self.behaviour)
        return replace(preparation, limits=replace(limits, behaviour=behaviour))
