"""Stopline: incidents in Slack that stop the line."""
