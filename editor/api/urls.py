"""Addresses of the programming interface: none ends with a slash, none redirects."""

from django.urls import path

from editor.api import (
    images_edits,
    images_generations,
    images_variations,
    models_list,
    openapi,
    results,
)

urlpatterns = [
    path("v1/images/edits", images_edits.edits, name="images_edits"),
    path("v1/images/generations", images_generations.generations, name="images_generations"),
    path("v1/images/variations", images_variations.variations, name="images_variations"),
    path("v1/images/results/<str:token>", results.result, name="result"),
    path("v1/models", models_list.models, name="models"),
    path("v1/models/<path:name>", models_list.model, name="model"),
    path("v1/openapi.json", openapi.openapi, name="openapi"),
    # As Azure has them: its newer form, and the older one, which names the model in the path.
    path("openai/v1/images/edits", images_edits.edits),
    path("openai/v1/models", models_list.models),
    path("openai/deployments/<path:deployment>/images/edits", images_edits.edits),
]
