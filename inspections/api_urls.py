"""/api/v1/visits/"""

from rest_framework.routers import SimpleRouter

from inspections.api import VisitViewSet

router = SimpleRouter(use_regex_path=False)
router.register("visits", VisitViewSet, basename="visit")
urlpatterns = router.urls
