"""What the therapist sees: no timing, no limits, no device."""

import os

# Textual reads ESCDELAY (ms) when it is imported: so long it waits for the rest of a sequence
# before a lone Escape, a stop key, is a key. It looks every 100 ms, so its own default of 100 can
# cost a second look. 25 ms still joins the bytes of a slow terminal.
os.environ.setdefault("ESCDELAY", "25")
