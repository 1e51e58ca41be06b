"""Staff pages under /desk/."""

from django.urls import path

from inspections.views import people, rectify, results, tasks

app_name = "inspections"

urlpatterns = [
    path("performance/", people.performance, name="people"),
    path("performance/recount/", people.recount, name="people-recount"),
    path("tasks/", tasks.visits, name="visits"),
    path("tasks/export/", tasks.export, name="visits-export"),
    path("tasks/create/", tasks.create, name="create"),
    path("tasks/<int:visit_id>/", tasks.visit, name="visit"),
    path("tasks/<int:visit_id>/dispatch/", tasks.dispatch, name="dispatch"),
    path("tasks/<int:visit_id>/waive/", tasks.waive, name="waive"),
    path("tasks/<int:visit_id>/reopen/", tasks.reopen, name="reopen"),
    path("tasks/<int:visit_id>/papers/", tasks.papers, name="papers"),
    path("tasks/<int:visit_id>/evidence/<int:evidence_id>/", tasks.evidence, name="evidence"),
    path("results/", results.reviews, name="reviews"),
    path("results/<int:visit_id>/", results.review, name="review"),
    path("results/<int:visit_id>/pass/", results.passed, name="pass"),
    path("results/<int:visit_id>/return/", results.returned, name="return"),
    path("rectify/", rectify.followups, name="followups"),
    path("rectify/export/", rectify.export, name="followups-export"),
    path("rectify/<int:followup_id>/", rectify.followup, name="followup"),
    path("rectify/<int:followup_id>/close/", rectify.close, name="followup-close"),
]
