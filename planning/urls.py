"""Staff pages under /desk/."""

from django.urls import URLPattern, path

from planning.views import calendar, feasibility, overlaps, plans, quotas, simulation

app_name = "planning"

urlpatterns: list[URLPattern] = [
    path("plans/", plans.plan_list, name="plans"),
    path("plans/new/", plans.plan_new, name="plan_new"),
    path("plans/tasks/<int:task_id>/", plans.task, name="task"),
    path("plans/tasks/<int:task_id>/manual/", plans.manual, name="manual"),
    path("plans/<int:plan_id>/", plans.plan, name="plan"),
    path("plans/<int:plan_id>/submit/", plans.submit, name="submit"),
    path("plans/<int:plan_id>/approve/", plans.approve, name="approve"),
    path("plans/<int:plan_id>/return/", plans.return_, name="return"),
    path("plans/<int:plan_id>/issue/", plans.issue, name="issue"),
    path("plans/<int:plan_id>/file/", plans.file, name="file"),
    path("plans/<int:plan_id>/amend/", plans.amend, name="amend"),
    path("plans/<int:plan_id>/recalculate/", plans.recalculate, name="recalculate"),
    path("plans/<int:plan_id>/xlsx/", plans.xlsx, name="plan_xlsx"),
    path("plans/<int:plan_id>/pdf/", plans.pdf, name="plan_pdf"),
    path("plans/<int:plan_id>/feasibility/", feasibility.page, name="feasibility"),
    path("plans/<int:plan_id>/feasibility/xlsx/", feasibility.xlsx, name="feasibility_xlsx"),
    path("plans/<int:plan_id>/simulation/", simulation.simulation, name="simulation"),
    path("plans/<int:plan_id>/simulation/start/", simulation.start, name="simulation_start"),
    path(
        "plans/<int:plan_id>/simulation/<int:run>/progress/", simulation.progress, name="simulation_progress"
    ),
    path("plans/<int:plan_id>/simulation/file/", simulation.export, name="simulation_export"),
    path("overlaps/", overlaps.page, name="overlaps"),
    path("overlaps/file/", overlaps.export, name="overlaps_export"),
    path("calendar/", calendar.page, name="calendar"),
    path("calendar/done/", calendar.done, name="calendar_done"),
    path("calendar/<int:year>.ics", calendar.ics, name="calendar_ics"),
    path("quarters/", quotas.quotas, name="quotas"),
    path("quarters/overrides/", quotas.overrides, name="overrides"),
    path("quarters/overrides/<int:override_id>/", quotas.decide, name="decide"),
    path("quarters/<str:period>/", quotas.quota_period, name="quota_period"),
    path("quarters/<str:period>/confirm/", quotas.confirm, name="confirm"),
    path("quarters/<str:period>/xlsx/", quotas.xlsx, name="quota_xlsx"),
    path("quarters/<str:period>/<slug:line>/<int:unit>/", quotas.line, name="line"),
    path("quarters/<str:period>/<slug:line>/<int:unit>/ask/", quotas.ask, name="ask"),
]
