"""Addresses of the programming interface: none ends with a slash, none redirects."""

from django.urls import path

from editor.api import images_edits

urlpatterns = [
    path("v1/images/edits", images_edits.edits, name="images_edits"),
]
