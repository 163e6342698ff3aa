"""Makes the parts of the running program."""
