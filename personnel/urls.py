"""Staff pages under /desk/."""

from django.urls import URLPattern, path

from foundation.intake.urls import intake_urls
from personnel.views import assistants, dated, overviews, people, steps, words

app_name = "personnel"

urlpatterns: list[URLPattern] = [
    path("inspectors/", people.inspectors, name="inspectors"),
    path("inspectors/export/<slug:fmt>/", people.export, name="export"),
    path("inspectors/new/", people.create, name="create"),
    path("inspectors/available/", overviews.available, name="available"),
    path("inspectors/certificates/", overviews.certificates, name="expiry"),
    path("inspectors/headcount/", overviews.heads, name="heads"),
    *intake_urls("inspectors", "inspectors/import/", "import"),
    path("inspectors/specialities/", words.words, name="words"),
    path("inspectors/specialities/add/", words.add_word, name="word_add"),
    path("inspectors/specialities/replace/", words.replace_word, name="word_replace"),
    path("inspectors/specialities/<int:word_id>/retire/", words.retire_word, name="word_retire"),
    path("inspectors/staff/", words.staff, name="staff"),
    path("inspectors/staff/omit/", words.omit, name="omit"),
    path("inspectors/staff/<int:omission_id>/end/", words.end_omission, name="omission_end"),
    path("inspectors/assistants/", assistants.assistants, name="assistants"),
    path("inspectors/assistants/export/<slug:fmt>/", assistants.export, name="assistants_export"),
    path("inspectors/assistants/new/", assistants.create, name="assistant_create"),
    *intake_urls("assistants", "inspectors/assistants/import/", "import-assistants"),
    path("inspectors/assistants/<int:assistant_id>/", assistants.edit, name="assistant_edit"),
    path("inspectors/assistants/<int:assistant_id>/end/", assistants.end, name="assistant_end"),
    path("inspectors/<int:inspector_id>/", people.inspector, name="inspector"),
    path("inspectors/<int:inspector_id>/edit/", people.edit, name="edit"),
    path("inspectors/<int:inspector_id>/absences/", steps.absence, name="absence"),
    path(
        "inspectors/<int:inspector_id>/absences/<int:absence_id>/end/", steps.end_absence, name="end_absence"
    ),
    path("inspectors/<int:inspector_id>/deactivate/", steps.deactivate, name="deactivate"),
    path("inspectors/<int:inspector_id>/reactivate/", steps.reactivate, name="reactivate"),
    path("inspectors/<int:inspector_id>/leave/", dated.leave, name="leave"),
    path("inspectors/<int:inspector_id>/certificates/new/", dated.new_certificate, name="certificate_new"),
    path(
        "inspectors/<int:inspector_id>/certificates/<int:certificate_id>/",
        dated.certificate,
        name="certificate",
    ),
    path(
        "inspectors/<int:inspector_id>/certificates/<int:certificate_id>/revoke/",
        dated.revoke,
        name="certificate_revoke",
    ),
    path("inspectors/<int:inspector_id>/postings/new/", dated.new_posting, name="posting_new"),
    path("inspectors/<int:inspector_id>/postings/<int:posting_id>/", dated.posting, name="posting"),
    path("inspectors/<int:inspector_id>/account/", steps.link, name="link"),
]
