from typing import Any

from publishing.podcast_rss.extras import written


def test_an_element_comes_out_as_it_came() -> None:
    split = {"name": "podcast:valueRecipient", "attributes": {"split": "100", "name": 'A "b" <c>'}}
    extra = {"name": "podcast:value", "attributes": {"type": "lightning"}, "text": "", "children": [split]}
    assert written([extra], "") == (
        '<podcast:value type="lightning"><podcast:valueRecipient name="A &quot;b&quot; &lt;c&gt;" split="100"/>'
        "</podcast:value>"
    )


def test_what_stands_there_already_is_not_said_twice() -> None:
    extra = {"name": "podcast:chapters", "attributes": {"url": "https://old.example"}}
    assert written([extra], '<podcast:chapters url="x"/>') == ""
    assert written([extra], "<podcast:chaptersAndMore/>") != ""


def test_names_cannot_break_out() -> None:
    hostile: list[dict[str, Any]] = [
        {"name": "podcast:x><script"},
        {"name": "itunes:block", "text": "yes"},
        {"name": "podcast:ok", "attributes": {'a="1" b': "x", "xmlns:podcast": "y"}, "text": "<b>&"},
    ]
    assert written(hostile, "") == "<podcast:ok>&lt;b&gt;&amp;</podcast:ok>"


def test_depth_is_bounded() -> None:
    extra: dict[str, object] = {"name": "podcast:a"}
    for _ in range(5000):
        extra = {"name": "podcast:a", "children": [extra]}
    assert len(written([extra], "")) < 500
