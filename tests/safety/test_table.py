from hashlib import sha256
from pathlib import Path

import pytest

import safety.table
from protocols.errors import LimitTableError
from safety.table import Provenance, load_table, read_table

FILE = Path(safety.table.__file__).with_name("limits.toml")
TEXT = FILE.read_text(encoding="utf-8")


def changed(old, new):
    assert TEXT.count(old) >= 1
    return TEXT.replace(old, new, 1).encode()


def refusal(content):
    with pytest.raises(LimitTableError) as refused:
        read_table(content)
    return str(refused.value)


def test_the_table_carries_the_hash_of_its_bytes():
    assert load_table().sha256 == sha256(FILE.read_bytes()).hexdigest()


def test_the_ceiling_is_what_was_decided():
    ceiling = load_table().ceiling
    assert (ceiling.current_ua, ceiling.phase_charge_nc) == (130_000, 78_000)
    assert (ceiling.pulse_width_min_us, ceiling.pulse_width_max_us) == (50, 600)
    assert (ceiling.frequency_min_hz, ceiling.frequency_max_hz) == (1, 150)
    assert (ceiling.rms_current_ua, ceiling.rms_density_ua_per_mm2_x1000) == (41_666, 16_666)
    assert (ceiling.power_density_uw_per_mm2, ceiling.pulse_energy_uj) == (1_736, 300_000)
    assert (ceiling.net_charge_nc, ceiling.load_ohm, ceiling.open_circuit_v) == (0, 500, 500)


def test_the_behaviour_is_what_was_decided():
    behaviour = load_table().behaviour
    assert (behaviour.start_current_ua, behaviour.step_fine_ua) == (0, 1_000)
    assert (behaviour.step_coarse_ua, behaviour.steps_per_s_max) == (2_000, 4)
    assert (behaviour.level_slew_ua_per_s, behaviour.slew_elapsed_max_us) == (5_000, 100_000)
    assert (behaviour.timing_tolerance_us, behaviour.session_max_us) == (250_000, 3_600_000_000)
    assert (behaviour.resume_ramp_min_us, behaviour.stop_zero_max_us) == (2_000_000, 200_000)


def test_what_counts_as_a_fault_is_what_was_decided():
    behaviour = load_table().behaviour
    assert (behaviour.guard_silence_us, behaviour.clock_jump_us) == (120_000, 1_000_000)
    assert (behaviour.impedance_short_ohm, behaviour.impedance_open_ohm) == (100, 10_000)
    assert (behaviour.impedance_warn_percent, behaviour.impedance_lost_percent) == (50, 100)
    assert (behaviour.clip_count_max, behaviour.clip_window_us) == (3, 5_000_000)
    assert (behaviour.battery_warn_percent, behaviour.battery_least_percent) == (20, 10)
    assert behaviour.delivered_tolerance_steps == 1


def test_the_cyclic_class_is_what_was_decided():
    cyclic = load_table().timing_classes["cyclic"]
    assert (cyclic.ramp_up_min_us, cyclic.ramp_up_default_us) == (500_000, 2_000_000)
    assert (cyclic.on_max_us, cyclic.off_min_us) == (20_000_000, 1_000_000)
    assert (cyclic.off_to_on_min_permille, cyclic.requires) == (1_000, ())


def test_a_class_names_what_it_requires():
    required = load_table().timing_classes["gait_triggered"].requires
    assert required == ("patient_maximum_titrated", "dead_man_trigger")


def test_all_thirty_sites_are_there():
    assert len(load_table().sites) == 30


def test_a_site_is_what_was_decided():
    site = load_table().sites["wrist_extensors"]
    assert (site.zone, site.timing_class) == ("upper_limb", "any")
    assert (site.current_ua, site.phase_charge_nc) == (50_000, 15_000)
    assert (site.pulse_width_max_us, site.frequency_max_hz) == (300, 50)
    assert site.electrode_min_mm2 == 800


