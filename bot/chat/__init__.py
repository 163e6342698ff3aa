"""What we say in the chat: one file per feature, what it looks like in `screens`."""
