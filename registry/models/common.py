"""What the tables of the registers share."""

import json

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

uid_validator = RegexValidator(r"^[0-9A-Za-z._-]{1,64}\Z", "编号只能用字母、数字和 . _ -，1 至 64 位。")


def one_of(field: str, name: str, values: str) -> models.CheckConstraint:
    """A CHECK behind a `choices`: the database refuses a value nobody named. `values` are words; "-" is the empty one."""
    allowed = ["" if word == "-" else word for word in values.split()]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": allowed}), name=name)


class ReadableJSON(json.JSONEncoder):
    """Chinese is stored as Chinese, so that a search inside the text finds it on SQLite too."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "ensure_ascii": False})  # type: ignore[arg-type]
