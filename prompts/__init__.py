"""The prompts, one Markdown file per step id; `dossier.prompt_files` reads them, nothing else belongs here."""
