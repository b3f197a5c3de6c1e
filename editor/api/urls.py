"""Addresses of the programming interface: none ends with a slash, none redirects."""

from django.urls import path

from editor.api import images_edits, models_list, results

urlpatterns = [
    path("v1/images/edits", images_edits.edits, name="images_edits"),
    path("v1/images/results/<str:token>", results.result, name="result"),
    path("v1/models", models_list.models, name="models"),
    path("v1/models/<path:name>", models_list.model, name="model"),
]
