"""The fields of a call: what they may hold at all, and what a model takes of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from editor.api import errors, names
from editor.api.call import EditCall
from editor.imaging import sizes
from editor.imaging.focus import FEATHERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from editor.api.body import Body
    from editor.api.call import Call
    from editor.api.values import Values
    from editor.engines.plans import Abilities, Size

PROMPT_LENGTH: Final = 32_000
NAME_LENGTH: Final = 200
USER_LENGTH: Final = 512
# Those of all models together, dead ones too; "auto" is what is meant by saying nothing.
AUTO: Final = "auto"
QUALITIES: Final = ("auto", "low", "medium", "high", "xhigh", "max", "standard", "hd")
BACKGROUNDS: Final = ("auto", "transparent", "opaque")
FIDELITIES: Final = ("low", "high")
MODERATIONS: Final = ("auto", "low")
FORMATS: Final = ("png", "jpeg", "webp")
ANSWERS: Final = ("b64_json", "url")
LOSSY: Final = frozenset({"jpeg", "webp"})
LEAST_EDGE, MOST_EDGE = 16, 8192
# What PNG has anyway, and what some clients always send.
UNCOMPRESSED: Final = 100


def common(body: Body, *, has_prompt: bool = True) -> dict[str, Any]:
    """What all calls have, by the names of `Call`. Raises ApiError."""
    values = body.values
    found = {
        "prompt": prompt(values) if has_prompt else "",
        "model": (values.text("model", NAME_LENGTH) or "").strip(),
        "n": values.whole("n", 1, 10) or 1,
        "size": size(values),
        "quality": said(values.word("quality", QUALITIES)),
        "background": said(values.word("background", BACKGROUNDS)),
        "moderation": said(values.word("moderation", MODERATIONS)),
        "output_format": values.word("output_format", FORMATS),
        "output_compression": values.whole("output_compression", 0, 100),
        "partial_images": values.whole("partial_images", 0, 3) or 0,
        "stream": values.flag("stream") or False,
        "response_format": values.word("response_format", ANSWERS) or "b64_json",
        "user": user(values),
    }
    return settled(found)


def of_edits(body: Body) -> dict[str, Any]:
    """What only edits have."""
    values = body.values
    return {
        "input_fidelity": values.word("input_fidelity", FIDELITIES),
        "focus": values.word("focus", ("auto", "off")) or "auto",
        "protect": values.word("protect", ("strict", "off")) or "strict",
        "feather": values.word("feather", FEATHERS),
    }


def prompt(values: Values) -> str:
    """The prompt, which must say something."""
    text = values.text("prompt", PROMPT_LENGTH)
    if text is None or not text.strip():
        raise errors.missing("prompt")
    return text


def size(values: Values) -> Size | None:
    """A size in pixels, None for the picture's own."""
    text = said(values.text("size", NAME_LENGTH))
    if text is None:
        return None
    found = sizes.named(text)
    if found is None:
        raise errors.invalid("size", "Invalid 'size': write 'auto' or WIDTHxHEIGHT, as 1536x1024.")
    return found


def user(values: Values) -> str:
    """Who the client acts for; the newer of the two names wins."""
    former = values.text("user", USER_LENGTH)
    return values.text("safety_identifier", USER_LENGTH) or former or ""


def said(word: str | None) -> str | None:
    """A word, None where it leaves the choice open."""
    return None if word == AUTO else word


def settled(found: dict[str, Any]) -> dict[str, Any]:
    """The same, if its fields go together. Raises ApiError."""
    kind = found["output_format"] or "png"
    if found["background"] == "transparent" and kind == "jpeg":
        raise errors.invalid(
            "background", "A transparent background needs output_format png or webp."
        )
    if kind not in LOSSY and found["output_compression"] == UNCOMPRESSED:
        found["output_compression"] = None
    if found["output_compression"] is not None and kind not in LOSSY:
        raise errors.invalid(
            "output_compression", "output_compression needs output_format jpeg or webp."
        )
    if found["partial_images"] and not found["stream"]:
        raise errors.invalid("partial_images", "partial_images needs stream=true.")
    return found


def ignored(body: Body) -> tuple[str, ...]:
    """Fields that nobody here knows; to be asked when all others were read."""
    return names.shown({names.root(name) for name in body.ignored})


def check(call: Call, abilities: Abilities, model: str) -> None:
    """Raise ApiError for what a model does not take; what it never heard of is not used."""
    if call.n > abilities.n_max:
        raise errors.invalid("n", f"'{model}' draws at most {abilities.n_max} at once.")
    _check_size(call.size, abilities, model)
    words: Mapping[str, tuple[str | None, Sequence[str]]] = {
        "quality": (call.quality, abilities.qualities),
        "background": (call.background, abilities.backgrounds),
        "moderation": (call.moderation, abilities.moderations),
    }
    if isinstance(call, EditCall):
        if len(call.images) > abilities.inputs_max:
            raise errors.invalid(
                "image", f"'{model}' takes at most {abilities.inputs_max} pictures."
            )
        words = {**words, "input_fidelity": (call.input_fidelity, abilities.fidelities)}
    for name, (word, taken) in words.items():
        if word is not None and taken and word not in taken:
            listed = ", ".join(f"'{one}'" for one in taken)
            raise errors.invalid(name, f"Invalid '{name}' for '{model}'. It takes {listed}.")


def _check_size(size: Size | None, abilities: Abilities, model: str) -> None:
    if size is None:
        return
    rules = abilities.sizes
    if rules is None:
        if min(size) < LEAST_EDGE or max(size) > MOST_EDGE:
            raise errors.invalid(
                "size",
                f"Invalid 'size' for '{model}'. Edges must be {LEAST_EDGE} to {MOST_EDGE} pixels.",
            )
    elif not sizes.is_legal(size, rules):
        raise errors.invalid("size", f"Invalid 'size' for '{model}'. {_in_words(rules)}")


def _in_words(rules: sizes.SizeRules) -> str:
    """What sizes there are, as a sentence."""
    if not rules.is_free:
        listed = ", ".join(f"{width}x{height}" for width, height in rules.listed)
        return f"It draws {listed}."
    limits = [f"edges are multiples of {rules.step}, at most {rules.max_edge or sizes.LONGEST}"]
    if rules.max_ratio:
        limits.append(f"the longer at most {rules.max_ratio:g} times the shorter")
    if rules.min_pixels:
        limits.append(f"at least {rules.min_pixels:,} pixels in all")
    if rules.max_pixels:
        limits.append(f"at most {rules.max_pixels:,} pixels in all")
    return f"Its rules: {'; '.join(limits)}."
