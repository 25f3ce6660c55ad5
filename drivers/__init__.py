"""How it is said to a device."""
