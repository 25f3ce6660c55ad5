"""What a person reads about each bad protocol file, in full.

Every file of tests/protocols/bad is listed here with all that is wrong with it, in order of line.
Line breaks inside a message do not count.
"""

from pathlib import Path

import pytest

from protocols.errors import ProtocolFileError
from protocols.loading import load_protocol

FOLDER = Path(__file__).parent / "bad"

EXPECTED = {
    "empty": """
        whole file: file: it is empty; a protocol belongs here. Write one.
    """,
    "only_comments": """
        whole file: file: it is empty; a protocol belongs here. Write one.
    """,
    "a_list": """
        line 1, column 1: file: found a list; a group of fields belongs here. Write its
            fields as name: value.
    """,
    "a_sentence": """
        line 1, column 1: file: found the text "Stimulate the quadriceps for ten
            minutes…"; a group of fields belongs here. Write its fields as name: value.
    """,
    "latin_1": """
        line 7, column 14: file: the byte B0 is no text in UTF-8; protocols are saved as
            UTF-8. Save the file again with the encoding UTF-8.
    """,
    "escape_character": """
        line 7, column 7: file: the invisible character U+001B; a protocol is YAML, lines
            of name: value indented with blanks. Remove it.
    """,
    "tabs": """
        line 26, column 1: file: the line is indented with a tab; lines are indented with
            blanks. Replace the tab by blanks.
        line 27, column 1: file: the line is indented with a tab; lines are indented with
            blanks. Replace the tab by blanks.
    """,
    "tab_after_colon": """
        line 5, column 8: file: a tab before a value; a protocol is YAML, lines of name:
            value indented with blanks. Replace the tab by a blank.
    """,
    "colon_in_text": """
        line 3, column 13: file: a colon where no field can begin; a protocol is YAML,
            lines of name: value indented with blanks. Put a text that holds a colon in
            quotes, and let the fields of one group begin in the same column.
    """,
    "line_without_colon": """
        line 6, column 1: file: a line without a colon after its field name; a protocol is
            YAML, lines of name: value indented with blanks. Write it as name: value, or
            indent it deeper if it continues the text above.
    """,
    "indented_too_far": """
        line 28, column 17: file: a colon where no field can begin; a protocol is YAML,
            lines of name: value indented with blanks. Put a text that holds a colon in
            quotes, and let the fields of one group begin in the same column.
    """,
    "indented_too_little": """
        line 28, column 4: file: a line that does not line up with the lines above it; a
            protocol is YAML, lines of name: value indented with blanks. Let the fields of
            one group, and the dashes of one list, begin in the same column; look also for
            a quotation mark above that is not closed.
    """,
    "open_quote": """
        line 4, column 10: file: a quotation mark that is never closed; a protocol is
            YAML, lines of name: value indented with blanks. Close the text with the same
            mark, ' or ".
    """,
    "open_quote_at_end": """
        line 33, column 15: file: a quotation mark that is never closed; a protocol is
            YAML, lines of name: value indented with blanks. Close the text with the same
            mark, ' or ".
    """,
    "open_bracket": """
        line 6, column 14: file: a list in [ ] that is not closed or lacks a comma; a
            protocol is YAML, lines of name: value indented with blanks. Put commas
            between the entries and ] at the end.
    """,
    "open_brace": """
        line 8, column 11: file: a group in { } that is not closed or lacks a comma; a
            protocol is YAML, lines of name: value indented with blanks. Put commas
            between the fields and } at the end; put texts with commas in quotes.
    """,
    "list_in_line": """
        line 6, column 14: file: a list entry where none can begin; a protocol is YAML,
            lines of name: value indented with blanks. Begin the list on a line of its own
            below its field name.
    """,
    "at_sign": """
        line 3, column 8: file: a character that no value can begin with; a protocol is
            YAML, lines of name: value indented with blanks. Put the text in quotes.
    """,
    "backslash": """
        line 3, column 8: file: a backslash in a text in double quotes; a protocol is
            YAML, lines of name: value indented with blanks. Put the text in single
            quotes.
    """,
    "impossible_character": """
        whole file: file: a backslash code names no character; texts are written as they
            are. Look for a \\U in double quotes and remove it.
    """,
    "text_block": """
        line 7, column 8: file: a text block (| or >) that cannot be read; a protocol is
            YAML, lines of name: value indented with blanks. Write only | or > or >- after
            the colon, and indent all lines of the text alike.
    """,
    "unknown_tag_handle": """
        line 3, column 8: file: a ! mark before a value; a protocol is YAML, lines of
            name: value indented with blanks. Remove the mark, or put the text in quotes
            if it belongs to it.
    """,
    "two_documents": """
        line 34, column 1: file: a second document begins; one file holds one protocol.
            Move it to a file of its own.
    """,
    "yaml_version": """
        whole file: file: it begins with a % line; a protocol needs no YAML directives.
            Remove the lines that begin with %.
    """,
    "yaml_version_3": """
        line 1, column 1: file: a line that begins with %; a protocol is YAML, lines of
            name: value indented with blanks. Remove it.
    """,
    "text_after_the_end": """
        line 35, column 1: file: a second document begins; one file holds one protocol.
            Move it to a file of its own.
    """,
    "alias": """
        line 28, column 17: stages[0].off_time_s: the mark &time stands before the value;
            values are written without & and ! marks. Remove the mark, or put the text in
            quotes if it belongs to it.
        line 29, column 16: stages[0].ramp_up_s: *time stands for a value written
            elsewhere; every value is written where it is used. Write the value itself.
    """,
    "alias_bomb": """
        line 1, column 1: a: there is no field of this name here; the protocol has the
            fields nmes, id, title, version, status, indications, goal, evidence,
            timing_class, position, task, watch_for, screening, channels, stages. Remove
            it.
        line 1, column 4: a: the mark &a stands before the value; values are written
            without & and ! marks. Remove the mark, or put the text in quotes if it
            belongs to it.
        line 2, column 1: b: there is no field of this name here; the protocol has the
            fields nmes, id, title, version, status, indications, goal, evidence,
            timing_class, position, task, watch_for, screening, channels, stages. Remove
            it.
        line 2, column 4: b: the mark &b stands before the value; values are written
            without & and ! marks. Remove the mark, or put the text in quotes if it
            belongs to it.
        line 2, column 8: b[0]: *a stands for a value written elsewhere; every value is
            written where it is used. Write the value itself.
        line 2, column 12: b[1]: *a stands for a value written elsewhere; every value is
            written where it is used. Write the value itself.
        line 3, column 1: c: there is no field of this name here; the protocol has the
            fields nmes, id, title, version, status, indications, goal, evidence,
            timing_class, position, task, watch_for, screening, channels, stages. Remove
            it.
        line 3, column 4: c: the mark &c stands before the value; values are written
            without & and ! marks. Remove the mark, or put the text in quotes if it
            belongs to it.
        line 3, column 8: c[0]: *b stands for a value written elsewhere; every value is
            written where it is used. Write the value itself.
        line 3, column 12: c[1]: *b stands for a value written elsewhere; every value is
            written where it is used. Write the value itself.
    """,
    "alias_as_field_name": """
        line 1, column 1: status: the field is missing; the protocol needs it. Add the
            line status: with its value.
        line 5, column 1: file: a group, list or * mark stands as a field name; fields
            have plain names, each once in its group. Write a plain name.
    """,
    "merge_key": """
        line 25, column 5: stages[0].off_time_s: the field is missing; this form of timing
            needs on_time_s, off_time_s, ramp_up_s, ramp_down_s. Add the line off_time_s:
            with its value.
        line 28, column 5: stages[0].<<: << takes fields from elsewhere; fields have plain
            names, each once in its group. Write the fields themselves.
    """,
    "python_tag": """
        line 3, column 8: title: the mark !!python/object/apply:os.system stands before
            the value; values are written without & and ! marks. Remove the mark, or put
            the text in quotes if it belongs to it.
        line 3, column 8: title: found a list; a text on one line of 1 to 200 letters
            belongs here. Write it as one text, in quotes if it looks like a number.
    """,
    "number_tag": """
        line 28, column 17: stages[0].off_time_s: the mark !!float stands before the
            value; values are written without & and ! marks. Remove the mark, or put the
            text in quotes if it belongs to it.
        line 28, column 17: stages[0].off_time_s: found "10" in quotes; a time in s is a
            number from 0 up to 86400, with at most 6 decimals. Write the bare number,
            without quotes and without its unit.
    """,
    "repeated_field": """
        line 29, column 5: stages[0].off_time_s: a second off_time_s; the first is on line
            28; fields have plain names, each once in its group. Remove one of the two.
    """,
    "list_as_field_name": """
        line 1, column 1: status: the field is missing; the protocol needs it. Add the
            line status: with its value.
        line 5, column 3: file: a group, list or * mark stands as a field name; fields
            have plain names, each once in its group. Write a plain name.
    """,
    "nested_too_deep": """
        line 7, column 19: file: groups within groups; a protocol has at most 12 levels.
            Remove what does not belong into a protocol.
    """,
    "too_many_values": """
        line 2000, column 5: file: one value more; a protocol has at most 2000 values.
            Remove what does not belong into a protocol.
    """,
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
    "no_hold": """
        line 27, column 16: stages[0].on_time_s: the ramps of 2 s and 1 s leave 0 s of the
            3 s to hold; on_time_s includes both ramps, and some time to hold must remain.
            Make on_time_s longer than 3 s, or shorten the ramps.
    """,
    "no_hold_but_a_typo_elsewhere": """
        line 5, column 9: status: found the text "drat"; only certain words are allowed.
            Did you mean draft?
        line 27, column 16: stages[0].on_time_s: the ramps of 2 s and 1 s leave 0 s of the
            3 s to hold; on_time_s includes both ramps, and some time to hold must remain.
            Make on_time_s longer than 3 s, or shorten the ramps.
        line 34, column 5: stages[0].cue_hold: there is no field of this name here; a
            stage has the fields name, kind, on_time_s, off_time_s, ramp_up_s,
            ramp_down_s, channels, level_share_percent, cycle_time_s, bursts, repetitions,
            minutes, cue_contract, cue_rest, frequency_hz, pulse_width_us. Remove it.
    """,
    "no_timing": """
        line 25, column 5: stages[0]: the stage has no timing; a stage has either
            on_time_s, off_time_s, ramp_up_s, ramp_down_s, or cycle_time_s and bursts. Add
            one of the two forms.
    """,
    "half_a_timing": """
        line 25, column 5: stages[0].off_time_s: the field is missing; this form of timing
            needs on_time_s, off_time_s, ramp_up_s, ramp_down_s. Add the line off_time_s:
            with its value.
        line 25, column 5: stages[0].cue_contract: the field is missing; the patient is
            told when to join in. Add the line cue_contract: with its value.
    """,
    "no_end": """
        line 25, column 5: stages[0]: the stage has no end; a stage has either repetitions
            or minutes. Add one of them.
    """,
    "two_ends": """
        line 32, column 14: stages[0].minutes: both repetitions and minutes are given; a
            stage has either repetitions or minutes. Remove one of them.
    """,
    "minutes_too_short": """
        line 31, column 14: stages[0].minutes: 0.25 minutes end before the first cycle of
            16 s does; a stage holds at least one whole cycle. Lengthen it, or write
            repetitions: 1.
    """,
    "both_forms": """
        line 51, column 5: stages[1].cycle_time_s: the field is missing; this form of
            timing needs cycle_time_s, bursts. Add the line cycle_time_s: with its value.
        line 57, column 16: stages[1].on_time_s: on_time_s stands beside cycle_time_s or
            bursts; a stage with bursts takes timing, channel and share from each burst.
            Move on_time_s into the bursts, or remove cycle_time_s and bursts.
        line 58, column 15: stages[1].channels: channels stands beside cycle_time_s or
            bursts; a stage with bursts takes timing, channel and share from each burst.
            Move channels into the bursts, or remove cycle_time_s and bursts.
    """,
    "burst_past_the_cycle": """
        line 57, column 47: stages[1].bursts[2].on_time_s: the burst from 8.5 s to 12.5 s
            passes the end of the cycle; every burst ends within the cycle_time_s of 12 s.
            Start it earlier, shorten it, or lengthen the cycle.
    """,
    "bursts_overlap": """
        line 57, column 31: stages[1].bursts[2].start_s: it starts at 3.9 s, while another
            burst keeps channel 1 busy until 4 s; two bursts of one channel may not
            overlap. Start it at 4 s or later.
    """,
    "burst_without_hold": """
        line 56, column 45: stages[1].bursts[1].on_time_s: the ramps of 1 s and 0.5 s
            leave 0 s of the 1.5 s to hold; on_time_s includes both ramps, and some time
            to hold must remain. Make on_time_s longer than 1.5 s, or shorten the ramps.
    """,
    "burst_without_cue": """
        line 56, column 9: stages[1].bursts[1].cue: the field is missing; a burst has a
            cue of its own where the stage has no cue_contract. Add the line cue: with its
            value.
        line 57, column 9: stages[1].bursts[2].cue: the field is missing; a burst has a
            cue of its own where the stage has no cue_contract. Add the line cue: with its
            value.
    """,
    "unknown_channels": """
        line 46, column 19: stages[0].channels[1]: channel 2 stands there twice; each
            channel is listed once. Remove one of them.
        line 46, column 22: stages[0].channels[2]: there is no channel 4; the protocol has
            channel 1, 2. Use one of these, or describe the channel under channels.
        line 56, column 19: stages[1].bursts[1].channel: there is no channel 3; the
            protocol has channel 1, 2. Use one of these, or describe the channel under
            channels.
    """,
    "unused_channel": """
        line 28, column 13: channels[1].number: no stage uses channel 2; pads are placed
            only for channels that are used. Use it in a stage, or remove the channel.
    """,
    "same_number_twice": """
        line 28, column 13: channels[1].number: 1 is already used by channels[0]; every
            number may be used once. Give each channel a number of its own.
    """,
    "same_question_twice": """
        line 15, column 10: screening[1].id: bench_only is already used by screening[0];
            every id may be used once. Give each question an id of its own.
    """,
    "start_above_the_bound": """
        line 23, column 16: channels[0].waveforms: symmetric_biphasic stands there twice;
            each waveform is listed once, best first. Remove one of them.
        line 27, column 25: channels[0].suggested_start_ma: 41 mA is above max_current_ma,
            40 mA; a suggested start lies at or below the channel's bound. Lower it, or
            leave it out.
    """,
    "limb_on_the_midline": """
        line 18, column 29: channels[0].pads[0].zone: lower_limb exists on both sides, and
            the side of the channel is midline; a limb or gluteal zone needs a side. Write
            lower_limb_left or lower_limb_right, or give the channel a side.
        line 19, column 29: channels[0].pads[1].zone: lower_limb exists on both sides, and
            the side of the channel is midline; a limb or gluteal zone needs a side. Write
            lower_limb_left or lower_limb_right, or give the channel a side.
    """,
    "synonym_beside_the_field": """
        line 27, column 5: stages[0].on_times: there is no field of this name here; names
            are fixed. Did you mean on_time_s?
        line 28, column 16: stages[0].on_time_s: the ramps of 2 s and 1 s leave 0 s of the
            3 s to hold; on_time_s includes both ramps, and some time to hold must remain.
            Make on_time_s longer than 3 s, or shorten the ramps.
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
    "value_begins_with_a_star": """
        line 3, column 9: file: a value that begins with & or *; a protocol is YAML, lines
            of name: value indented with blanks. Put the text in quotes.
    """,
    "stray_bracket": """
        line 3, column 8: file: something that cannot be read; a protocol is YAML, lines
            of name: value indented with blanks. Compare this line with that of a good protocol.
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


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_is_answered_with_every_complaint_and_its_cure(name: str) -> None:
    with pytest.raises(ProtocolFileError) as refused:
        load_protocol(FOLDER / f"{name}.yaml")
    complaints = " ".join(str(problem) for problem in refused.value.problems)
    assert " ".join(complaints.split()) == " ".join(EXPECTED[name].split())


def test_every_bad_file_has_its_expected_complaints_and_the_other_way_round() -> None:
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
