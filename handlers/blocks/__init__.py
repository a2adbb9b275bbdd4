"""Block Kit: pure functions that stay inside the limits of Slack."""
