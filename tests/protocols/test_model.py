"""A protocol that exists is complete, frozen and agrees with itself."""

import json

import pytest
from pydantic import ValidationError

from protocols.model import StimulationProtocol


@pytest.fixture
def protocol(edited) -> StimulationProtocol:
    return edited("two_channels").protocol


def changed(protocol: StimulationProtocol, **changes: object) -> StimulationProtocol:
    fields = protocol.model_dump(mode="python", exclude_none=True)
    return StimulationProtocol.model_validate(fields | changes)


def test_fields_of_a_protocol_cannot_be_changed(protocol) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        protocol.title = "another"


def test_a_protocol_comes_back_equal_from_its_own_json(protocol) -> None:
    again = StimulationProtocol.model_validate_json(protocol.model_dump_json(exclude_none=True))
    assert again == protocol


def test_a_protocol_that_contradicts_itself_cannot_be_built_without_a_file_either(protocol) -> None:
    with pytest.raises(ValidationError, match=r"channels\[1\].number: no stage uses channel 2"):
        changed(
            protocol,
            stages=(protocol.stages[1].model_dump(exclude_none=True) | {"bursts": ONE_BURST},),
        )


ONE_BURST = (
    {"channel": 1, "start_s": 0.0, "on_time_s": 4.0, "ramp_up_s": 1.0, "ramp_down_s": 1.0},
)


@pytest.mark.parametrize(
    "number", [True, "60", float("nan"), float("inf"), 10**400, -1, None, [], 0.0001]
)
def test_a_current_that_is_no_plain_number_of_microamperes_is_refused(protocol, number) -> None:
    channels = [channel.model_dump(exclude_none=True) for channel in protocol.channels]
    channels[1]["max_current_ma"] = number
    with pytest.raises(ValidationError) as refused:
        changed(protocol, channels=tuple(channels))
    assert [error["loc"] for error in refused.value.errors()] == [("channels", 1, "max_current_ma")]


def test_json_with_an_unknown_field_is_refused(protocol) -> None:
    fields = json.loads(protocol.model_dump_json(exclude_none=True)) | {"intensity_ma": 20}
    with pytest.raises(ValidationError, match="intensity_ma"):
        StimulationProtocol.model_validate_json(json.dumps(fields))


def test_a_channel_is_found_by_its_number_and_not_by_its_place(protocol) -> None:
    assert protocol.channel(2).name == "Flexors"


def test_asking_for_a_channel_that_does_not_exist_is_an_error(protocol) -> None:
    with pytest.raises(KeyError):
        protocol.channel(3)


def test_a_burst_without_a_share_rises_to_the_full_level(protocol) -> None:
    assert protocol.stages[1].bursts[0].level_share_percent == 100
