from publishing.podcast_rss.people import group


def test_a_role_brings_its_group() -> None:
    assert [group(role) for role in ("Audio Editor", "producer", "host", "guest", "wizard")] == [
        "audio post-production",
        "creative direction",
        "",
        "",
        "",
    ]
