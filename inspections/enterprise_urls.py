"""What an enterprise sees when it scans the notice, under /e/."""

from django.urls import path

from inspections.views import certificate, enterprise

app_name = "enterprise"

urlpatterns = [
    path("<str:token>/", enterprise.notice, name="notice"),
    path("<str:token>/feedback/", enterprise.feedback, name="feedback"),
    path("<str:token>/certificate/", certificate.certificate, name="certificate"),
]
