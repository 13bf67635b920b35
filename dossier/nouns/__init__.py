"""The nouns of the product by stage; import them from `dossier.models`."""
