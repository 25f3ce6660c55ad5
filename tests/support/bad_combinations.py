"""What a person reads about fields that are right by themselves and wrong together."""

ABOUT_COMBINATIONS = {
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
}
