"""How a dossier leaves the product: JSON, Markdown, one HTML page, CSV, a bundle with sources, and files of a run."""
