"""Many rows of one table in one statement, without building a model for each."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models, router

_ROWS = 5000


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """INSERT rows given as values in the order of the field names; fields left out take their defaults.

    Constraints are the database's; nothing else is checked, so the values must have been.
    """
    connection = connections[router.db_for_write(model)]
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    left = [
        f
        for f in model._meta.local_concrete_fields
        if f not in fields and not f.primary_key and not f.generated
    ]
    defaults = [field.get_db_prep_save(field.get_default(), connection) for field in left]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in (*fields, *left))
    places = ", ".join(["%s"] * (len(fields) + len(left)))
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 names of our own model
    save = [field.get_db_prep_save for field in fields]
    ready = [
        (*(prepare(value, connection) for prepare, value in zip(save, row, strict=True)), *defaults)
        for row in rows
    ]
    with connection.cursor() as cursor:
        for start in range(0, len(ready), _ROWS):
            cursor.executemany(sql, ready[start : start + _ROWS])
