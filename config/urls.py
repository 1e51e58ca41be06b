"""Front doors: /open/ public, /draw/ ceremony, /desk/ staff, /m/ phone, /e/ enterprise, /api/v1/ machines."""

from django.urls import include, path

from config import favicon, gallery, health, home
from config.holidays import views as holidays
from disclosure.public import sitemap
from planning import rulebook_views

urlpatterns = [
    path("", home.front, name="front"),
    path("login/", home.Login.as_view(), name="login"),
    path("logout/", home.Logout.as_view(), name="logout"),
    path("desk/password/", home.PasswordChange.as_view(), name="password"),
    path("desk/", home.desk, name="desk"),
    path("desk/_ui/", gallery.components, name="ui"),
    path("desk/_ui/progress/", gallery.progress, name="ui-progress"),
    path("desk/_ui/<slug:layout>/", gallery.layout, name="ui-layout"),
    path("desk/rulebook/", rulebook_views.rulebook, name="rulebook"),
    path("desk/rulebook/notes/new/", rulebook_views.new_note, name="rule-note-new"),
    path("desk/rulebook/notes/export/", rulebook_views.export_notes, name="rule-notes-export"),
    path(
        "desk/rulebook/notes/<int:note_id>/withdraw/", rulebook_views.withdraw_note, name="rule-note-withdraw"
    ),
    path("open/rulebook/", rulebook_views.open_rulebook, name="open-rulebook"),
    path("desk/settings/", holidays.settings, name="settings"),
    path("desk/settings/holidays/check/", holidays.check, name="settings-check"),
    path("desk/settings/holidays/enter/", holidays.enter, name="settings-enter"),
    path("desk/settings/holidays/<int:year>.csv", holidays.year_file, name="settings-year"),
    path("desk/", include("registry.urls")),
    path("desk/", include("personnel.urls")),
    path("desk/", include("planning.urls")),
    path("desk/", include("draws.urls")),
    path("desk/", include("inspections.urls")),
    path("desk/", include("disclosure.urls")),
    path("desk/", include("foundation.ledger.urls")),
    path("desk/", include("foundation.organisation.urls")),
    path("desk/documents/", include("foundation.documents.urls")),
    path("draw/", include("draws.live_urls")),
    path("m/", include("inspections.phone_urls")),
    path("m/", include("draws.phone_urls")),
    path("e/", include("inspections.enterprise_urls")),
    path("open/", include("disclosure.public_urls")),
    path("api/", include("config.api_urls")),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("favicon.ico", favicon.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
