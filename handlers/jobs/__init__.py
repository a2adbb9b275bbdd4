"""Durable jobs: what each one does when the worker claims it."""
