"""What an enterprise sees when it scans the notice, under /e/."""

from django.urls import URLPattern

app_name = "enterprise"

urlpatterns: list[URLPattern] = []
