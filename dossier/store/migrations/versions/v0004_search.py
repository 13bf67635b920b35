"""The full-text index over titles and texts of sources, kept by triggers.

The index holds the words that `dossier.ranking.normal_form` gave, so it tokenises as the ranking does: no
stemming, no stop words, no configuration of a language on either database.
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

# PostgreSQL: the words of a source as a tsvector, in a narrow table of its own, because counting matches there
# does not touch the texts. A tsvector takes words of 2 kB and 1 MB in all: longer words stand in it cut, with an
# asterisk (no word has one), and a source with too many words (`whole` is false) holds just the asterisk. Both
# are only proposals; the query compares them with the text.
_POSTGRESQL = (
    """
    CREATE TABLE v2_sources_fts (
        id integer CONSTRAINT pk_v2_sources_fts PRIMARY KEY
            CONSTRAINT fk_v2_sources_fts_id REFERENCES v2_sources (id) ON DELETE CASCADE,
        words tsvector NOT NULL,
        whole boolean NOT NULL
    ) WITH (toast_tuple_target = 128)
    """,
    """
    CREATE FUNCTION v2_source_words(all_words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT array_to_tsvector(coalesce(array_agg(
            CASE WHEN char_length(word) > 200 THEN left(word, 200) || '*' ELSE word END
        ), '{}'))
        FROM (
            SELECT DISTINCT word COLLATE "C" AS word
            FROM unnest(string_to_array(all_words, ' ')) AS word WHERE word <> ''
        ) AS distinct_words
        HAVING octet_length(all_words) < 1000000 OR coalesce(sum(octet_length(word)), 0) < 1000000
    $$
    """,
    """
    CREATE FUNCTION v2_sources_fts_keep() RETURNS trigger
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
        indexed tsvector := v2_source_words(new.title_terms || new.terms);
    BEGIN
        INSERT INTO v2_sources_fts (id, words, whole)
        VALUES (new.id, coalesce(indexed, array_to_tsvector(ARRAY['*'])), indexed IS NOT NULL)
        ON CONFLICT (id) DO UPDATE SET words = excluded.words, whole = excluded.whole;
        RETURN NULL;
    END
    $$
    """,
    "CREATE INDEX ix_v2_sources_fts_words ON v2_sources_fts USING gin (words)",
    "ALTER TABLE v2_sources ALTER COLUMN terms SET STORAGE EXTERNAL",  # read more often than written: not compressed
    "CREATE TRIGGER v2_sources_fts_insert AFTER INSERT ON v2_sources "
    "FOR EACH ROW EXECUTE FUNCTION v2_sources_fts_keep()",
    "CREATE TRIGGER v2_sources_fts_update AFTER UPDATE OF title_terms, terms ON v2_sources "
    "FOR EACH ROW EXECUTE FUNCTION v2_sources_fts_keep()",
)
_POSTGRESQL_DOWN = (
    "ALTER TABLE v2_sources ALTER COLUMN terms SET STORAGE EXTENDED",
    "DROP TRIGGER v2_sources_fts_update ON v2_sources",
    "DROP TRIGGER v2_sources_fts_insert ON v2_sources",
    "DROP FUNCTION v2_sources_fts_keep()",
    "DROP TABLE v2_sources_fts",
    "DROP FUNCTION v2_source_words(text)",
)


def upgrade() -> None:
    """Make the index and its triggers; sources that are there already are taken in."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _POSTGRESQL:
            op.execute(statement)
        op.execute("UPDATE v2_sources SET terms = terms")
        return
    op.execute(
        "CREATE VIRTUAL TABLE v2_sources_fts USING fts5("
        "title_terms, terms, content='v2_sources', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    for name, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    """Drop the triggers and the index."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _POSTGRESQL_DOWN:
            op.execute(statement)
        return
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE v2_sources_fts")
