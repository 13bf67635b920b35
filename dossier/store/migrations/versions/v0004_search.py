"""The full-text index over titles and texts of sources, kept by triggers.

The index holds the words that `dossier.ranking.normal_form` gave, so it tokenises as the ranking does.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSERT = "INSERT INTO v2_sources_fts(rowid, title_terms, terms) VALUES (new.id, new.title_terms, new.terms)"
_DELETE = (
    "INSERT INTO v2_sources_fts(v2_sources_fts, rowid, title_terms, terms) "
    "VALUES ('delete', old.id, old.title_terms, old.terms)"
)
_TRIGGERS = {
    "v2_sources_fts_insert": f"AFTER INSERT ON v2_sources BEGIN {_INSERT}; END",
    "v2_sources_fts_delete": f"AFTER DELETE ON v2_sources BEGIN {_DELETE}; END",
    "v2_sources_fts_update": (f"AFTER UPDATE OF title_terms, terms ON v2_sources BEGIN {_DELETE}; {_INSERT}; END"),
}


def upgrade() -> None:
    """Make the index and its triggers."""
    op.execute(
        "CREATE VIRTUAL TABLE v2_sources_fts USING fts5("
        "title_terms, terms, content='v2_sources', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    for name, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """Drop the triggers and the index."""
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE v2_sources_fts")
