"""Everything that arrives, and how we answer."""
