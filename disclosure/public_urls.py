"""The public portal under /open/."""

from django.urls import URLPattern

app_name = "open"

urlpatterns: list[URLPattern] = []
