"""Long proofs that the safety layer is checked well; nothing of it runs in the program."""
