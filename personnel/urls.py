"""Staff pages under /desk/."""

from django.urls import URLPattern, path

from personnel.views import imports, people, steps

app_name = "personnel"

urlpatterns: list[URLPattern] = [
    path("inspectors/", people.inspectors, name="inspectors"),
    path("inspectors/export/<slug:fmt>/", people.export, name="export"),
    path("inspectors/template/", people.template, name="template"),
    path("inspectors/new/", people.create, name="create"),
    path("inspectors/imports/", imports.imports, name="imports"),
    path("inspectors/imports/new/", imports.upload, name="upload"),
    path("inspectors/imports/<int:batch_id>/", imports.batch, name="import"),
    path("inspectors/imports/<int:batch_id>/errors/", imports.errors, name="import_errors"),
    path("inspectors/imports/<int:batch_id>/correct/", imports.correct, name="import_correct"),
    path("inspectors/imports/<int:batch_id>/commit/", imports.commit, name="import_commit"),
    path("inspectors/imports/<int:batch_id>/undo/", imports.undo, name="import_undo"),
    path("inspectors/imports/<int:batch_id>/drop/", imports.drop, name="import_drop"),
    path("inspectors/<int:inspector_id>/", people.inspector, name="inspector"),
    path("inspectors/<int:inspector_id>/edit/", people.edit, name="edit"),
    path("inspectors/<int:inspector_id>/absences/", steps.absence, name="absence"),
    path(
        "inspectors/<int:inspector_id>/absences/<int:absence_id>/end/", steps.end_absence, name="end_absence"
    ),
    path("inspectors/<int:inspector_id>/deactivate/", steps.deactivate, name="deactivate"),
    path("inspectors/<int:inspector_id>/reactivate/", steps.reactivate, name="reactivate"),
    path("inspectors/<int:inspector_id>/account/", steps.link, name="link"),
]
