"""The ceremony under /draw/<number>/."""

from django.urls import URLPattern

app_name = "live"

urlpatterns: list[URLPattern] = []
