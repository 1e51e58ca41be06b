"""Under /api/v1/open/."""

from django.urls import URLPattern, path

from disclosure import api

app_name = "open-api"

urlpatterns: list[URLPattern] = [
    path("results/", api.Results.as_view(), name="results"),
    path("draws/", api.Draws.as_view(), name="draws"),
]
