"""`manage.py check_feed`: where a feed comes from, what is printed, and the exit status."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image

from tests import factories
from tests.harness.sites import Answer, Site
from tests.publishing.podcast_check.test_check import GOOD


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(GOOD)
    return path


def checked(*arguments: str) -> str:
    out = io.StringIO()
    call_command("check_feed", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> tuple[int, str, str]:
    """(exit status, last sentence, what was printed)"""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("check_feed", *arguments, stdout=out)
    return error.value.returncode, str(error.value), out.getvalue()


def test_a_good_file_has_nothing_to_mend(good: Path) -> None:
    assert checked(str(good)) == f"{good}: 1 episode, nothing to mend.\n"


def test_findings_are_grouped_by_their_rule_with_lines(good: Path) -> None:
    good.write_text(
        GOOD.replace("<!--more-->", "\n".join(f"<item><title>E{n}</title></item>" for n in range(10)))
    )
    status, sentence, printed = refused(str(good))
    assert (status, sentence) == (1, "There is something to mend.")
    group = printed[printed.index("error [enclosure-missing]") :].partition("\n\n")[0].splitlines()
    first = GOOD[: GOOD.index("<!--more-->")].count("\n") + 1
    assert group[0] == "error [enclosure-missing] 10 times"
    assert group[1] == f"  line {first} (E0): This episode has no file to play."
    assert group[2] == f"  line {first + 1} (E1)"
    assert group[-2:] == [
        "  … and 2 more; --all names them.",
        "  -> Add <enclosure> with url, length and type.",
    ]
    assert f"line {first + 9} (E9)" in refused(str(good), "--all")[2]


def test_warnings_count_where_that_is_asked_for(good: Path) -> None:
    good.write_text(GOOD.replace("https://example.org/show/", "http://example.org/show/"))
    assert "0 errors, 1 warning, 0 infos." in checked(str(good))
    assert refused(str(good), "--strict")[0] == 1


def test_programs_get_one_object(good: Path) -> None:
    good.write_text(GOOD.replace("https://example.org/show/", "http://example.org/show/"))
    answer = json.loads(checked(str(good), "--json"))
    (finding,) = answer.pop("findings")
    assert answer == {"source": str(good), "items": 1, "error": 0, "warning": 1, "info": 0}
    assert (finding["rule"], finding["line"], finding["item"]) == ("address-unencrypted", 7, "")


def test_nothing_of_a_strangers_reaches_the_terminal(good: Path) -> None:
    good.write_text(GOOD.replace("<language>en<", "<language>\x85\u202een\x9b31m<"))
    printed = refused(str(good))[2]
    assert r"\u202een\x9b31m" in printed
    assert not {"\u202e", "\x9b", "\x85"} & set(printed)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "no element found"),
        ("<html/>", 1, "outermost element is <html>"),
        ('<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "b">]>\n<rss>&a;</rss>', 2, "entities"),
        ("<rss>\n<channel></rss>", 2, "mismatched tag"),
    ],
)
def test_what_is_no_feed_ends_with_two_and_the_line(good: Path, text: str, line: int, why: str) -> None:
    good.write_text(text)
    status, sentence, _ = refused(str(good))
    assert (status, sentence.startswith(f"{good}, line {line}: "), why in sentence) == (2, True, True)
    answer = json.loads(refused(str(good), "--json")[2])
    assert (answer["line"], why in answer["unreadable"]) == (line, True)


def test_a_name_of_nothing_ends_with_two(db: None, tmp_path: Path) -> None:
    status, sentence, _ = refused("no\x1b[31msuch")
    assert (status, sentence) == (
        2,
        r"no\x1b[31msuch: There is no show with this slug, and no file of this name.",
    )
    assert refused(str(tmp_path))[:2] == (2, f"{tmp_path}: The file cannot be read: Is a directory.")


def test_an_endless_file_is_not_read_to_its_end() -> None:
    assert refused("/dev/zero")[:2] == (
        2,
        "/dev/zero: The file is larger than 20 MB, and no app reads such a feed.",
    )


def test_an_address_is_asked() -> None:
    with Site() as site:
        url = site.answer("/feed", Answer(headers={"Content-Type": "text/html"}, body=GOOD.encode()))
        answer = json.loads(checked(url, "--json"))
        gone = refused(site.url("/gone"))
    assert {finding["rule"] for finding in answer["findings"]} == {"content-type", "no-validator"}
    assert gone[:2] == (2, f"{site.url('/gone')}: The server answers 404.")


@pytest.mark.parametrize("url", ["http://127.0.0.1/feed", "http://169.254.169.254/", "file:///etc/passwd"])
def test_addresses_that_lead_inside_are_not_asked(url: str) -> None:
    status, sentence, _ = refused(url)
    assert status == 2
    assert sentence.startswith(f"{url}: ")


def test_an_endless_answer_is_bounded() -> None:
    def endless(request: Any) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(400):
            request.wfile.write(b"<!--" + b" " * 65_000 + b"-->")

    with Site() as site:
        status, sentence, _ = refused(site.answer("/feed", endless))
    assert (status, sentence) == (2, f"{site.url('/feed')}: The answer is larger than 20 MB.")


def test_files_and_artwork_are_asked_for_where_that_is_wished(good: Path) -> None:
    cover = io.BytesIO()
    Image.new("RGB", (1400, 1200)).save(cover, "PNG")
    with Site() as site:
        served = {"Content-Length": "1440001", "Content-Type": "audio/mpeg", "Accept-Ranges": "bytes"}
        audio = site.answer("/1.mp3", Answer(headers=served))
        art = site.answer("/a.jpg", Answer(body=cover.getvalue()))
        broken = site.answer("/b.jpg", Answer(body=b"GIF89a no picture"))
        text = GOOD.replace("https://example.org/1.mp3", audio).replace("https://example.org/a.jpg", art)
        good.write_text(text.replace("<!--item-->", f'<itunes:image href="{broken}"/>'))
        quiet = json.loads(refused(str(good), "--json")[2])
        found = json.loads(refused(str(good), "--json", "--fetch")[2])
        asked = site.asked()
    plain = {finding["rule"] for finding in quiet["findings"]}
    assert plain == {"address-wrong", "address-unencrypted"}
    messages = {
        finding["rule"]: finding["message"] for finding in found["findings"] if finding["rule"] not in plain
    }
    assert messages == {
        "enclosure-length-wrong": "The enclosure says 1440000 bytes, and the file has 1440001.",
        "artwork-not-square": "The artwork is 1400 × 1200 pixels, and directories want it square.",
        "artwork-named-otherwise": "The artwork is PNG, and its address ends in “.jpg”.",
        "artwork-unreachable": "The artwork cannot be had: it is no picture that directories know.",
    }
    assert sorted(asked) == ["GET /a.jpg", "GET /b.jpg", "HEAD /1.mp3"]


def test_files_that_lead_inside_are_reported_and_never_asked(good: Path) -> None:
    good.write_text(GOOD.replace("https://example.org/1.mp3", "http://10.0.0.1/1.mp3").replace("a.jpg", "a"))
    found = json.loads(refused(str(good), "--json", "--fetch", "1")[2])
    (message,) = [each["message"] for each in found["findings"] if each["rule"] == "enclosure-unreachable"]
    assert message == "The file cannot be had: 10.0.0.1 is not a public address."


def test_a_show_of_ours_is_judged_as_the_public_gets_it(db: None, settings: Any) -> None:
    settings.SITE_URL, settings.MEDIA_URL = "https://masthead.example", "https://media.masthead.example/"
    show = factories.show("Ours", slug="ours", by=[factories.person("Hana Host")])
    factories.episode(of=show)
    factories.episode(of=show)
    factories.episode("Not for everybody", of=show, for_members=True)
    factories.episode("A draft", of=show, published=False)
    answer = json.loads(checked("ours", "--json", "--strict"))
    assert answer["items"] == 2
    assert [finding for finding in answer["findings"] if finding["level"] != "info"] == []


def test_a_show_that_has_ended_has_no_feed(db: None) -> None:
    factories.show("Ours", slug="ours", ended_at=timezone.now())
    assert refused("ours")[:2] == (2, "ours: The feed of Ours answers 410: it has moved or ended.")
