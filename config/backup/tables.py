"""Which tables a backup holds, and one row as a line of JSON."""

import base64
import json
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

CHUNK = 1000
# Made anew by the migrations, or worth nothing after a restore: people sign in again.
LEFT_OUT = {"contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions", "sessions.Session"}  # fmt: skip
# Filled by the migrations, or by whoever tried the login page: rows here do not make a database "in use".
UNCLAIMED = {
    "workdays.HolidayYear", "workdays.Holiday",
    "axes.AccessAttempt", "axes.AccessAttemptExpiration", "axes.AccessLog", "axes.AccessFailureLog",
}  # fmt: skip

Model = type[models.Model]


def held() -> list[Model]:
    """Every table of the installation but `LEFT_OUT`, many-to-many tables included, in a fixed order."""
    found = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    kept = (model for model in found if not model._meta.proxy and model._meta.label not in LEFT_OUT)
    return sorted(kept, key=lambda model: model._meta.label_lower)


def stored(model: Model) -> list[models.Field]:
    """Columns that hold something of their own; what the database computes from the others comes back by itself."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def columns(model: Model) -> list[str]:
    return [field.attname for field in stored(model)]


def migrations() -> list[list[str]]:
    """What has been migrated, so that a backup is only restored into the same shape."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def lines(model: Model) -> Iterator[bytes]:
    rows = model._base_manager.order_by("pk").values_list(*columns(model))
    for row in rows.iterator(chunk_size=CHUNK):
        text = json.dumps(
            [_plain(value) for value in row], ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
        yield text.encode() + b"\n"


def _plain(value: Any) -> Any:
    """JSON form that the field's own `to_python` reads back; JSON columns are JSON already."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value


def insert(model: Model, rows: list[list[Any]]) -> None:
    """Rows exactly as they were: no defaults, no signals, keys included."""
    fields = stored(model)
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [[_stored(field, value) for field, value in zip(fields, row, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        # Names come from the models, values are parameters.
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", values)  # noqa: S608


def _stored(field: models.Field, value: Any) -> Any:
    plain = value if isinstance(field, models.JSONField) or value is None else _typed(field).to_python(value)
    return field.get_db_prep_save(plain, connection)


def _typed(field: models.Field) -> models.Field:
    """The field whose values a foreign key holds."""
    return _typed(field.target_field) if isinstance(field, models.ForeignKey) else field


def empty(model: Model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
