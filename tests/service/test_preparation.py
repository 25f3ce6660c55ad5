import pytest
from support.bench_protocols import ONE, channel, protocol_text

from drivers.rehastim2.capabilities import REHASTIM2
from nmes.service.preparation import judge, limits_of
from protocols.errors import PlanningError
from protocols.loading import load_text

STRONG = protocol_text(channels=(channel(max_current_ma=60),))
NO_REST = ONE.replace("off_time_s: 2", "off_time_s: 1")


def test_a_plan_within_the_limits_has_limits() -> None:
    limits = limits_of(judge(load_text(ONE, "bench"), REHASTIM2))
    assert limits.channel(1).limits.current_ua.value == 20_000


def test_what_the_check_finds_wrong_refuses_the_plan_in_words() -> None:
    judgement = judge(load_text(NO_REST, "bench"), REHASTIM2)
    with pytest.raises(PlanningError) as refused:
        limits_of(judgement)
    assert refused.value.reasons == tuple(
        finding.text for finding in judgement.report.findings if finding.severity == "error"
    )
    assert refused.value.file == "bench"


def test_a_bound_above_that_of_the_place_is_narrowed() -> None:
    limits = limits_of(judge(load_text(STRONG, "bench"), REHASTIM2))
    assert limits.channel(1).limits.current_ua.value <= 50_000
