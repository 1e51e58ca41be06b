"""/api/v1/… and its description at /api/schema/."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from registry.api import ItemViewSet, TargetViewSet

router = SimpleRouter(use_regex_path=False)
router.register("targets", TargetViewSet, basename="target")
router.register("items", ItemViewSet, basename="item")

urlpatterns = [
    path("v1/", include(router.urls)),
    path(
        "schema/",
        login_not_required(SpectacularAPIView.as_view(permission_classes=[AllowAny])),
        name="api-schema",
    ),
    path("v1/", include("personnel.api_urls")),
    path("v1/", include("planning.api_urls")),
    path("v1/", include("inspections.api_urls")),
    path("v1/open/", include("disclosure.api_urls")),
]
