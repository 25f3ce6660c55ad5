"""What the therapist sees: no timing, no limits, no device."""

import os

# Textual reads ESCDELAY when it is imported: the Escape key waits that long (ms) for the rest of a
# sequence, and Escape is a stop key. 25 ms still joins the bytes of a slow terminal.
os.environ.setdefault("ESCDELAY", "25")
