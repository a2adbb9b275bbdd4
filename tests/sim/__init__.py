"""Days of incidents on simulated time: what people do, what Slack loses of it, and what the bot knows in the end."""
