"""/api/v1/inspectors/."""

from rest_framework.routers import SimpleRouter

from personnel.api import InspectorViewSet

router = SimpleRouter(use_regex_path=False)
router.register("inspectors", InspectorViewSet, basename="api-inspectors")

urlpatterns = router.urls
