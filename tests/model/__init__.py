"""The stopped line as a model whose every state is looked at: `python -m tests.model --all`."""
