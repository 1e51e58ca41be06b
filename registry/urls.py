"""Staff pages under /desk/: objects (检查对象, and keeping them true), objects/import (导入), matters (抽查事项)."""

from django.urls import path

from foundation.intake.urls import intake_urls
from registry.views import (
    bases,
    changes,
    dossier,
    finding,
    item_parts,
    item_tables,
    items,
    quality,
    reviews,
    targets,
)

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
upkeep_urls = [
    path("objects/changes/", changes.changes, name="changes"),
    path("objects/changes/export/", changes.export, name="export-changes"),
    path("objects/changes/batch/<int:batch_id>/approve/", changes.approve_batch, name="approve-batch"),
    path("objects/changes/batch/<int:batch_id>/return/", changes.return_batch, name="return-batch"),
    path("objects/changes/<int:change_id>/approve/", changes.approve, name="approve-change"),
    path("objects/changes/<int:change_id>/return/", changes.send_back, name="return-change"),
    path("objects/changes/<int:change_id>/withdraw/", changes.withdraw, name="withdraw-change"),
    path("objects/<int:target_id>/permits/new/", dossier.permit, name="permit"),
    path("objects/<int:target_id>/ratings/new/", dossier.rating, name="rating"),
    path("objects/<int:target_id>/labels/", dossier.labels, name="labels"),
    path("objects/entities/", dossier.entities, name="entities"),
    path("objects/entities/export/", dossier.export_entities, name="export-entities"),
    path("objects/entities/<int:entity_id>/", dossier.entity, name="entity"),
    path("objects/labels/", dossier.terms, name="terms"),
    path("objects/labels/seed/", dossier.seed_terms, name="seed-terms"),
    path("objects/labels/export/", dossier.export_terms, name="export-terms"),
    path("objects/quality/", quality.report, name="quality"),
    path("objects/quality/export/", quality.export_report, name="export-quality"),
    path("objects/duplicates/", quality.pairs, name="duplicates"),
    path("objects/duplicates/export/", quality.export_pairs, name="export-duplicates"),
    path("objects/duplicates/merge/", quality.merge, name="merge"),
    path("objects/duplicates/apart/", quality.apart, name="apart"),
    path("objects/duplicates/<int:merge_id>/undo/", quality.unmerge, name="unmerge"),
    path("objects/completeness/", quality.completeness, name="completeness"),
    path("objects/completeness/<int:comparison_id>/", quality.comparison, name="comparison"),
    path(
        "objects/completeness/<int:comparison_id>/export/",
        quality.export_comparison,
        name="export-comparison",
    ),
    path("objects/completeness/expected/export/", quality.export_expected, name="export-expected"),
    path("objects/tiers/", quality.tiers, name="preview"),
    path("objects/tiers/export/", quality.export_tiers, name="export-preview"),
    path("objects/filters/save/", finding.save, name="save-filter"),
    path("objects/filters/<int:saved_id>/drop/", finding.drop, name="drop-filter"),
    path("objects/batch/", finding.batch, name="batch"),
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
    path("matters/<int:item_id>/revise/", item_parts.revise, name="revise-item"),
    path("matters/<int:item_id>/repeal/", items.repeal, name="repeal-item"),
    path("matters/<int:item_id>/points/", item_parts.points, name="item-points"),
    path("matters/<int:item_id>/scopes/", item_parts.scopes, name="item-scopes"),
    path("matters/<int:item_id>/history/", item_parts.history, name="item-history"),
    path("matters/<int:item_id>/history/export/", item_parts.export_history, name="export-item-history"),
    path("matters/contents/", item_tables.groups, name="item-groups"),
    path("matters/contents/export/", item_tables.export_groups, name="export-item-groups"),
    path("matters/table/<slug:kind>/", item_tables.table, name="item-table"),
    path("matters/table/<slug:kind>/xlsx/", item_tables.xlsx, name="item-table-xlsx"),
    path("matters/table/<slug:kind>/pdf/", item_tables.pdf, name="item-table-pdf"),
]
basis_urls = [
    path("matters/bases/", bases.bases, name="bases"),
    path("matters/bases/export/", bases.export, name="export-bases"),
    path("matters/bases/new/", bases.record, name="record-basis"),
    path("matters/bases/<int:basis_id>/", bases.record, name="edit-basis"),
    path("matters/bases/remap/", bases.propose, name="propose-remap"),
    path("matters/bases/remap/<int:remap_id>/", bases.remap, name="remap"),
    path("matters/bases/remap/<int:remap_id>/confirm/", bases.confirm, name="confirm-remap"),
    path("matters/bases/remap/<int:remap_id>/drop/", bases.drop, name="drop-remap"),
    path("matters/bases/remap/<int:remap_id>/undo/", bases.undo, name="undo-remap"),
    path("matters/bases/remap/<int:remap_id>/publish/", bases.publish, name="publish-remap"),
]
urlpatterns = target_urls + upkeep_urls + import_urls + item_urls + basis_urls
