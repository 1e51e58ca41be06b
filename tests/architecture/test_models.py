"""The house rules that hold for every table."""

import re

import pytest
from django.apps import apps
from django.db import models

OURS = [m for m in apps.get_models() if m.__module__.split(".")[0] in {
    "foundation", "registry", "personnel", "planning", "draws", "inspections", "disclosure",
}]  # fmt: skip
CHINESE = re.compile(r"[一-鿿]")
TECHNICAL = {"id", "password", "last_login"}
ORDER = ["foundation", "registry", "personnel", "planning", "draws", "inspections", "disclosure"]


@pytest.mark.once
@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_every_model_and_field_has_a_chinese_name(model):
    assert CHINESE.search(str(model._meta.verbose_name))
    missing = [
        f.name for f in model._meta.get_fields()
        if isinstance(f, models.Field) and f.name not in TECHNICAL and not CHINESE.search(str(f.verbose_name))
    ]  # fmt: skip
    assert not missing


@pytest.mark.once
@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_nothing_is_deleted_by_cascade(model):
    keys = [f for f in model._meta.get_fields() if isinstance(f, (models.ForeignKey, models.OneToOneField))]
    assert [f.name for f in keys if f.remote_field.on_delete is not models.PROTECT] == []


@pytest.mark.once
@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_a_lower_app_cannot_reach_an_upper_one(model):
    own = model.__module__.split(".")[0]
    for f in model._meta.get_fields():
        if not isinstance(
            f, (models.ForeignKey, models.ManyToManyField)
        ) or not f.related_model.__module__.startswith(tuple(ORDER)):
            continue
        target = f.related_model.__module__.split(".")[0]
        assert ORDER.index(target) <= ORDER.index(own)
        if target != own:
            assert f.remote_field.related_name.endswith("+"), (
                f"{model._meta.label}.{f.name} 应写 related_name='+'"
            )
