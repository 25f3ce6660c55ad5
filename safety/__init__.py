"""What may be sent: limits, checks and the one gate to a driver."""
