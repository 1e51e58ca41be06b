"""Accounts under /desk/accounts/."""

from django.urls import path

from foundation.organisation import views

app_name = "organisation"

urlpatterns = [
    path("accounts/", views.users, name="users"),
    path("accounts/new/", views.create, name="create"),
    path("accounts/<int:user_id>/", views.account, name="user"),
    path("accounts/<int:user_id>/grant/", views.grant, name="grant"),
    path("accounts/<int:user_id>/revoke/", views.revoke, name="revoke"),
    path("accounts/<int:user_id>/unit/", views.move, name="move"),
    path("accounts/<int:user_id>/active/", views.active, name="active"),
]
