"""The inspector's phone under /m/."""

from django.urls import URLPattern

app_name = "phone"

urlpatterns: list[URLPattern] = []
