"""One's own conflicts of interest on the phone, under /m/."""

from django.urls import path

from draws.views import conflicts

app_name = "mine"
PHONE = {"phone": True}

urlpatterns = [
    path("conflicts/", conflicts.conflicts, PHONE, name="conflicts"),
    path("conflicts/new/", conflicts.new, PHONE, name="conflict-new"),
    path("conflicts/confirm/", conflicts.confirm, PHONE, name="conflicts-confirm"),
    path("conflicts/<int:conflict>/again/", conflicts.again, PHONE, name="conflict-again"),
    path("conflicts/<int:conflict>/ask/", conflicts.ask, PHONE, name="conflict-ask"),
    path("conflicts/<int:conflict>/files/<int:file_id>/", conflicts.file, PHONE, name="conflict-file"),
]
