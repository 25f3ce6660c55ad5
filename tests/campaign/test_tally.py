from collections import Counter

from nmes.campaign.tally import Failure, Tally, missing


def test_counts_of_parts_are_put_together() -> None:
    total = Tally(sessions=1, deeds=Counter(stop=2), nearest={"rate": 0.5}, current_max_ma=7)
    total.add(Tally(sessions=2, deeds=Counter(stop=1), nearest={"rate": 0.9}, current_max_ma=3))
    assert (total.sessions, total.deeds["stop"]) == (3, 3)
    assert (total.nearest["rate"], total.current_max_ma) == (0.9, 7)


def test_what_was_never_seen_is_named() -> None:
    assert "deeds: resume" in missing(Tally(deeds=Counter(stop=1)), "rehastim2")
    assert "deeds: resume" not in missing(Tally(deeds=Counter(resume=1)), "rehastim2")


def test_asymmetric_pulses_are_wanted_of_a_device_that_makes_them() -> None:
    total = Tally()
    assert "pulses: asymmetric" in missing(total, "p24")
    assert "pulses: asymmetric" not in missing(total, "rehastim2")
    total.add(Tally(asymmetric_pulses=1))
    assert "pulses: asymmetric" not in missing(total, "p24")


def test_counts_and_failures_become_plain_values() -> None:
    failure = Failure(session=4, kind="level", at_us=1, text="too much")
    plain = Tally(failures=[failure], faults=Counter(drop=2)).as_json()
    assert plain["failures"] == [{"session": 4, "kind": "level", "at_us": 1, "text": "too much"}]
    assert plain["faults"] == {"drop": 2}
