"""Scores of labelled sets by the pipeline's own functions, one module per name of `dossier eval`."""
