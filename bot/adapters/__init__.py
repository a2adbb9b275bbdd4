"""The outside world itself: Slack, language models, the clock."""
