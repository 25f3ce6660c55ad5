"""What a person reads about protocol files that are no YAML, or YAML that protocols do not use."""

ABOUT_TEXT = {
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
    "value_begins_with_a_star": """
        line 3, column 9: file: a value that begins with & or *; a protocol is YAML, lines
            of name: value indented with blanks. Put the text in quotes.
    """,
    "stray_bracket": """
        line 3, column 8: file: something that cannot be read; a protocol is YAML, lines
            of name: value indented with blanks. Compare this line with that of a good protocol.
    """,
}
