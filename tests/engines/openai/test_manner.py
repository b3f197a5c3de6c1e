"""The words of a manner: read, said again, and judged."""

from __future__ import annotations

import pytest

from editor.engines.openai.catalog import catalog, spoken
from editor.engines.openai.manner import Manner
from editor.engines.openai.manner_rules import CHOICES, RANGES, Fault, Wrong, faults
from editor.forms import manner_words

PRESETS = catalog().presets


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_what_is_said_of_a_preset_reads_back(name: str) -> None:
    manner = Manner.of(PRESETS[name].manner)
    assert Manner.of(manner.words()) == manner
    assert list(faults(manner.words())) == []


def test_what_is_unsaid_makes_sense() -> None:
    assert list(faults(Manner().words())) == []
    for word, (least, most) in RANGES.items():
        assert least <= getattr(Manner(), word) <= most


def test_changes_are_laid_over_the_presets_words() -> None:
    preset = PRESETS["vllm-omni"]
    assert spoken(preset, {}) is preset
    changed = Manner.of(spoken(preset, {"mask": "black", "sizes": {}}).manner)
    assert (changed.mask, changed.sizes, changed.mask_field) == ("black", None, "mask_image")
    assert Manner.of(preset.manner).mask == "white"
    with pytest.raises(ValueError, match="mask: 'grey' is none of its choices"):
        spoken(preset, {"mask": "grey"})


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/images/edits", True),
        ("/images/edits/", True),
        ("/a-b_c.d~e/%20/{model}", True),
        ("/deployments/{model}/images/edits", True),
        ("", False),
        ("/", False),
        ("images", False),
        ("//host/images", False),
        ("/a/../b", False),
        ("/..", False),
        ("/./a", False),
        ("/.well-known/a", True),
        ("/a b", False),
        ("/a\\b", False),
        ("/a\n", False),
        ("/a?b", False),
        ("/a#b", False),
        ("/{prompt}", False),
        ("/{model", False),
        ("/\u00e9", False),
        ("/a" * 21, False),
    ],
)
def test_a_path_stays_at_the_host(path: str, is_one: bool) -> None:
    assert (list(faults({"path": path})) == []) is is_one


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("*", True),
        ("localhost", True),
        ("cdn.example.com", True),
        ("xn--bcher-kva.example", True),
        ("", False),
        ("*.example.com", False),
        (".example.com", False),
        ("example.com.", False),
        ("-a.example", False),
        ("a" * 64, False),
        (".".join(["a" * 60] * 5), False),
        ("user@example.com", False),
        ("[::1]", False),
        ("example.com:443", False),
    ],
)
def test_hosts_are_names(host: str, is_one: bool) -> None:
    assert (list(faults({"result_hosts": [host]})) == []) is is_one


def test_each_fault_names_what_it_means() -> None:
    words = {"extra": {"n": "3"}, "transport": "xai", "size_mode": "aspect", "fields": ["n", "m"]}
    assert list(faults(words)) == [
        Fault("fields", Wrong.PARAMETER, "m"),
        Fault("mask", Wrong.MASKLESS),
        Fault("aspects", Wrong.ASPECTS_NEEDED),
        Fault("extra", Wrong.TAKEN, "n"),
    ]


def test_every_choice_and_every_fault_has_its_words() -> None:
    assert {word: set(names) for word, names in manner_words.CHOICES.items()} == dict(CHOICES)
    assert set(manner_words.WRONGS) == set(Wrong)
