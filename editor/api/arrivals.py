"""Watches the files of a form while they arrive, before anything of them is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler

from editor.api import errors, names, pictures
from editor.http import UploadsOnDisk

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

# Most calls bring a picture and a mask of less: such a body is never written down, nor are its files.
IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
# Django takes a form in pieces, and copies each a few times: more in one are dearer, less are more.
PIECE: Final = 128 * 1024


class Arrivals(FileUploadHandler):
    """Notes the order of files, and stops what is too many or too large.

    Files of fields that nobody knows are passed over: nothing of them gets any further.
    """

    chunk_size = PIECE

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.fields: list[str] = []

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        """Note a file. Raises ApiError for one more than there may be, or without a name."""
        super().new_file(field_name, *args, **kwargs)
        if not field_name:
            raise errors.invalid(None, "A file of the form has no name.", "invalid_multipart")
        self.fields.append(field_name)
        count = sum(names.place(field) is not None for field in self.fields)
        if count > pictures.MOST:
            raise pictures.too_many("image")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand on a piece of a file that is wanted. Raises ApiError where it grows too large."""
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            raise pictures.too_large(names.root(self.field_name or ""))
        return raw_data if names.is_file(self.field_name or "") else None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Leave it to the handlers that have it."""
        return None

    def upload_interrupted(self) -> None:
        """The form ends amid a file. Raises ApiError."""
        raise errors.invalid(None, "The form breaks off before its end.", "invalid_multipart")


class InMemory(MemoryFileUploadHandler):
    """Keeps the files of a body that is in memory anyway."""

    chunk_size = PIECE

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Look at the length of the body; all of its files together are less."""
        self.activated = content_length <= IN_MEMORY_BYTES


class NamelessOnDisk(UploadsOnDisk):
    """Spools a file; the temporary one has nothing of a name that may be too long for the disk."""

    chunk_size = PIECE

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(field_name, "upload", *args, **kwargs)
        self.file_name = file_name

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Return the whole file under the name that it came with."""
        file = super().file_complete(file_size)
        if file is not None:
            file.name = self.file_name
        return file


class Handlers:
    """The handlers of one form, and what is left in them when it breaks off."""

    def __init__(self, request: HttpRequest) -> None:
        self.arrivals = Arrivals(request)
        self.all = [self.arrivals, InMemory(request), NamelessOnDisk(request)]

    def close(self) -> None:
        """Remove the file that was being written."""
        for handler in self.all:
            file = getattr(handler, "file", None)
            if file is not None:
                file.close()
