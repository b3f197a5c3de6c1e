"""Another language is data: words of Korean and Chinese, and not a line of code for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from editor.engines.builtin.language import read
from editor.engines.builtin.lexicon import vocabularies, vocabulary
from editor.engines.errors import NotUnderstood

if TYPE_CHECKING:
    from editor.engines.builtin.language import Facts

# Verbs stand last, endings stand at their words.
KOREAN = """
name = "한국어"
abilities = ["배경 흐리게"]
suggestions = ["배경을 흐리게"]
[grammar]
verbs_last = true
[words]
polite = ["로", "으로", "좀", "주세요"]
joiners = ["하고", "그리고"]
negations = ["말고"]
pronouns = ["이것", "사진"]
backgrounds = ["배경"]
particles = ["을", "를", "은", "는", "의", "이", "가", "로", "으로"]
makers = ["해줘", "바꿔줘", "만들어줘", "만들어"]
more = ["더", "높여줘", "높여"]
less = ["낮춰줘", "덜"]
percent = ["%", "퍼센트"]
[strengths]
"조금" = 0.5
"아주" = 2.0
[colours]
"빨간색" = "#ff0000"
"흰색" = "#ffffff"
[instructions.remove]
verbs = ["지워줘", "지워", "제거해줘"]
[instructions.blur]
verbs = ["흐리게 해줘"]
outcomes = ["흐리게"]
[instructions.brightness.up]
outcomes = ["밝게"]
[instructions.brightness.down]
outcomes = ["어둡게"]
[instructions.contrast]
nouns = ["대비"]
[instructions.black_and_white]
outcomes = ["흑백"]
"""
# Words do not stand apart.
CHINESE = """
name = "中文"
abilities = ["模糊背景"]
suggestions = ["模糊背景"]
[grammar]
spaces = false
verbs_last = true
[words]
polite = ["请", "把", "吧"]
joiners = ["并", "然后"]
negations = ["不要"]
pronouns = ["这个", "它", "图片"]
backgrounds = ["背景"]
makers = ["让", "变", "变成", "改成"]
more = ["更", "增加"]
less = ["减少"]
percent = ["%"]
[strengths]
"一点" = 0.5
"很多" = 2.0
[colours]
"红色" = "#ff0000"
"白色" = "#ffffff"
[instructions.remove]
verbs = ["去掉", "删除"]
[instructions.blur]
verbs = ["模糊"]
[instructions.brightness.up]
outcomes = ["亮"]
[instructions.brightness.down]
outcomes = ["暗"]
[instructions.contrast]
nouns = ["对比度"]
"""
LANGUAGES = (*vocabularies(), vocabulary("ko", KOREAN), vocabulary("zh", CHINESE))

SENTENCES: list[tuple[str, list[Facts]]] = [
    ("배경을 흐리게 30%", [{"do": "blur", "amount": 0.3, "region": "background"}]),
    ("하늘을 더 밝게 해줘", [{"do": "brightness", "amount": 0.25}]),
    ("조금 더 어둡게", [{"do": "brightness", "amount": -0.125}]),
    ("이것을 지워줘", [{"do": "remove"}]),
    ("고양이를 지워 주세요", [{"do": "remove"}]),
    ("대비를 20% 높여줘", [{"do": "contrast", "amount": 0.2}]),
    ("사진을 흑백으로 바꿔줘", [{"do": "black_and_white", "amount": 1.0}]),
    ("자동차를 빨간색으로 바꿔줘", [{"do": "recolour", "amount": 1.0, "colour": "#ff0000"}]),
    (
        "배경을 흰색으로 바꿔줘",
        [{"do": "backdrop", "colour": "#ffffff", "region": "background"}],
    ),
    (
        "배경을 흐리게 하고 더 어둡게 만들어줘",
        [
            {"do": "blur", "amount": 0.5, "region": "background"},
            {"do": "brightness", "amount": -0.25, "region": "background"},
        ],
    ),
    ("更亮一点", [{"do": "brightness", "amount": 0.125}]),
    ("让天空更暗", [{"do": "brightness", "amount": -0.25}]),
    ("把背景模糊30%", [{"do": "blur", "amount": 0.3, "region": "background"}]),
    ("模糊背景。", [{"do": "blur", "amount": 0.5, "region": "background"}]),
    ("请去掉这个", [{"do": "remove"}]),
    ("增加对比度20%", [{"do": "contrast", "amount": 0.2}]),
    ("把汽车变成红色", [{"do": "recolour", "amount": 1.0, "colour": "#ff0000"}]),
    ("make it brighter", [{"do": "brightness", "amount": 0.25}]),
]


@pytest.mark.parametrize(("prompt", "steps"), SENTENCES, ids=[case[0] for case in SENTENCES])
def test_it_is_read_by_data_alone(prompt: str, steps: list[Facts]) -> None:
    assert read(prompt, has_mask=True, languages=LANGUAGES) == {"steps": steps}


@pytest.mark.parametrize(
    ("prompt", "part", "ability"),
    [
        ("배경을 예쁘게 해줘", "배경을 예쁘게 해줘", "배경 흐리게"),
        ("이것 말고 지워줘", "이것 말고 지워줘", "배경 흐리게"),
        ("不要去掉这个", "不要去掉这个", "模糊背景"),
        ("画一只猫", "画一只猫", "remove what you painted over"),
        ("add a hat", "add a hat", "remove what you painted over"),
    ],
)
def test_a_refusal_is_of_the_language_that_was_meant(prompt: str, part: str, ability: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read(prompt, has_mask=True, languages=LANGUAGES)
    assert caught.value.params["part"] == part
    assert caught.value.params["abilities"][0] == ability  # type: ignore[index]


def test_a_language_cannot_name_what_nobody_can_do() -> None:
    faulty = KOREAN + '\n[instructions.dance]\nverbs = ["춤춰"]\n'
    with pytest.raises(ValueError, match="dance"):
        vocabulary("ko", faulty)
