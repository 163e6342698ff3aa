"""How we talk to Telegram: updates in, pacing out, dialogs as rows, buttons, texts, showing and editing."""
