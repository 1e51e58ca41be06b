"""Staff pages under /desk/."""

from django.urls import URLPattern

app_name = "personnel"

urlpatterns: list[URLPattern] = []
