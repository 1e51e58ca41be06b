"""Staff pages under /desk/."""

from django.urls import URLPattern

app_name = "registry"

urlpatterns: list[URLPattern] = []
