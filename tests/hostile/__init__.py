"""Hostile input for the gate, made from its own OpenAPI document."""
