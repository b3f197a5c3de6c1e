from __future__ import annotations

import pytest

from editor.engines.openai.address import endpoint
from editor.engines.openai.catalog import catalog
from editor.engines.openai.manner import Manner


def address(base_url: str, preset: str = "generic", model: str = "m") -> str:
    return endpoint(base_url, Manner.of(catalog().presets[preset].manner), model)


@pytest.mark.parametrize("prefix", ["", "/proxy", "/a/b"])
@pytest.mark.parametrize("version", ["", "/v1"])
@pytest.mark.parametrize("end", ["", "/", "//", "/images/edits", "/images/generations/", "/images"])
def test_row_56_every_spelling_leads_to_one_place(prefix: str, version: str, end: str) -> None:
    wanted = f"https://models.example:8443{prefix}/v1/images/edits"
    assert address(f" https://models.example:8443{prefix}{version}{end} ") == wanted


@pytest.mark.parametrize(
    ("base_url", "wanted"),
    [
        ("https://models.example/api/v3", "https://models.example/api/v3/images/edits"),
        ("https://models.example/v1beta/", "https://models.example/v1beta/images/edits"),
        ("https://models.example/v1/team-a", "https://models.example/v1/team-a/v1/images/edits"),
        ("https://models.example/v1?tenant=7", "https://models.example/v1/images/edits?tenant=7"),
        ("https://models.example/v1#top", "https://models.example/v1/images/edits"),
        ("http://[::1]:8080", "http://[::1]:8080/v1/images/edits"),
    ],
)
def test_row_56_other_versions_queries_and_hosts_are_kept(base_url: str, wanted: str) -> None:
    assert address(base_url) == wanted


@pytest.mark.parametrize(
    "base_url",
    [
        "https://studio.openai.azure.com",
        "https://studio.openai.azure.com/",
        "https://studio.openai.azure.com/openai",
        "https://studio.openai.azure.com/openai/v1/",
        "https://studio.openai.azure.com/openai/v1/images/edits",
    ],
)
def test_row_56_azure_of_today(base_url: str) -> None:
    wanted = "https://studio.openai.azure.com/openai/v1/images/edits"
    assert address(base_url, "azure-v1") == wanted


@pytest.mark.parametrize(
    ("base_url", "version"),
    [
        ("https://studio.openai.azure.com", "2025-04-01-preview"),
        ("https://studio.openai.azure.com/openai/", "2025-04-01-preview"),
        ("https://studio.openai.azure.com/?api-version=2026-01-01", "2026-01-01"),
        (
            "https://studio.openai.azure.com/openai/deployments/other/images/generations"
            "?api-version=2026-01-01",
            "2026-01-01",
        ),
    ],
)
def test_row_56_azure_of_old(base_url: str, version: str) -> None:
    assert address(base_url, "azure-legacy", "my picture/model") == (
        "https://studio.openai.azure.com/openai/deployments/my%20picture%2Fmodel/images/edits"
        f"?api-version={version}"
    )


@pytest.mark.parametrize(
    ("preset", "base_url", "wanted"),
    [
        ("openrouter", "https://openrouter.ai", "https://openrouter.ai/api/v1/images"),
        ("openrouter", "https://openrouter.ai/api/", "https://openrouter.ai/api/v1/images"),
        ("openrouter", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/images"),
        ("localai", "http://localai:8080", "http://localai:8080/v1/images/inpainting"),
        ("localai", "http://localai:8080/v1/", "http://localai:8080/v1/images/inpainting"),
        ("xai", "https://api.x.ai", "https://api.x.ai/v1/images/edits"),
    ],
)
def test_row_56_other_services(preset: str, base_url: str, wanted: str) -> None:
    assert address(base_url, preset) == wanted


def test_what_is_no_address_is_left_to_whoever_dials() -> None:
    assert address("http://[::1/v1") == "http://[::1/v1"
