"""Each number type takes what physics allows, to its very bounds, and nothing beside it."""

import pytest
from pydantic import TypeAdapter, ValidationError

from protocols import quantities

BOUNDS = [
    # type, smallest taken, largest taken, refused just below, refused just above
    (quantities.CurrentMa, 0.001, 1000, 0, 1000.001),
    (quantities.PulseWidthUs, 1, 10_000, 0, 10_001),
    (quantities.FrequencyHz, 0.001, 1000, 0, 1000.001),
    (quantities.TimeS, 0.000001, 86_400, 0, 86_400.000001),
    (quantities.TimeOrZeroS, 0, 86_400, -0.000001, 86_400.000001),
    (quantities.Minutes, 0.000001, 1440, 0, 1440.000001),
    (quantities.AreaCm2, 0.01, 1000, 0, 1000.01),
    (quantities.SharePercent, 0.1, 100, 0, 100.1),
    (quantities.Repetitions, 1, 100_000, 0, 100_001),
    (quantities.ChannelNumber, 1, 64, 0, 65),
]


@pytest.mark.parametrize(("kind", "smallest", "largest", "below", "above"), BOUNDS)
def test_a_number_is_taken_up_to_its_bounds_and_no_further(
    kind, smallest, largest, below, above
) -> None:
    numbers = TypeAdapter(kind)
    assert numbers.validate_python(smallest) == smallest
    assert numbers.validate_python(largest) == largest
    for outside in (below, above):
        with pytest.raises(ValidationError, match="Check the number and its unit"):
            numbers.validate_python(outside)


@pytest.mark.parametrize(("kind", "smallest"), [row[:2] for row in BOUNDS if row[1]])
def test_a_tenth_of_the_smallest_number_is_too_fine(kind, smallest) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(1 + smallest / 10)


@pytest.mark.parametrize("kind", [row[0] for row in BOUNDS])
@pytest.mark.parametrize(
    "given", [True, False, "1", None, [1], float("nan"), float("inf"), -float("inf"), 10**400]
)
def test_what_is_no_ordinary_number_is_refused(kind, given) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(given)
