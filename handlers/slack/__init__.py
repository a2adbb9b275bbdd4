"""Slack commands, buttons, modals and events."""
