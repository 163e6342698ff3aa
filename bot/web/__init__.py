"""What is served over HTTP: Telegram's webhook, health and metrics."""
