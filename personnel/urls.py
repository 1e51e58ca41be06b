"""Staff pages under /desk/."""

from django.urls import URLPattern, path

from foundation.intake.urls import intake_urls
from personnel.views import people, steps

app_name = "personnel"

urlpatterns: list[URLPattern] = [
    path("inspectors/", people.inspectors, name="inspectors"),
    path("inspectors/export/<slug:fmt>/", people.export, name="export"),
    path("inspectors/new/", people.create, name="create"),
    *intake_urls("inspectors", "inspectors/import/", "import"),
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
