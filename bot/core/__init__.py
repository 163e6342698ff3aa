"""What the bot does, in the words of the business. Knows no Telegram, no HTTP and no SQL."""
