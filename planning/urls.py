"""Staff pages under /desk/."""

from django.urls import URLPattern, path

from planning.views import (
    account,
    agreements,
    calendar,
    exceptions,
    feasibility,
    overlaps,
    plans,
    quotas,
    simulation,
)

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
    path("plans/<int:plan_id>/details/", agreements.details, name="details"),
    path("plans/<int:plan_id>/months/", agreements.monthly, name="months"),
    path("plans/<int:plan_id>/participants/", agreements.add, name="participant_add"),
    path("plans/participants/<int:participant_id>/remove/", agreements.remove, name="participant_remove"),
    path("plans/participants/<int:participant_id>/agree/", agreements.agree, name="participant_agree"),
    path("plans/tasks/<int:task_id>/drop/", agreements.drop, name="drop"),
    path("plans/numbers/<int:number_id>/months/", agreements.set_months, name="set_months"),
    path("plans/<int:plan_id>/xlsx/", plans.xlsx, name="plan_xlsx"),
    path("plans/<int:plan_id>/docx/", plans.docx, name="plan_docx"),
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
    path("quarters/year/<int:year>/", account.account, name="account"),
    path("quarters/year/<int:year>/xlsx/", account.xlsx, name="account_xlsx"),
    path("quarters/make-up/<int:quota_id>/", account.make_up, name="make_up"),
    path("quarters/overrides/xlsx/", exceptions.xlsx, name="overrides_xlsx"),
    path("quarters/overrides/", exceptions.overrides, name="overrides"),
    path("quarters/overrides/<int:override_id>/", exceptions.decide, name="decide"),
    path("quarters/<str:period>/", quotas.quota_period, name="quota_period"),
    path("quarters/<str:period>/confirm/", quotas.confirm, name="confirm"),
    path("quarters/<str:period>/xlsx/", quotas.xlsx, name="quota_xlsx"),
    path("quarters/<str:period>/<slug:line>/<int:unit>/", quotas.line, name="line"),
    path("quarters/<str:period>/<slug:line>/<int:unit>/ask/", quotas.ask, name="ask"),
]
