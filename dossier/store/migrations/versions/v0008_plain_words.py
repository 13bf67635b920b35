"""SQLite's full-text index takes words as they are: between blanks, whatever letters they have.

Its Unicode tables know fewer letters than Python's: a word in a younger script fell apart there. PostgreSQL's index
never read characters.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the index anew with the plain tokeniser, for which only ASCII has separators."""
    _rebuild("ascii")


def downgrade() -> None:
    """Build it anew as it was."""
    _rebuild("unicode61 remove_diacritics 2")


def _rebuild(tokenizer: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TABLE v2_sources_fts")
    op.execute(
        "CREATE VIRTUAL TABLE v2_sources_fts USING fts5("
        f"title_terms, terms, content='v2_sources', content_rowid='id', tokenize='{tokenizer}')"
    )
    op.execute("INSERT INTO v2_sources_fts(v2_sources_fts) VALUES ('rebuild')")
