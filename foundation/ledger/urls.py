"""The ledger under /desk/audit/."""

from django.urls import path

from foundation.ledger import views

app_name = "ledger"

urlpatterns = [
    path("audit/", views.entries, name="entries"),
    path("audit/verify/", views.verify, name="verify"),
    path("audit/export.csv", views.export, name="export"),
    path("audit/<int:seq>/", views.entry, name="entry"),
]
