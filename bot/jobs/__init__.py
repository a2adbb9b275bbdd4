"""Durable work: the worker and the registry of its handlers."""
