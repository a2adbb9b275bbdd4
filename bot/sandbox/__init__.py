"""A pretend Slack server with a web page; it knows nothing of the product."""
