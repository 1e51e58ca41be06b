"""Below /api/v1/."""

from django.urls import URLPattern, path

from planning import api

urlpatterns: list[URLPattern] = [
    path("plans/", api.Plans.as_view(), name="api-plans"),
    path("plans/<int:pk>/", api.Plan.as_view(), name="api-plan"),
    path("quotas/", api.Quotas.as_view(), name="api-quotas"),
]
