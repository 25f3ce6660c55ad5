"""A stimulator at the other end of a wire, written from the manual alone."""
