"""What messages look like: facts in, a Screen out. Pure."""
