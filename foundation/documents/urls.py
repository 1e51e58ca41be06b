from django.urls import path

from foundation.documents import views

app_name = "documents"

urlpatterns = [
    path("<int:document_id>/", views.download, name="download"),
    path("<int:document_id>/state/", views.state, name="state"),
]
