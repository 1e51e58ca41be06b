"""Staff pages under /desk/: objects (检查对象), objects/import (导入), matters (抽查事项)."""

from django.urls import path

from foundation.intake.urls import intake_urls
from registry.views import items, reviews, targets

app_name = "registry"

target_urls = [
    path("objects/", targets.targets, name="targets"),
    path("objects/export/", targets.export, name="export"),
    path("objects/new/", targets.create, name="create"),
    path("objects/reviews/", reviews.reviews, name="reviews"),
    path("objects/reviews/export/", reviews.export, name="export-reviews"),
    path("objects/recompute/", targets.recompute, name="recompute"),
    path("objects/<int:target_id>/", targets.target, name="target"),
    path("objects/<int:target_id>/edit/", targets.edit, name="edit"),
    path("objects/<int:target_id>/status/", targets.change_status, name="status"),
    path("objects/<int:target_id>/flags/new/", targets.record_flag, name="flag"),
    path("objects/<int:target_id>/flags/<int:flag_id>/revoke/", targets.revoke_flag, name="revoke-flag"),
    path("objects/<int:target_id>/inspections/new/", targets.record_inspection, name="inspection"),
    path("objects/<int:target_id>/tier/", targets.override_tier, name="tier"),
    path("objects/<int:target_id>/tier/<int:assignment_id>/end/", targets.end_override, name="end-tier"),
]
import_urls = [
    *intake_urls("targets", "objects/import/", "import"),
    *intake_urls("items", "matters/import/", "import-items"),
]
item_urls = [
    path("matters/", items.items, name="items"),
    path("matters/export/", items.export, name="export-items"),
    path("matters/new/", items.create, name="create-item"),
    path("matters/<int:item_id>/", items.item, name="item"),
    path("matters/<int:item_id>/edit/", items.edit, name="edit-item"),
    path("matters/<int:item_id>/approve/", items.approve, name="approve-item"),
    path("matters/<int:item_id>/return/", items.send_back, name="return-item"),
    path("matters/<int:item_id>/publish/", items.publish, name="publish-item"),
    path("matters/<int:item_id>/revise/", items.revise, name="revise-item"),
    path("matters/<int:item_id>/repeal/", items.repeal, name="repeal-item"),
]
urlpatterns = target_urls + import_urls + item_urls
