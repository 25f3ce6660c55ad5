import pytest

from safety.pairs import paired


def test_what_stands_at_one_place_belongs_together():
    assert list(paired((1, 2), "ab")) == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(("first", "second"), [((1,), "ab"), ((1, 2), "a")])
def test_rows_of_unequal_length_belong_to_nothing(first, second):
    with pytest.raises(ValueError, match="argument 2 is"):
        list(paired(first, second))
