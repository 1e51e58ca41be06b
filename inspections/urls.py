"""Staff pages under /desk/."""

from django.urls import path

from foundation.intake.urls import intake_urls
from inspections.views import audits, beside, duty, filing, handing, people, rectify, results, special, tasks

app_name = "inspections"

urlpatterns = [
    *intake_urls("field", "tasks/import/", "import-field"),
    path("performance/", people.performance, name="people"),
    path("performance/state/", duty.state, name="duty"),
    path("performance/recount/", people.recount, name="people-recount"),
    path("tasks/", tasks.visits, name="visits"),
    path("tasks/export/", tasks.export, name="visits-export"),
    path("tasks/create/", tasks.create, name="create"),
    path("tasks/<int:visit_id>/", tasks.visit, name="visit"),
    path("tasks/<int:visit_id>/dispatch/", tasks.dispatch, name="dispatch"),
    path("tasks/<int:visit_id>/assistants/add/", tasks.add_assistant, name="add-assistant"),
    path(
        "tasks/<int:visit_id>/assistants/<int:helper_id>/remove/",
        tasks.remove_assistant,
        name="remove-assistant",
    ),
    path("tasks/<int:visit_id>/waive/", tasks.waive, name="waive"),
    path("tasks/<int:visit_id>/reopen/", tasks.reopen, name="reopen"),
    path("tasks/<int:visit_id>/papers/", tasks.papers, name="papers"),
    path("tasks/<int:visit_id>/evidence/<int:evidence_id>/", tasks.evidence, name="evidence"),
    path("tasks/<int:visit_id>/monitoring/", beside.arrange, name="monitoring-arrange"),
    path("tasks/<int:visit_id>/monitoring/<int:monitoring_id>/", beside.record, name="monitoring-record"),
    path(
        "tasks/<int:visit_id>/monitoring/<int:monitoring_id>/cancel/", beside.cancel, name="monitoring-cancel"
    ),
    path("tasks/<int:visit_id>/monitoring/files/<int:file_id>/", beside.file, name="monitoring-file"),
    path("tasks/<int:visit_id>/partners/", beside.add_partner, name="partner-add"),
    path(
        "tasks/<int:visit_id>/partners/<int:partner_id>/remove/", beside.remove_partner, name="partner-remove"
    ),
    path("tasks/<int:visit_id>/file/", filing.file_case, name="file-case"),
    path("tasks/cases/", filing.cases, name="cases"),
    path("tasks/cases/export/", filing.export, name="cases-export"),
    path("tasks/cases/<int:case_id>.zip", filing.package, name="case-package"),
    path("tasks/special/", special.specials, name="specials"),
    path("tasks/special/export/", special.export, name="specials-export"),
    path("tasks/special/new/", special.new, name="special-new"),
    path("tasks/special/<int:special_id>/", special.special, name="special"),
    path("tasks/special/<int:special_id>/decide/", special.decide, name="special-decide"),
    path("tasks/special/<int:special_id>/finish/", special.finish, name="special-finish"),
    path("audits/", audits.audits, name="audits"),
    path("audits/export/", audits.export, name="audits-export"),
    path("audits/new/", audits.new, name="audit-new"),
    path("audits/<int:audit_id>/", audits.audit, name="audit"),
    path("audits/<int:audit_id>/conclude/", audits.conclude, name="audit-conclude"),
    path("audits/<int:audit_id>/findings/<int:finding_id>/rectify/", audits.rectify, name="finding-rectify"),
    path("audits/<int:audit_id>/findings/<int:finding_id>/judge/", audits.judge, name="finding-judge"),
    path("results/", results.reviews, name="reviews"),
    path("results/<int:visit_id>/", results.review, name="review"),
    path("results/<int:visit_id>/pass/", results.passed, name="pass"),
    path("results/<int:visit_id>/return/", results.returned, name="return"),
    path("rectify/", rectify.followups, name="followups"),
    path("rectify/export/", rectify.export, name="followups-export"),
    path("rectify/<int:followup_id>/handover/", handing.new, name="handover-new"),
    path("rectify/handovers/", handing.handovers, name="handovers"),
    path("rectify/handovers/export/", handing.export, name="handovers-export"),
    path("rectify/handovers/<int:handover_id>/", handing.handover, name="handover"),
    path("rectify/handovers/<int:handover_id>/docx/", handing.as_word, name="handover-word"),
    path("rectify/<int:followup_id>/", rectify.followup, name="followup"),
    path("rectify/<int:followup_id>/close/", rectify.close, name="followup-close"),
]
