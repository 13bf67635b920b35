"""One module per artifact: pure functions, named by verbs, that make it."""
