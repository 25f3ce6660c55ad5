"""What may be asked for: the vocabulary of pulses, the protocol model and its timeline."""
