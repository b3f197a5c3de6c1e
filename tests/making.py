"""Plain functions that make what a test needs."""

from __future__ import annotations

import io
import itertools
import random
import re
import zlib
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from editor.access.fetch import Door
from editor.models import (
    ApiKey,
    Attempt,
    Edit,
    Mask,
    Membership,
    Picture,
    Project,
    Provider,
    ProviderConsent,
    ProviderSource,
    Role,
    State,
    User,
)
from editor.models.public_id import new_suffix
from editor.pipeline.submit import Wish, submit
from editor.services import api_keys, consents, media, pictures, projects, vault
from editor.services.engines import planning_registry

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.mail import EmailMessage

_numbers = itertools.count(1)
PASSWORD = "correct horse battery"


def make_user(name: str = "olga", **fields: object) -> User:
    return User.objects.create_user(f"{name}@example.test", PASSWORD, name=name.title(), **fields)


def make_project(owner: User, name: str = "Garden") -> Project:
    return projects.create(owner=owner, name=name)


def make_member(project: Project, name: str, role: Role) -> User:
    user = make_user(name)
    Membership.objects.create(project=project, user=user, role=role)
    return user


def make_image(width: int = 64, height: int = 48, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """A picture with different pixels everywhere, made from nothing but its seed."""
    noise = Image.frombytes("L", (width, height), random.Random(seed).randbytes(width * height))
    tilted = Image.linear_gradient("L").resize((width, height)).rotate(seed % 360)
    bands = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[mode]
    return Image.merge(mode, ([noise, tilted, Image.blend(noise, tilted, 0.5), noise])[:bands])


def as_bytes(image: Image.Image, image_format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def make_upload(
    data: bytes | None = None, name: str = "photo.png", content_type: str = "image/png"
) -> SimpleUploadedFile:
    body = as_bytes(make_image(seed=next(_numbers))) if data is None else data
    return SimpleUploadedFile(name, body, content_type)


def make_door(project: Project, user: User, role: Role = Role.OWNER) -> Door:
    return Door(project, role, user)


def make_picture(project: Project, user: User, data: bytes | None = None) -> Picture:
    """A picture taken in for real, files and all."""
    return pictures.upload(door=make_door(project, user), file=make_upload(data)).picture


def make_rows(project: Project, user: User, count: int) -> list[Picture]:
    """Picture rows without files, for lists."""
    return [make_row(project, user, f"row {next(_numbers)}.jpg") for _row in range(count)]


def make_row(project: Project, user: User, name: str, **fields: object) -> Picture:
    """One picture's row without files."""
    number = next(_numbers)
    values: dict[str, object] = {"kind": "original", "extension": "jpg", "width": 640}
    values |= {"height": 480, "mode": "RGB", "folder": "xx/none", "sha256": f"{number:064d}"}
    return Picture.objects.create(project=project, created_by=user, name=name, **values | fields)


def make_result_row(parent: Picture, user: User, prompt: str, **fields: object) -> Picture:
    """A result's row without files, with its edit."""
    edit = make_edit_row(parent.project, user, parent, state=State.SUCCEEDED, prompt=prompt)
    values = {"kind": "whole", "extension": "", "sha256": "", "edit": edit}
    values |= {"parent": parent, "root_id": parent.root_id or parent.pk}
    return make_row(parent.project, user, str(fields.pop("name", parent.name)), **values | fields)


def make_mask(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> SimpleUploadedFile:
    """A grey PNG, 255 inside the boxes (right and bottom exclusive)."""
    image = Image.new("L", size)
    for box in boxes:
        image.paste(255, box)
    return SimpleUploadedFile("mask.png", as_bytes(image), "image/png")


def make_edit(
    project: Project,
    user: User,
    picture: Picture,
    *,
    prompt: str = "black and white",
    box: tuple[int, int, int, int] | None = (8, 8, 24, 24),
) -> Edit:
    """A queued edit, submitted for real."""
    mask = make_mask((picture.width, picture.height), box) if box else None
    wish = Wish(picture, "builtin", prompt, mask, f"key-{next(_numbers)}", seed=1)
    return submit(door=make_door(project, user), wish=wish, registry=planning_registry())


def make_edit_row(project: Project, user: User, picture: Picture, **fields: object) -> Edit:
    """An edit's row alone, in whatever state a test wants."""
    key = f"row-{new_suffix()}"
    values = {"state": State.QUEUED, "engine": "builtin", "prompt": "black and white"}
    values |= {"idem_key": key, "fingerprint": key}
    return Edit.objects.create(project=project, actor=user, picture=picture, **values | fields)


def make_priced_row(
    picture: Picture, user: User, provider: Provider, micros: int | None, **fields: object
) -> Edit:
    """The row of an edit that a provider may take so much for; None: nobody knows."""
    values = {"provider": provider, "model": "brush-1", "engine": f"{provider.public_id}:brush-1"}
    values |= {"plan": {"size": None, "fields": {}, "changes": [], "cost": [micros, micros]}}
    values["reserved_micros"] = micros or 0
    return make_edit_row(picture.project, user, picture, **values | fields)


def make_provider_row(project: Project | None = None, **fields: object) -> Provider:
    """A provider's row, of the project or else of the whole studio."""
    values: dict[str, object] = {"name": "Atelier", "preset": "generic", "offered": ["brush-1"]}
    values |= {"base_url": "https://api.atelier.test/v1", "project": project}
    values["source"] = "owner" if project else "staff"
    return Provider.objects.create(**values | fields)


def make_paid_row(
    project: Project, user: User, picture: Picture, provider: Provider, **fields: object
) -> Edit:
    """An edit's row that was asked of a provider, in whatever state a test wants."""
    agree(provider, user)
    model = provider.offered[0]
    values: dict[str, object] = {"provider": provider, "model": model}
    values["engine"] = f"{provider.public_id}:{model}"
    values["plan"] = {
        "size": [1024, 768],
        "fields": {"n": 1},
        "changes": [],
        "cost": [40_000, 210_000],
    }
    return make_edit_row(project, user, picture, **values | fields)


def agree(provider: Provider, user: User) -> None:
    """Let the member have agreed that pictures go where the provider is now."""
    host = consents.host_of(provider)
    ProviderConsent.objects.get_or_create(provider=provider, user=user, host=host)


def make_attempt_row(
    edit: Edit, *, partial: bytes = b"", answer: bytes = b"", **fields: object
) -> Attempt:
    """An attempt's row, with the files of the spool that a test wants."""
    now = timezone.now()
    values: dict[str, object] = {"number": edit.attempts.count() + 1, "intent_at": now}
    values |= {"fence": edit.fence, "sent_at": now}
    for name, data in (("partial_file", partial), ("answer_file", answer)):
        if data:
            file = settings.SPOOL_DIR / edit.public_id / "1" / f"{name}-{next(_numbers)}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            values[name] = str(file.relative_to(settings.SPOOL_DIR))
    return Attempt.objects.create(edit=edit, **values | fields)


def make_mask_row(project: Project, picture: Picture) -> Mask:
    """A mask of the picture's left half, its file in the store."""
    size = picture.width // 2, picture.height
    with media.scratch() as folder:
        Image.new("L", size, 255).save(folder / "mask.png")
        kept = media.keep(folder)
    return Mask.objects.create(
        project=project,
        width=picture.width,
        height=picture.height,
        left=0,
        top=0,
        right=size[0],
        bottom=size[1],
        painted=size[0] * size[1],
        sha256="0" * 64,
        folder=kept,
    )


def write_photo(path: Path, *, megapixels: float = 1.0) -> Path:
    """A JPEG file of about that size, as a camera would write it."""
    width = int((megapixels * 1_000_000 * 4 / 3) ** 0.5)
    seed = zlib.crc32(path.name.encode())  # each name its own pixels: equal files are one picture
    make_image(width, width * 3 // 4, seed=seed).save(path, "JPEG", quality=90)
    return path


def code_in(letter: EmailMessage) -> str:
    """The code that stands alone on a line of a mail."""
    found = re.search(r"^ {4}(\S+)$", str(letter.body), re.MULTILINE)
    assert found, letter.body
    return found[1]


def plain(response: Any, address: str) -> str:
    """A page without what differs from one visit to the next, and without the address typed."""
    secrets = r'(csrfmiddlewaretoken" value="|X-CSRFToken": "|nonce=")[\w-]+'
    page = re.sub(secrets, "", response.content.decode())
    return page.replace(address, "ADDRESS")


HOSTS = {
    "api.openai.com": ["93.184.216.34"],
    "images.example.org": ["93.184.216.35"],
    "printer.lan": ["192.168.7.9"],
    "two-faced.example.org": ["93.184.216.36", "10.0.0.5"],
    "127.0.0.1": ["127.0.0.1"],
    "2130706433": ["127.0.0.1"],
    "localhost": ["127.0.0.1", "::1"],
}


def make_api_key(project: Project, user: User, **wanted: Any) -> tuple[ApiKey, str]:
    """A key of the member, with its token."""
    role = Role(Membership.objects.get(project=project, user=user).role)
    wish = api_keys.Wanted(wanted.pop("name", f"Key {next(_numbers)}"), **wanted)
    return api_keys.create(door=make_door(project, user, role), wanted=wish)


def look_up(host: str) -> list[str]:
    """Where names lead in tests (settings.PROVIDER_RESOLVER)."""
    return HOSTS.get(host, [])


def look_up_and_crash(host: str) -> list[str]:
    raise RuntimeError(host)


def make_provider(project: Project | None = None, **fields: object) -> Provider:
    """A provider's row; `key` is sealed as the pages do it."""
    key = str(fields.pop("key", "sk-test-0123456789abcd"))
    values: dict[str, object] = {
        "project": project,
        "source": ProviderSource.OWNER if project else ProviderSource.STAFF,
        "name": f"Provider {next(_numbers)}",
        "preset": "openai",
        "base_url": "https://api.openai.com/v1",
        "key_encrypted": vault.seal(key) if key else "",
        "key_tail": key[-4:],
        "offered": ["gpt-image-2"],
    }
    return Provider.objects.create(**values | fields)


def read_stream(response: object) -> bytes:
    """The body of a response that is sent piece by piece under ASGI."""

    async def read() -> bytes:
        return b"".join([chunk async for chunk in response])  # type: ignore[attr-defined]

    return async_to_sync(read)()
