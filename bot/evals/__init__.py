"""Measures drafts: case files, an independent checker, scores."""
