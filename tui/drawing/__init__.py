"""What each part of a screen says, as pure functions from a view to lines."""
