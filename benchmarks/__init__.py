"""How fast the bot is, as ratios to something simple measured in the same run. `make bench`."""
