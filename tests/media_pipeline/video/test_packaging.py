"""Captions, chapters, playlists: the small files, which change without anything being encoded again."""

from pathlib import Path

import pytest

from media_pipeline import transcripts
from media_pipeline.delivery import linked
from media_pipeline.models import MediaAsset, Rendition, Transcript
from tests.media_pipeline.video import clips, hls

pytestmark = pytest.mark.django_db(transaction=True)

CUES = [[0, 1500, "Ann", "What is <this>?"], [1500, 4000, "", "Nobody knows."]]


@pytest.fixture
def asset(tmp_path: Path) -> MediaAsset:
    chapters = tmp_path / "chapters.txt"
    chapters.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=One & <two>\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=9000\ntitle=Three\n"
    )
    source = clips.generated(
        tmp_path / "film.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=9", *clips.TONE, "-i", str(chapters), "-t", "9"),
        *("-map_metadata", "2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    )
    return clips.asset_of(source)


def by_name(files: list[Rendition]) -> dict[str, Rendition]:
    return {f"{file.role} {file.name}": file for file in files}


def test_changed_captions_are_packaged_anew_and_nothing_is_encoded(asset: MediaAsset, tmp_path: Path) -> None:
    before = by_name(clips.encoded(asset))
    assert "subtitles en" not in before
    Transcript.objects.create(asset=asset, language="en", cues=CUES)
    Transcript.objects.create(asset=asset, language="pt-BR", cues=[[0, 1000, "", "Olá"]])
    Transcript.objects.create(asset=asset, language="de", cues=[[None, None, "", "Ohne Zeiten"]])
    after = by_name(clips.encoded(asset))
    small = ("master", "playlist", "storyboard", "chapters")
    large = {name: file.step for name, file in before.items() if file.role not in small}
    assert {name: after[name].step for name in large} == large
    unchanged = {name: file.key for name, file in before.items() if file.role != "master"}
    assert {name: after[name].key for name in unchanged} == unchanged
    found = hls.master(clips.fetched(list(after.values()), tmp_path)["master master"])
    hls.check(found, 9)
    assert sorted(found.subtitles) == ["en", "pt-BR"]
    words = transcripts.parse(found.subtitles["en"]).cues
    assert [[cue.start, cue.end, cue.speaker, cue.text] for cue in words] == CUES
    assert after["subtitles pt-BR"].facts == {"language": "pt-BR", "label": "Português Brasileiro"}
    Transcript.objects.filter(language="en").update(cues=[[0, 900, "", "Other words"]], version=2)
    third = by_name(clips.encoded(asset))
    assert third["video 120p"].step == before["video 120p"].step
    assert third["subtitles en"].key != after["subtitles en"].key
    assert third["master master"].key != after["master master"].key


def test_segments_stand_alone_and_follow_one_another(asset: MediaAsset, tmp_path: Path) -> None:
    found = hls.master(clips.fetched(clips.encoded(asset), tmp_path)["master master"])
    [variant] = found.variants
    assert [len(hls.frames(variant.media, number)) for number in range(3)] == [100, 100, 25]
    starts = [hls.frames(variant.media, number)[0].time for number in range(3)]
    assert starts == [pytest.approx(when, abs=0.001) for when in (0, 4, 8)]
    assert variant.told["RESOLUTION"] == "160x120"
    assert variant.told["FRAME-RATE"] == "25.000"
    assert variant.told["CODECS"].startswith("avc1.6400")
    assert variant.told["CODECS"].endswith(",mp4a.40.2")


def test_chapters_are_a_track(asset: MediaAsset, tmp_path: Path) -> None:
    text = clips.fetched(clips.encoded(asset), tmp_path)["chapters chapters"].read_text()
    cues = [(cue.start, cue.end, cue.text) for cue in transcripts.parse(text, name="chapters.vtt").cues]
    assert cues == [(0, 2000, "One & <two>"), (2000, 9000, "Three")]


def test_the_storyboard_names_a_picture_for_every_moment(asset: MediaAsset, tmp_path: Path) -> None:
    renditions = clips.encoded(asset)
    files = clips.fetched(renditions, tmp_path)
    lines = files["storyboard storyboard"].read_text().splitlines()
    sprite = files["sprite sprite-1"].name
    assert lines == [
        "WEBVTT",
        "",
        "00:00:00.000 --> 00:00:08.000",
        f"{sprite}#xywh=0,0,160,120",
        "",
        "00:00:08.000 --> 00:00:09.000",
        f"{sprite}#xywh=160,0,160,120",
    ]


def test_every_name_in_what_is_delivered_has_a_file(asset: MediaAsset) -> None:
    for file in clips.encoded(asset):
        if file.text:
            text = linked(file, lambda other: f"https://media.example/{other.key}")
            names = [line for line in text.splitlines() if line and not line.startswith(("#", "WEBVTT", "0"))]
            assert names
            assert all(name.startswith("https://media.example/renditions/") for name in names)