def test_every_number_of_ceiling_and_behaviour_says_where_it_comes_from():
    table = load_table()
    marks = table.provenance
    assert marks["ceiling.power_density_uw_per_mm2"].status == "spec"
    assert "FDA" in marks["ceiling.power_density_uw_per_mm2"].source
    assert marks["sites"].status == "proposal"
    assert len(marks) == 13 + 25 + 3


def test_no_site_is_wider_than_the_ceiling():
    table = load_table()
    for site in table.sites.values():
        assert site.current_ua <= table.ceiling.current_ua
        assert site.phase_charge_nc <= table.ceiling.phase_charge_nc
        assert site.pulse_width_max_us <= table.ceiling.pulse_width_max_us
        assert site.frequency_max_hz <= table.ceiling.frequency_max_hz


@pytest.mark.parametrize("section", ["ceiling", "behaviour"])
def test_an_unknown_key_is_refused_and_named(section):
    found = refusal(changed(f"[{section}]\n", f"[{section}]\nspeed = 1\n"))
    assert found == f"{section}: unknown ['speed'], missing []"


def test_a_missing_key_is_refused_and_named():
    found = refusal(changed("off_min_us = 1000000\n", ""))
    assert found == "timing_classes.cyclic: unknown [], missing ['off_min_us']"


def test_an_unknown_section_is_refused():
    assert "unknown ['extra']" in refusal(TEXT.encode() + b"\n[extra]\n")


def test_a_key_that_stands_twice_is_refused():
    assert "limits.toml" in refusal(changed("schema = 1\n", "schema = 1\nschema = 1\n"))


def test_a_schema_of_the_past_is_refused():
    assert refusal(changed("schema = 1", "schema = 0")) == "schema: 0 found, 1 is read here"


def test_another_schema_is_refused():
    assert refusal(changed("schema = 1", "schema = 2")) == "schema: 2 found, 1 is read here"


@pytest.mark.parametrize("value", ["130000.0", "true", "-1", '"130000"', "nan", "inf"])
def test_a_value_that_is_no_whole_number_is_refused(value):
    found = refusal(changed("value = 130000,", f"value = {value},"))
    assert found.startswith("ceiling.current_ua: ")
    assert found.endswith("is no whole number from 0")


def test_a_mark_of_unknown_status_is_refused():
    found = refusal(
        changed('value = 130000, status = "proposal"', 'value = 130000, status = "sure"')
    )
    assert found == (
        "ceiling.current_ua: status 'sure' is none of spec, secondary, design, proposal"
    )


def test_a_number_without_a_mark_is_refused():
    found = refusal(changed('value = 1, status = "proposal", source = "1 Hz"', "value = 1"))
    assert found == "ceiling.frequency_min_hz: unknown [], missing ['source', 'status']"


@pytest.mark.parametrize("words", ['""', "1"])
def test_a_source_that_says_nothing_is_refused(words):
    assert refusal(changed('source = "1 Hz"', f"source = {words}")).endswith(
        "words are needed here"
    )


@pytest.mark.parametrize("needs", ['"one"', "[1]"])
def test_requirements_are_a_list_of_words(needs):
    found = refusal(changed('requires = ["no_motor_target"]', f"requires = {needs}"))
    assert found == "timing_classes.continuous_sensory.requires: a list of words is needed here"


def test_a_section_that_is_a_number_is_refused():
    head, tail = TEXT.split("[provenance]", 1)
    rest = tail[tail.index("[ceiling]") :]
    found = refusal((head + "provenance = 3\n" + rest).encode())
    assert found == "provenance: a table is needed here"


def test_a_net_charge_above_nothing_is_refused():
    found = refusal(changed("net_charge_nc = { value = 0", "net_charge_nc = { value = 1"))
    assert found.startswith("ceiling.net_charge_nc: only balanced pulses")


