"""Bodies in JSON: pictures are references, and a reference holds its picture or says where it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from editor.api import dataurls, errors, names, pictures
from editor.api.body import Body
from editor.api.lifting import Lifted, Lifter
from editor.api.links import Links
from editor.api.links import is_one as is_address
from editor.api.values import Values

if TYPE_CHECKING:
    from django.http import HttpRequest

    from editor.api.call import File

PIECE: Final = 64 * 1024
PLACES: Final = ("image_url", "file_id")
FILES: Final = ("images", "mask", "markup")


class Members(dict[str, Any]):
    """An object, with the names that it gave twice; the later one counts."""

    def __init__(self) -> None:
        super().__init__()
        self.repeated: set[str] = set()


def read(request: HttpRequest) -> Body:
    """The fields and the pictures of a JSON document. Raises ApiError; then nothing is left."""
    lifter = Lifter()
    try:
        while piece := request.read(PIECE):
            lifter.feed(piece)
        return _body(_document(lifter))
    finally:
        lifter.close()


def _body(document: Members) -> Body:
    if again := document.repeated.intersection(FILES):
        raise errors.repeated(min(again))
    given = {name: value for name, value in document.items() if name not in FILES}
    body = Body(Values(given, as_text=False, repeated=document.repeated))
    body.has_markup = document.get("markup") is not None
    links = Links()
    try:
        for number, reference in enumerate(_references(document)):
            param = f"images[{number}]"
            body.pictures.append(_file(reference, links, param, f"{param}.image_url"))
        if (mask := document.get("mask")) is not None:
            body.masks.append(_file(mask, links, "mask", "mask", is_mask=True))
    except BaseException:
        body.close()
        raise
    return body


def _references(document: dict[str, Any]) -> list[Any]:
    found = document.get("images")
    if found is None:
        return []
    if not isinstance(found, list):
        raise errors.wrong_type("images", "a list of objects")
    if len(found) > pictures.MOST:
        raise pictures.too_many("images")
    return found


def _file(reference: Any, links: Links, param: str, name: str, *, is_mask: bool = False) -> File:
    """The picture that a reference holds. Raises ApiError, for what it holds naming `name`."""
    file = _opened(_url(reference, param), links, f"{param}.image_url")
    try:
        pictures.check(file, name, is_mask=is_mask)
    except errors.ApiError:
        file.close()
        raise
    return file


def _opened(url: str | Lifted, links: Links, param: str) -> File:
    if isinstance(url, Lifted):
        return url.file(param)
    if dataurls.is_one(url):
        return dataurls.decoded(url, param)
    if is_address(url):
        return links.fetched(url, param)
    raise errors.invalid(param, f"Invalid '{param}': expected a data URL or an https address.")


def _url(reference: Any, param: str) -> str | Lifted:
    """What a reference gives as its picture. Raises ApiError."""
    if not isinstance(reference, Members):
        raise errors.wrong_type(param, "an object with image_url")
    if reference.repeated:
        raise errors.repeated(f"{param}.{names.fit(min(reference.repeated))}")
    given = {name: value for name, value in reference.items() if value is not None}
    for name in given.keys() - set(PLACES):
        raise errors.invalid(
            f"{param}.{names.fit(name)}", f"Unknown parameter in '{param}'.", "unknown_parameter"
        )
    if len(given) > 1:
        raise errors.invalid(param, f"Invalid '{param}': give either image_url or file_id.")
    if "file_id" in given:
        raise errors.invalid(
            f"{param}.file_id",
            "No files are kept on this server. Send the picture as image_url, in a data URL.",
            "unsupported_parameter",
        )
    url = given.get("image_url")
    if url is None:
        raise errors.missing(f"{param}.image_url")
    if not isinstance(url, str | Lifted):
        raise errors.wrong_type(f"{param}.image_url", "a string")
    return url


def _document(lifter: Lifter) -> Members:
    """The object that the body is, with what was lifted out in its place. Raises ApiError."""

    def members(pairs: list[tuple[str, Any]]) -> Members:
        found = Members()
        for name, value in pairs:
            if name in found:
                found.repeated.add(name)
            found[name] = lifter.lifted.get(value, value) if isinstance(value, str) else value
        return found

    try:
        text = lifter.text.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=members, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise unreadable("it is not UTF-8") from None
    except RecursionError:
        raise unreadable("it is nested too deeply") from None
    except ValueError as error:
        raise unreadable(getattr(error, "msg", "a number is none")) from None
    if not isinstance(document, Members):
        raise unreadable("it is not an object")
    return document


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def unreadable(why: str) -> errors.ApiError:
    """A body that is not what its type says."""
    return errors.invalid(None, f"The body is not valid JSON: {why}.", "invalid_json")
