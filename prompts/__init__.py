"""What we say to the model; knows nobody."""
