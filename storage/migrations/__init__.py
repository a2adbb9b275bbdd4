"""Brings a database to the newest schema, step by step."""
