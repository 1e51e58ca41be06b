"""A migration operation that makes the database itself refuse UPDATE and DELETE on a table.

Works on SQLite and PostgreSQL. `suspended` is for emptying whole tables: between tests, and when a backup replaces
everything (`restore --force`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation

MESSAGE = "这张表只能追加，不能修改或删除"


def statements(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("update", "delete")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def undo_statements(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_refuse()",
    ]


class AppendOnly(Operation):
    """AppendOnly("ledger", "entry") or AppendOnly model of the migration's own app by name."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: object) -> None:
        """Nothing changes in the model state."""

    def _table(self, app_label: str, state) -> str:
        return state.apps.get_model(app_label, self.model_name)._meta.db_table

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for sql in statements(schema_editor.connection.vendor, self._table(app_label, to_state)):
            schema_editor.execute(sql)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for sql in undo_statements(schema_editor.connection.vendor, self._table(app_label, from_state)):
            schema_editor.execute(sql)

    def describe(self) -> str:
        return f"{self.model_name} 只能追加"


def protected_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables that carry the triggers, as the database says."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type='trigger' AND name LIKE '%_no_update'"
            )
        else:
            cursor.execute(
                "SELECT DISTINCT event_object_table FROM information_schema.triggers WHERE trigger_name LIKE '%_no_change'"
            )
        return sorted(row[0] for row in cursor.fetchall())


@contextmanager
def suspended(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Triggers off inside the block. Only for the test runner and for `restore --force`, which records what it did."""
    tables = protected_tables(connection)
    _run(connection, [sql for table in tables for sql in undo_statements(connection.vendor, table)])
    try:
        yield
    finally:
        _run(connection, [sql for table in tables for sql in statements(connection.vendor, table)])


def _run(connection: BaseDatabaseWrapper, sqls: list[str]) -> None:
    with connection.cursor() as cursor:
        for sql in sqls:
            cursor.execute(sql)