def test_a_site_of_an_unknown_timing_class_is_refused():
    found = refusal(changed('timing_class = "any"', 'timing_class = "sometimes"'))
    assert found == "sites.quadriceps: no timing class 'sometimes'"


def test_bytes_that_are_no_text_are_refused():
    assert refusal(b"\xff\xfe").startswith("limits.toml: ")


def test_a_number_that_something_is_divided_by_is_not_nothing():
    found = refusal(changed("frequency_min_hz = { value = 1,", "frequency_min_hz = { value = 0,"))
    assert found == "ceiling.frequency_min_hz: 0 is no whole number from 1"


def test_a_site_of_an_unknown_zone_is_refused():
    found = refusal(changed('zone = "lower_limb", ', 'zone = "leg", '))
    assert found == "sites.quadriceps: pad_zones has no zone 'leg'"


def test_a_net_charge_above_nothing_is_refused_in_words():
    found = refusal(changed("net_charge_nc = { value = 0", "net_charge_nc = { value = 1"))
    assert found == "ceiling.net_charge_nc: only balanced pulses exist here, so it is 0"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[provenance]", "[provenances]", "limits.toml: unknown ['provenances'], "
         "missing ['provenance']"),
        ("[ceiling]", "muscles = 1\n[ceiling]",
         "provenance: unknown ['muscles'], missing []"),
        ("sites = { status = \"proposal\", source", "sites = { status = \"proposal\", origin",
         "provenance.sites: unknown ['origin'], missing ['source']"),
        ("sites = { status = \"proposal\", ", "sites = { status = \"\", ",
         "provenance.sites.status: words are needed here"),
        ("sites = { status = \"proposal\", ", "sites = { status = \"sure\", ",
         "provenance.sites: status 'sure' is none of spec, secondary, design, proposal"),
        ("foot = [\"lower_limb\", \"foot\", \"gluteal\"]", "foot = \"lower_limb\"",
         "pad_zones.foot: a list of words is needed here"),
        ("foot = [\"lower_limb\", \"foot\", \"gluteal\"]", "foot = [1]",
         "pad_zones.foot: a list of words is needed here"),
        ("off_min_us = 1000000", "off_min_us = -1",
         "timing_classes.cyclic.off_min_us: -1 is no whole number from 0"),
        ("zone = \"lower_limb\", ", "zone = 3, ",
         "sites.quadriceps.zone: words are needed here"),
        ("electrode_min_mm2 = 2500,", "electrode_min_mm2 = 2500.5,",
         "sites.quadriceps.electrode_min_mm2: 2500.5 is no whole number from 0"),
        ("start_current_ua = { value = 0", "start_current_ua = { value = true",
         "behaviour.start_current_ua: True is no whole number from 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_table_is_named_by_its_place(old, new, sentence):
    assert refusal(changed(old, new)) == sentence


@pytest.mark.parametrize(
    ("section", "end"),
    [
        ("ceiling", "[behaviour]"),
        ("behaviour", "[timing_classes"),
        ("pad_zones", "[sites]"),
    ],
)
def test_a_section_without_a_table_is_refused_and_named(section, end):
    head, tail = TEXT.split(f"[{section}]\n", 1)
    rest = tail[tail.index(end) :]
    found = refusal((f"{section} = 3\n" + head + rest).encode())
    assert found == f"{section}: a table is needed here"


def test_the_list_of_sites_is_a_table():
    head, _ = TEXT.split("[sites]\n", 1)
    assert refusal(b"sites = 3\n" + head.encode()) == "sites: a table is needed here"


def test_provenance_is_keyed_as_in_the_file():
    marks = load_table().provenance
    assert marks["ceiling.frequency_min_hz"] == Provenance(status="proposal", source="1 Hz")
    assert marks["behaviour.session_max_us"] == Provenance(status="proposal", source="one hour")
    assert marks["pad_zones"].status == "spec"
