"""Staff pages under /desk/."""

from django.urls import URLPattern, path

from disclosure.views import objections, publish, stats

app_name = "disclosure"

urlpatterns: list[URLPattern] = [
    path("publish/", publish.publish, name="publish"),
    path("publish/refresh/", publish.refresh, name="refresh"),
    path("publish/batch/", publish.batch, name="batch"),
    path("publish/corrections/", publish.corrections, name="corrections"),
    path("publish/<int:task_id>/", publish.task, name="task"),
    path("publish/<int:task_id>/sheet/", publish.sheet, name="sheet"),
    path("publish/<int:task_id>/<slug:verb>/", publish.do, name="do"),
    path("objections/", objections.objections, name="objections"),
    path("objections/<int:objection_id>/", objections.objection, name="objection"),
    path("stats/", stats.stats, name="stats"),
    path("stats/rows/", stats.rows, name="stats_rows"),
    path("stats/table.xlsx", stats.table, name="stats_table"),
]
