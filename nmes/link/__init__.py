"""What the engine and its screen say to each other."""
