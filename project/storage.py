"""Where files are kept: pictures in the data folder, static files under hashed names."""

from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PictureStorage(FileSystemStorage):
    """Pictures have no public address: they leave the server only through the media views."""

    def url(self, name: str | None) -> str:
        """Refuse: a picture's address is made by the view that checks who asks."""
        raise ValueError("Pictures are served by editor.views.media only.")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes names also inside `import` statements, so that ES modules need no bundler."""

    support_js_module_import_aggregation = True
