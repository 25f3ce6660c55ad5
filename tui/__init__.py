"""What the therapist sees: no timing, no limits, no device."""
