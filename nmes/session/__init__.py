"""What happens in a session, as pure state tables: no clock, no port, no disk."""
