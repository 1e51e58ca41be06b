"""The inspector's phone under /m/."""

from django.urls import path

from inspections.views import drafts, phone, signing, swaps

app_name = "phone"

urlpatterns = [
    path("", phone.home, name="home"),
    path("swaps/", swaps.swaps, name="swaps"),
    path("swaps/<int:consent_id>/", swaps.answer, name="swap-answer"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("t/<int:visit_id>/", phone.visit, name="visit"),
    path("t/<int:visit_id>/arrive/", phone.arrive, name="arrive"),
    path("t/<int:visit_id>/status/", phone.status, name="status"),
    path("t/<int:visit_id>/items/", phone.items, name="items"),
    path("t/<int:visit_id>/items/<int:number>/", phone.item, name="item"),
    path("t/<int:visit_id>/evidence/", phone.evidence, name="evidence"),
    path("t/<int:visit_id>/evidence/<int:evidence_id>/", phone.evidence_file, name="evidence-file"),
    path("t/<int:visit_id>/finish/", phone.finish, name="finish"),
    path("t/<int:visit_id>/review/", signing.review, name="review"),
    path("t/<int:visit_id>/sign/", signing.sign, name="sign"),
    path("t/<int:visit_id>/done/", signing.done, name="done"),
]
