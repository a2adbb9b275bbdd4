"""Speed and memory, measured on the product as it runs: `make bench`."""
