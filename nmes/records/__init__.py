"""What is kept of a session: the journal, and what can be recomputed from it."""
