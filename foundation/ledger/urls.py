"""Staff pages under /desk/."""

from django.urls import URLPattern

app_name = "ledger"

urlpatterns: list[URLPattern] = []
