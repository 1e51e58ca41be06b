"""PostgreSQL only: an index over the pieces of the search text. SQLite reads through its twenty thousand rows."""

# Two neighbouring characters with a Chinese one among them; three neighbouring ASCII ones. What contains a word
# contains all pieces of the word. COST: reading a row's text in pieces is dear, so the index is preferred.
FUNCTION = """
CREATE OR REPLACE FUNCTION registry_pieces(t text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
    SELECT coalesce(array_agg(DISTINCT piece), '{}') FROM (
        SELECT CASE WHEN octet_length(c || d) > length(c || d) THEN c || d
                    WHEN octet_length(e) = 1 THEN c || d || e END AS piece
        FROM (
            SELECT c, lead(c) OVER w AS d, lead(c, 2) OVER w AS e
            FROM unnest(string_to_array(t, NULL)) WITH ORDINALITY AS chars(c, n)
            WINDOW w AS (ORDER BY n)
        ) AS neighbours
    ) AS pieces
    WHERE piece IS NOT NULL
$$
"""
INDEX = "CREATE INDEX target_by_pieces ON registry_target USING gin (registry_pieces(search)) WITH (fastupdate = on)"


def build(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(FUNCTION)
        editor.execute(INDEX)


def drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX IF EXISTS target_by_pieces")
        editor.execute("DROP FUNCTION IF EXISTS registry_pieces(text)")
