"""Drafts measured: a lying and an honest model, made-up channels, the checker itself."""
