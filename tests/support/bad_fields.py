"""What a person reads about fields of a protocol: wrong names, and values that they cannot have."""

ABOUT_FIELDS = {
    "other_version": """
        line 1, column 7: nmes: the file is written in format 2; this program reads format
            1. Use a newer nmes, or write the protocol in this format.
    """,
    "version_in_quotes": """
        line 1, column 7: nmes: found "1" in quotes; this program reads protocols of
            format 1. Begin the file with the line: nmes: 1
    """,
    "no_version": """
        line 1, column 1: nmes: the field is missing; the protocol needs it. Add the line
            nmes: with its value.
    """,
    "missing_fields": """
        line 1, column 1: goal: the field is missing; the protocol needs it. Add the line
            goal: with its value.
        line 12, column 5: channels[0].site: the field is missing; a channel needs it. Add
            the line site: with its value.
        line 16, column 9: channels[0].pads[0].aspect: the field is missing; a pad needs
            it. Add the line aspect: with its value.
        line 23, column 5: stages[0].kind: the field is missing; a stage needs it. Add the
            line kind: with its value.
    """,
    "on_and_off": """
        line 27, column 5: stages[0].on: there is no field of this name here; names are
            fixed. Did you mean on_time_s?
        line 28, column 5: stages[0].off: there is no field of this name here; names are
            fixed. Did you mean off_time_s?
        line 29, column 5: stages[0].ramp: there is no field of this name here; names are
            fixed. Did you mean ramp_up_s?
    """,
    "other_names": """
        line 18, column 59: channels[0].pads[0].area_cm2: there is no field of this name
            here; names are fixed. Did you mean gel_area_cm2?
        line 21, column 5: channels[0].phase_us: there is no field of this name here;
            names are fixed. Did you mean pulse_width_us?
        line 22, column 5: channels[0].Hz: there is no field of this name here; names are
            fixed. Did you mean frequency_hz?
        line 23, column 5: channels[0].cap_ma: there is no field of this name here; names
            are fixed. Did you mean max_current_ma?
        line 31, column 5: stages[0].contractions: there is no field of this name here;
            names are fixed. Did you mean repetitions?
    """,
    "misspelt_fields": """
        line 6, column 1: indication: there is no field of this name here; names are
            fixed. Did you mean indications?
        line 9, column 1: timing_clas: there is no field of this name here; names are
            fixed. Did you mean timing_class?
        line 20, column 5: channels[0].wave_forms: there is no field of this name here;
            names are fixed. Did you mean waveforms?
    """,
    "field_in_the_wrong_group": """
        line 6, column 1: frequency_hz: there is no field of this name here; the protocol
            has the fields nmes, id, title, version, status, indications, goal, evidence,
            timing_class, position, task, watch_for, screening, channels, stages.
            frequency_hz belongs in a channel or a stage.
        line 7, column 1: hz: there is no field of this name here; the protocol has the
            fields nmes, id, title, version, status, indications, goal, evidence,
            timing_class, position, task, watch_for, screening, channels, stages.
            frequency_hz belongs in a channel or a stage.
        line 8, column 1: mood: there is no field of this name here; the protocol has the
            fields nmes, id, title, version, status, indications, goal, evidence,
            timing_class, position, task, watch_for, screening, channels, stages. Remove
            it.
    """,
    "misspelt_words": """
        line 5, column 9: status: found the text "final"; one of these words is allowed:
            draft, reviewed. Choose one of them.
        line 8, column 19: evidence.grade: found the text "E"; one of these words is
            allowed: A, B, C, D. Choose one of them.
        line 15, column 11: channels[0].site: found the text "quadricep"; only certain
            words are allowed. Did you mean quadriceps?
        line 18, column 29: channels[0].pads[0].zone: found the text "lower limb"; only
            certain words are allowed. Did you mean lower_limb?
        line 18, column 49: channels[0].pads[0].aspect: found the text "up"; one of these
            words is allowed: anterior, posterior, lateral, medial, inferior, internal.
            Choose one of them.
        line 20, column 17: channels[0].waveforms[0]: found the text "monophasic"; one of
            these words is allowed: symmetric_biphasic, asymmetric_biphasic. Choose one of
            them.
    """,
    "side_unknown": """
        line 16, column 11: channels[0].side: found the text "both"; one of these words is
            allowed: left, right, midline, chosen at arming. Choose one of them.
    """,
    "no_booleans_here": """
        line 14, column 11: channels[0].name: found false; a text on one line of 1 to 200
            letters belongs here. Write it as one text, in quotes if it looks like a
            number.
        line 16, column 11: channels[0].side: found true; one of these words is allowed:
            left, right, midline, chosen at arming. Write one of them as text.
        line 23, column 21: channels[0].max_current_ma: found true; a current in mA is a
            number above 0 up to 1000, with at most 3 decimals. Write the bare number,
            without quotes and without its unit.
    """,
    "yes_for_a_number": """
        line 31, column 18: stages[0].repetitions: found the text "yes"; a number of
            repetitions is a number from 1 up to 100000, without decimals. Write the bare
            number, without quotes and without its unit.
    """,
    "number_in_quotes": """
        line 28, column 17: stages[0].off_time_s: found "10" in quotes; a time in s is a
            number from 0 up to 86400, with at most 6 decimals. Write the bare number,
            without quotes and without its unit.
    """,
    "number_with_unit": """
        line 22, column 19: channels[0].frequency_hz: found the text "50Hz"; a pulse rate
            in Hz is a number above 0 up to 1000, with at most 3 decimals. Write the bare
            number, without quotes and without its unit.
        line 28, column 17: stages[0].off_time_s: found the text "10 s"; a time in s is a
            number from 0 up to 86400, with at most 6 decimals. Write the bare number,
            without quotes and without its unit.
    """,
    "decimal_comma": """
        line 30, column 18: stages[0].ramp_down_s: found the text "1,5"; a time in s is a
            number from 0 up to 86400, with at most 6 decimals. Write the decimal comma as
            a point: 1.5.
    """,
    "clock_time": """
        line 28, column 17: stages[0].off_time_s: found the text "1:30"; a time in s is a
            number from 0 up to 86400, with at most 6 decimals. Write the bare number,
            without quotes and without its unit.
    """,
    "not_a_number": """
        line 22, column 19: channels[0].frequency_hz: found .inf; a pulse rate in Hz is a
            number above 0 up to 1000, with at most 3 decimals. Write an ordinary number.
        line 23, column 21: channels[0].max_current_ma: found -.inf; a current in mA is a
            number above 0 up to 1000, with at most 3 decimals. Write an ordinary number.
        line 28, column 17: stages[0].off_time_s: found .nan; a time in s is a number from
            0 up to 86400, with at most 6 decimals. Write an ordinary number.
    """,
    "out_of_bounds": """
        line 18, column 73: channels[0].pads[0].gel_area_cm2: found 0; an area in cm² is a
            number above 0 up to 1000, with at most 2 decimals. Check the number and its
            unit.
        line 21, column 21: channels[0].pulse_width_us: found 0; a width of one phase in
            µs is a number from 1 up to 10000, without decimals. Check the number and its
            unit.
        line 23, column 21: channels[0].max_current_ma: found 60000; a current in mA is a
            number above 0 up to 1000, with at most 3 decimals. Check the number and its
            unit.
        line 27, column 16: stages[0].on_time_s: found -6; a time in s is a number above 0
            up to 86400, with at most 6 decimals. Check the number and its unit.
    """,
    "enormous_numbers": """
        line 23, column 21: channels[0].max_current_ma: found 6e99; a current in mA is a
            number above 0 up to 1000, with at most 3 decimals. Check the number and its
            unit.
        line 27, column 16: stages[0].on_time_s: found the text "6e9999"; a time in s is a
            number above 0 up to 86400, with at most 6 decimals. Write the bare number,
            without quotes and without its unit.
        line 31, column 18: stages[0].repetitions: found the text
            "9999999999999999999999999999999999999999…"; a number of repetitions is a
            number from 1 up to 100000, without decimals. Write the bare number, without
            quotes and without its unit.
    """,
    "zeros_in_front": """
        line 21, column 21: channels[0].pulse_width_us: found -0300; a number has no zero in
            front: it may be a slip, or mean a number of base 8. Write -300 if it
            is a number, or "-0300" in quotes if it is a code.
        line 23, column 21: channels[0].max_current_ma: found 050; a number has no zero in
            front: it may be a slip, or mean a number of base 8. Write 50 if it
            is a number, or "050" in quotes if it is a code.
        line 27, column 16: stages[0].on_time_s: found 06.50; a number has no zero in
            front: it may be a slip, or mean a number of base 8. Write 6.50 if it
            is a number, or "06.50" in quotes if it is a code.
        line 28, column 17: stages[0].off_time_s: found 00; a number has no zero in front:
            it may be a slip, or mean a number of base 8. Write 0 if it
            is a number, or "00" in quotes if it is a code.
    """,
    "too_many_decimals": """
        line 18, column 73: channels[0].pads[0].gel_area_cm2: found 8.042477; an area in
            cm² is a number above 0 up to 1000, with at most 2 decimals. Round it, so that
            it says what will be done.
        line 21, column 21: channels[0].pulse_width_us: found 300.5; a width of one phase
            in µs is a number from 1 up to 10000, without decimals. Round it, so that it
            says what will be done.
        line 22, column 19: channels[0].frequency_hz: found 33.3333; a pulse rate in Hz is
            a number above 0 up to 1000, with at most 3 decimals. Round it, so that it
            says what will be done.
        line 23, column 21: channels[0].max_current_ma: found 0.00001; a current in mA is
            a number above 0 up to 1000, with at most 3 decimals. Round it, so that it
            says what will be done.
    """,
    "empty_values": """
        line 7, column 1: goal: found nothing; a text of 1 to 4000 letters belongs here.
            Write it, or remove the line if the field may be missing.
        line 28, column 5: stages[0].off_time_s: found nothing; a time in s is a number
            from 0 up to 86400, with at most 6 decimals. Write it, or remove the line if
            the field may be missing.
        line 33, column 5: stages[0].cue_rest: found "" in quotes; a text on one line of 1
            to 200 letters belongs here. Write the text, or leave the field out if it may
            be missing.
    """,
    "number_for_a_text": """
        line 3, column 8: title: found 42; a text on one line of 1 to 200 letters belongs
            here. Write it as one text, in quotes if it looks like a number.
        line 4, column 10: version: found 1.0; a text on one line of 1 to 200 letters
            belongs here. Write it as one text, in quotes if it looks like a number.
    """,
    "capital_letters_in_id": """
        line 2, column 5: id: found the text "Bench One"; a short name is 1 to 64 of the
            letters a-z, digits and _, beginning with a letter. Write it like quad_tka.
    """,
    "text_too_long": """
        line 32, column 19: stages[0].cue_contract: found the text "Push Push Push Push
            Push Push Push Push …"; a text on one line of 1 to 200 letters belongs here.
            Shorten it: it has 249 letters.
    """,
    "invisible_characters": """
        line 3, column 8: title: found "Bench�[31m" in quotes; a text on one line of 1 to
            200 letters belongs here. Remove the line breaks or invisible characters in
            it.
        line 7, column 7: goal: found the text "�Show the short form of timing."; a text
            of 1 to 4000 letters belongs here. Remove the line breaks or invisible
            characters in it.
        line 33, column 15: stages[0].cue_rest: found "Rest�now" in quotes; a text on one
            line of 1 to 200 letters belongs here. Remove the line breaks or invisible
            characters in it.
    """,
    "list_for_a_text": """
        line 6, column 14: indications: found the text "bench tests"; a list belongs here.
            Begin each entry with a dash on its own line.
        line 8, column 11: evidence: found the text "D"; a group of fields belongs here.
            Write its fields as name: value.
        line 11, column 7: task: found a list; a text of 1 to 4000 letters belongs here.
            Write it as one text, in quotes if it looks like a number.
        line 20, column 16: channels[0].waveforms: found the text "symmetric_biphasic"; a
            list belongs here. Begin each entry with a dash on its own line.
    """,
    "pad_without_fields": """
        line 18, column 9: channels[0].pads[0]: found the text "upper thigh"; a group of
            fields belongs here. Write its fields as name: value.
    """,
    "empty_lists": """
        line 6, column 14: indications: found a list of 0; at least one entry is needed.
            Add what is missing.
        line 20, column 16: channels[0].waveforms: found a list of 0; at least one entry
            is needed. Add what is missing.
    """,
    "one_pad": """
        line 18, column 7: channels[0].pads: found a list of 1; pads has exactly 2
            entries. Add or remove entries.
    """,
    "no_channels_no_stages": """
        line 12, column 11: channels: found a list of 0; at least one entry is needed. Add
            what is missing.
        line 13, column 9: stages: found a list of 0; at least one entry is needed. Add
            what is missing.
    """,
    "entries_that_are_no_groups": """
        line 13, column 5: channels[0]: found the text "knee"; a group of fields belongs
            here. Write its fields as name: value.
        line 26, column 5: stages[0]: found the text "work"; a group of fields belongs
            here. Write its fields as name: value.
    """,
    "bursts_as_text": """
        line 54, column 13: stages[1].bursts: found the text "none"; a list belongs here.
            Begin each entry with a dash on its own line.
        line 55, column 5: stages[1].more: there is no field of this name here; a stage
            has the fields name, kind, on_time_s, off_time_s, ramp_up_s, ramp_down_s,
            channels, level_share_percent, cycle_time_s, bursts, repetitions, minutes,
            cue_contract, cue_rest, frequency_hz, pulse_width_us. Remove it.
    """,
    "burst_as_text": """
        line 56, column 9: stages[1].bursts[1]: found the text "then channel 2"; a group
            of fields belongs here. Write its fields as name: value.
    """,
    "channels_of_a_stage_as_text": """
        line 46, column 15: stages[0].channels: found 2; a list belongs here. Begin each
            entry with a dash on its own line.
    """,
    "stage_as_text": """
        line 25, column 5: stages[0]: found the text "warm up first"; a group of fields
            belongs here. Write its fields as name: value.
    """,
}
