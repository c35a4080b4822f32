import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from articles.models import Article, Byline, Series
from core import caching, faults
from media_pipeline.images import ensure_bucket
from media_pipeline.models import MediaAsset
from people.models import Person
from publishing import workflow
from publishing.models import ImportRecord, Redirect, Topic
from search.models import IndexEntry
from tests import factories
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db

type Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def _bucket() -> None:
    ensure_bucket()


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Import a directory (the test's own unless another is given): exit status and report."""

    def run_it(*options: str, directory: Path | None = None) -> tuple[int, dict[str, Any]]:
        status = 0
        try:
            call_command("import_articles", str(directory or tmp_path / "blog"), "--json", *options)
        except CommandError as error:
            status = error.returncode
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return status, json.loads(out)

    return run_it


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str | bytes]], None]:
    def write_them(files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            path = tmp_path / "blog" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write_them


type Write = Callable[[dict[str, str | bytes]], None]


def png(colour: str = "red", size: tuple[int, int] = (30, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def yaml(body: str = "The text.", **fields: str) -> str:
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\n{lines}---\n\n{body}\n"


def report(
    created: int = 0, updated: int = 0, unchanged: int = 0, failed: list[Any] | None = None
) -> dict[str, Any]:
    return {"created": created, "updated": updated, "unchanged": unchanged, "failed": failed or []}


def everything() -> dict[str, list[Any]]:
    """All rows an import could touch."""
    models = [Article, Byline, Person, Topic, MediaAsset, Redirect, ImportRecord, IndexEntry, Series]
    rows: dict[str, list[Any]] = {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }
    return rows | {"generation": [caching.current_token()]}


# --- what is read ---------------------------------------------------------------------------------------------------


def test_yaml_front_matter(run: Run, write: Write) -> None:
    text = """---
title: "A chart"
date: 2020-05-06T21:47:36+05:30
description: "
How to draw
one.
"
tags: ["News", "charts"]
categories: news, Drawing
authors: ["Ana Lima", "Bo Ek <bo@example.org>"]
series: Drawing lessons
part: 2
canonicalURL: https://elsewhere.example/chart/
---

Text.
"""
    write({"posts/a-chart/index.md": text})
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    assert (article.headline, article.slug, article.standfirst) == ("A chart", "a-chart", "How to draw one.")
    assert article.published_at == datetime(2020, 5, 6, 16, 17, 36, tzinfo=UTC)
    assert article.is_live
    assert [credit.person.name for credit in article.credits] == ["Ana Lima", "Bo Ek"]
    assert set(article.topics.values_list("name", flat=True)) == {"News", "charts", "Drawing"}
    assert (article.series and article.series.title, article.part) == ("Drawing lessons", 2)
    assert article.canonical_url == "https://elsewhere.example/chart/"
    assert article.body_html.strip() == "<p>Text.</p>"
    assert article.revised_at is None


def test_toml_front_matter_as_zola_has_it(run: Run, write: Write) -> None:
    text = """+++
path = "2017/04/27/Rust-1.17"
title = "Announcing 1.17"
authors = ["The Core Team"]
aliases = [
    "2017/04/27/Rust-1.17.html",
    "releases/1.17.0",
]

[taxonomies]
tags = ["Releases"]

[extra]
team = "The Team"
release = true
+++
Text.
"""
    write({"Rust-1.17.md": text})
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    assert article.published_at == datetime(2017, 4, 27, tzinfo=UTC)
    assert article.slug == "rust-1-17"
    assert [credit.person.name for credit in article.credits] == ["The Core Team"]
    assert [topic.name for topic in article.topics.all()] == ["Releases"]
    for path in (
        "/2017/04/27/Rust-1.17",
        "/2017/04/27/Rust-1.17/",
        "/2017/04/27/Rust-1.17.html",
        "/releases/1.17.0",
    ):
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (301, "/articles/rust-1-17/")


def test_without_front_matter(run: Run, write: Write) -> None:
    write({"aws/s3-cors.md": "# Adding a `CORS` policy\n\nText.\n\n## More\n"})
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    assert (article.headline, article.slug, article.status) == ("Adding a `CORS` policy", "s3-cors", "draft")
    assert article.body == "Text.\n\n## More"
    assert [topic.name for topic in article.topics.all()] == ["aws"]


@pytest.mark.parametrize(
    ("name", "text", "headline", "body"),
    [
        ("a.md", "Setext\n===\n\nText.", "Setext", "Text."),
        ("a.md", "## Opening\n\nText.", "Opening", "Text."),
        (
            "quick-testing_pyenv.md",
            "Text.\n\n## Later\n\nMore.",
            "Quick testing pyenv",
            "Text.\n\n## Later\n\nMore.",
        ),
        ("a.md", "```\n# a comment\n```", "A", "```\n# a comment\n```"),
        ("a.md", "# [Linked](https://example.org)\n", "Linked", ""),
        ("a.md", yaml("# The  Title\n\nText.", title="The title"), "The title", "Text."),
        ("a.md", yaml("Text.\n\n# The title\n\nMore.", title="The title"), "The title", "Text.\n\n\nMore."),
        ("a.md", yaml("# Part one\n\nText.", title="The title"), "The title", "# Part one\n\nText."),
        ("a.md", "+++\ntitle = 1.10\n+++\nText.", "1.1", "Text."),
        ("a.md", yaml("Text.", title="1.10"), "1.10", "Text."),
        ("a.md", "\ufeff---\r\ntitle: Windows\r\n---\r\nText.\r\n", "Windows", "Text."),
        ("a.markdown", "Text.", "A", "Text."),
        ("a.md", yaml("Text.", title="x" * 300), "x" * 199 + "…", "Text."),
    ],
)
def test_titles(run: Run, write: Write, name: str, text: str, headline: str, body: str) -> None:
    write({name: text})
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    assert (article.headline, article.body) == (headline, body)


@pytest.mark.parametrize(
    ("name", "fields", "date"),
    [
        ("a.md", {"date": "2021-03-04"}, datetime(2021, 3, 4, tzinfo=UTC)),
        ("a.md", {"date": "2021-03-04 05:06:07 +0100"}, datetime(2021, 3, 4, 4, 6, 7, tzinfo=UTC)),
        ("a.md", {"pubDate": "'Mar 4, 2021'"}, datetime(2021, 3, 4, tzinfo=UTC)),
        ("a.md", {"pubDate": "Thu, 04 Mar 2021 05:06:07 GMT"}, datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("a.md", {"published": "2021/03/04"}, datetime(2021, 3, 4, tzinfo=UTC)),
        ("2021-03-04-a.md", {}, datetime(2021, 3, 4, tzinfo=UTC)),
        ("2021/3/4/a.md", {}, datetime(2021, 3, 4, tzinfo=UTC)),
        ("2021-03-04-a.md", {"date": "2020-01-02"}, datetime(2020, 1, 2, tzinfo=UTC)),
        ("2021/13/44/a.md", {}, None),
        ("a.md", {}, None),
        ("a.md", {"date": "2021-03-04", "draft": "true"}, None),
        ("a.md", {"date": "2021-03-04", "published": "false"}, None),
        ("_drafts/2021-03-04-a.md", {}, None),
    ],
)
def test_dates(run: Run, write: Write, name: str, fields: dict[str, str], date: datetime | None) -> None:
    write({name: yaml(title="T", **fields)})
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    assert article.published_at == date
    assert (article.status, article.slug) == ("published" if date else "draft", "a")


@pytest.mark.parametrize(
    "date", ["31/02/2020", "04/05/2020", "soon", "0001-01-01", "9999-12-31", "[a, b]", "1e99"]
)
def test_a_date_that_is_none_is_reported_and_not_guessed(run: Run, write: Write, date: str) -> None:
    write({"bad.md": yaml(title="T", date=date), "good.md": yaml(title="T", date="2020-01-01")})
    status, got = run()
    if date == "[a, b]":
        assert (status, got["created"]) == (0, 2), "no text, so no date"
        return
    assert (status, got["created"], got["failed"][0]["where"]) == (1, 1, "bad.md")
    assert "is not a date" in got["failed"][0]["why"]


def test_a_date_to_come_is_a_schedule(run: Run, write: Write) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    write({"a.md": yaml(title="T", date=tomorrow.isoformat())})
    run()
    article = Article.objects.get()
    assert (article.status, article.is_live, article.announced_at) == ("published", False, None)


def test_what_was_published_long_ago_is_not_announced_again(run: Run, write: Write) -> None:
    write({"a.md": yaml(title="T", date="2015-01-01")})
    run()
    assert not Article.objects.due_for_announcement().exists()


def test_undated_texts_get_the_date_that_was_asked_for_and_never_the_files(run: Run, write: Write) -> None:
    write({"a.md": "Text.", "b.md": yaml(title="B", date="2020-01-01")})
    assert run() == (0, report(created=2))
    assert Article.objects.get(slug="a").published_at is None
    assert run("--date", "2024-05-06") == (0, report(updated=1, unchanged=1))
    assert Article.objects.get(slug="a").published_at == datetime(2024, 5, 6, tzinfo=UTC)
    assert Article.objects.get(slug="b").published_at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("author: Carol Nichols and David Wood", ["Carol Nichols and David Wood"]),
        ("author: 'Felix Klock, Wesley Wiser'", ["Felix Klock, Wesley Wiser"]),
        ("authors: TC & Eric Huss", ["TC & Eric Huss"]),
        ("authors: [B, A, B]", ["B", "A"]),
        ("authors:\n  - name: Ana Lima\n  - name: Bo Ek", ["Ana Lima", "Bo Ek"]),
        ("author: 'Tim Head <timhead>'", ["Tim Head"]),
        ("taxonomies:\n  authors: [Ana Lima]", ["Ana Lima"]),
        ("extra:\n  author: Ana Lima", ["Ana Lima"]),
        ("author: ''", []),
        ("author: null", []),
        ('author: "A\\u0301na\\x1b  Lima"', ["Ána Lima"]),
    ],
)
def test_authors(run: Run, write: Write, written: str, names: list[str]) -> None:
    write({"a.md": f"---\ntitle: T\n{written}\n---\n"})
    assert run() == (0, report(created=1))
    assert [credit.person.name for credit in Article.objects.get().credits] == names


def test_topics_are_the_same_whatever_their_case(run: Run, write: Write) -> None:
    factories.topic("GSoC")
    write({"a.md": yaml(title="T", tags="[gsoc, C, C++]"), "b.md": yaml(title="U", tags="GSOC, c")})
    run()
    assert set(Topic.objects.values_list("name", flat=True)) == {"GSoC", "C", "C++"}
    assert set(Article.objects.get(slug="b").topics.values_list("name", flat=True)) == {"GSoC", "C"}


def test_a_standfirst_that_repeats_the_headline_is_none(run: Run, write: Write) -> None:
    write({"a.md": yaml(title="Lang team update", description="'Lang team: Update!'")})
    run()
    assert Article.objects.get().standfirst == ""


def test_the_section_must_be_there(run: Run, write: Write) -> None:
    write({"a.md": "Text."})
    section = factories.section("Essays")
    assert run("--section", "essays") == (0, report(created=1))
    assert Article.objects.get().section == section
    status, got = run("--section", "nowhere")
    assert (status, got["failed"][0]["why"]) == (2, "There is no such section. There are: essays.")


def test_addresses_that_are_taken(run: Run, write: Write) -> None:
    factories.article(slug="update")
    write(
        {
            "1/update.md": yaml(title="May update"),
            "2/update.md": yaml(title="May update"),
            "3/update.md": yaml(title="May update"),
            "feed.md": yaml(title="Feed"),
            "日本語.md": yaml(title="Kyoto in autumn"),
            "named.md": yaml(title="T", slug="posts/Own-Name"),
        }
    )
    assert run() == (0, report(created=6))
    slugs = set(Article.objects.values_list("slug", flat=True))
    assert slugs == {"update", "may-update", "update-2", "update-3", "feed-2", "kyoto-in-autumn", "own-name"}


def test_two_files_with_the_same_old_address(run: Run, write: Write) -> None:
    front = "+++\ntitle = '{}'\npath = '2020/01/01/x'\n+++\n"
    write({"a.md": front.format("A"), "b.md": front.format("B")})
    problem = {
        "where": "b.md",
        "why": "The old address /2020/01/01/x belongs to another file too, and leads there.",
    }
    assert run() == (1, report(created=2, failed=[problem]))
    assert run() == (1, report(unchanged=2, failed=[problem]))
    assert Redirect.objects.get().item_id == Article.objects.get(headline="A").item_id


def test_an_address_that_leads_somewhere_already_is_left_alone(run: Run, write: Write) -> None:
    other = factories.article()
    Redirect.objects.create(path="/old", item=other.item)
    write({"a.md": yaml(title="T", aliases="[/old, '/', '//evil.example/x', /new/]")})
    assert run() == (0, report(created=1))
    assert set(Redirect.objects.values_list("path", "item_id")) == {
        ("/old", other.item_id),
        ("/x", Article.objects.get(headline="T").item_id),
        ("/new/", Article.objects.get(headline="T").item_id),
    }


# --- people ---------------------------------------------------------------------------------------------------------


def test_files_about_people_are_people(run: Run, write: Write) -> None:
    write(
        {
            "authors/stefanv.md": yaml("👋 Hi!", title="Stéfan van der Walt"),
            "posts/a.md": yaml(title="A", date="2020-01-01", authors="[stefanv]"),
            "posts/b.md": yaml(title="B", date="2020-01-01", author="Stéfan van der Walt"),
            "posts/ana.md": yaml("Writes.", title="Ana Lima"),
            "posts/c.md": yaml(title="C", date="2020-01-01", author="Ana Lima"),
            "authors/2020-01-01-people.md": yaml("About authors.", title="On authors"),
        }
    )
    assert run() == (0, report(created=6))
    assert set(Article.objects.values_list("headline", flat=True)) == {"A", "B", "C", "On authors"}
    assert set(Person.objects.values_list("name", "bio")) == {
        ("Stéfan van der Walt", "👋 Hi!"),
        ("Ana Lima", "Writes."),
    }
    assert "<p>👋 Hi!</p>" in Person.objects.get(slug="stefan-van-der-walt").bio_html
    assert Byline.objects.filter(person__slug="stefan-van-der-walt").count() == 2
    before = everything()
    assert run() == (0, report(unchanged=6))
    assert everything() == before


def test_a_directory_of_people_alone(run: Run, write: Write, tmp_path: Path) -> None:
    known = Person.objects.create(name="Tim Head")
    edited = Person.objects.create(name="Ana Lima", bio="By hand.")
    write(
        {
            "tim.md": yaml("Hi.", title="Tim Head"),
            "ana.md": yaml("Hi.", title="Ana Lima"),
            "bo.md": yaml("Hi.", title="Bo"),
        }
    )
    directory = (tmp_path / "blog").rename(tmp_path / "my_blog_authors")
    assert run(directory=directory) == (0, report(created=1, updated=1, unchanged=1))
    assert run(directory=directory) == (0, report(unchanged=3))
    assert not Article.objects.exists()
    known.refresh_from_db()
    edited.refresh_from_db()
    assert (known.bio, edited.bio) == ("Hi.", "By hand.")


def test_a_person_who_was_renamed_here_stays_the_same_person(run: Run, write: Write) -> None:
    write({"a.md": yaml(title="A", authors="[mjs]"), "people/ana.md": yaml("One.", title="Ana")})
    run()
    Person.objects.filter(name="mjs").update(name="Matt Schwennesen")
    ana = Person.objects.get(name="Ana")
    ana.name = "Ana Lima"
    ana.save()
    write({"a.md": yaml("New.", title="A", authors="[mjs]"), "people/ana.md": yaml("Two.", title="Ana")})
    assert run() == (0, report(updated=2))
    assert set(Person.objects.values_list("name", "bio")) == {("Matt Schwennesen", ""), ("Ana Lima", "Two.")}
    assert [credit.person.name for credit in Article.objects.get().credits] == ["Matt Schwennesen"]


def test_lists_of_articles_are_no_articles(run: Run, write: Write) -> None:
    write(
        {
            "_index.md": yaml(title="All posts"),
            "a.md": "Text.",
            ".hidden/b.md": "Text.",
            "node_modules/c.md": "Text.",
        }
    )
    assert run() == (0, report(created=1))


# --- images ---------------------------------------------------------------------------------------------------------


def test_images_come_along(run: Run, write: Write) -> None:
    body = """![A red field](./red.png "It is red")

Text with ![an icon][i] and <img src="../shared/green%20field.png" alt="Green">.

```
![not an image](red.png)
```

![From the top](/img/blue.png) ![Elsewhere](https://example.org/x.png)

[i]: red.png
"""
    write(
        {
            "posts/a/index.md": yaml(body, title="T", date="2020-01-01"),
            "posts/a/red.png": png("red"),
            "posts/shared/green field.png": png("green"),
            "static/img/blue.png": png("blue"),
        }
    )
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    assert MediaAsset.objects.count() == 3
    red, green, blue = (MediaAsset.objects.get(name=f"{n}.png") for n in ("red", "green field", "blue"))
    assert article.body == body.strip("\n").replace("./red.png", red.reference).replace(
        "[i]: red.png", f"[i]: {red.reference}"
    ).replace("../shared/green%20field.png", green.reference).replace("/img/blue.png", blue.reference)
    for asset in (red, green, blue):
        assert f'src="{asset.url}" alt="' in article.body_html
        assert default_storage.exists(asset.key)
    assert "<figcaption>It is red</figcaption>" in article.body_html
    assert set(article.images.all()) == {red, green, blue}
    assert "missing-image" not in article.body_html


def test_the_hero_and_a_text_that_opens_with_it(run: Run, write: Write) -> None:
    resources = """
  - name: featuredImage
    src: "Cover.PNG"
    params:
      description: "A cover"
      showOnTop: true"""
    opening = "![Described here](cover.png 'A caption')\n\nText. ![again](cover.png)"
    write(
        {
            "a/index.md": yaml(title="A", resources=resources),
            "a/cover.png": png("red"),
            "b.md": yaml(opening, title="B", image="cover.png"),
            "c.md": yaml(title="C", cover="{image: cover.png, alt: Alt, caption: Said, credit: By}"),
            "cover.png": png("blue"),
        }
    )
    assert run() == (0, report(created=3))
    a, b, c = (Article.objects.get(headline=name) for name in "ABC")
    assert a.hero
    assert b.hero
    assert (a.hero.alt, a.hero.width) == ("A cover", 30)
    assert (b.hero.alt, b.hero_caption, b.body) == (
        "Described here",
        "A caption",
        f"Text. ![again]({b.hero.reference})",
    )
    assert (c.hero, c.hero_caption, b.hero.credit) == (b.hero, "Said", "By")


SVG = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def test_images_that_cannot_be_had_are_reported_each_time_and_the_article_is_in(
    run: Run, write: Write
) -> None:
    body = "![A chart](chart.svg)\n\n![Gone](gone.png)\n\n![Gone again](gone.png)\n"
    write({"a.md": yaml(body, title="T", image="https://example.org/hero.jpg"), "chart.svg": SVG})
    failed = [
        {"where": "a.md", "why": why}
        for why in (
            "The image chart.svg was refused. This is an SVG, which can hold scripts. Save it as PNG and bring that.",
            "The image gone.png is not in the directory.",
            "The image https://example.org/hero.jpg is on another site; bring it into the directory.",
        )
    ]
    assert run() == (1, report(created=1, failed=failed))
    assert run() == (1, report(unchanged=1, failed=failed))
    article = Article.objects.get()
    assert "Image not available: A chart" in article.body_html
    assert article.hero is None
    write({"gone.png": png()})
    assert run() == (1, report(updated=1, failed=[failed[0], failed[2]]))
    assert "Image not available: Gone" not in Article.objects.get().body_html


def test_nothing_outside_the_directory_is_read(run: Run, write: Write, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png())
    (tmp_path / "secret.md").write_text("# Secret\n")
    body = "![a](../secret.png) ![b](/../secret.png) ![c](link.png) ![d](%2e%2e/secret.png) ![e](below/secret.png)"
    write({"a.md": yaml(body, title="T"), "loop/x.md": "Text."})
    (tmp_path / "blog/link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "blog/below").symlink_to(tmp_path)
    (tmp_path / "blog/loop/again").symlink_to(tmp_path / "blog/loop")
    (tmp_path / "blog/linked.md").symlink_to(tmp_path / "secret.md")
    status, got = run()
    assert (status, got["created"]) == (1, 2)
    assert [failure["where"] for failure in got["failed"]] == ["a.md"] * 5 + ["linked.md"]
    assert not MediaAsset.objects.exists()
    assert not Article.objects.filter(headline="Secret").exists()


@pytest.mark.parametrize(
    "reference", ["x" * 5000, "a%00b.png", "[::1]:x", "//[bad/x.png", "%ff.png", "a\\b.png", "."]
)
def test_hostile_references(run: Run, write: Write, reference: str) -> None:
    write({"a.md": yaml(f"![a]({reference}) [b]({reference}) <img src='{reference}'>", title="T")})
    status, got = run()
    assert (status in (0, 1), got["created"]) == (True, 1)


def test_the_same_image_in_two_articles_is_one(run: Run, write: Write) -> None:
    write({"a/index.md": "![x](i.png)", "a/i.png": png(), "b/index.md": "![x](i.png)", "b/i.png": png()})
    assert run() == (0, report(created=2))
    assert MediaAsset.objects.count() == 1


def test_storage_that_is_away_stops_the_import(run: Run, write: Write) -> None:
    write({"a.md": "Text.", "b.md": "![x](i.png)", "c.md": "Text.", "i.png": png("navy")})
    with changed_storage(bucket_name="nowhere"):
        status, got = run()
    assert (status, got["created"], got["failed"][0]["where"]) == (1, 1, "b.md")
    assert "prepare_storage" in got["failed"][0]["why"]
    assert run() == (0, report(created=2, unchanged=1))


# --- links and shortcodes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("b.md", "/articles/b/"),
        ("./b.md#part", "/articles/b/#part"),
        ("../bundle", "/articles/bundle/"),
        ("../Bundle/", "/articles/bundle/"),
        ("/posts/bundle/", "/articles/bundle/"),
        ("@/posts/b.md", "/articles/b/"),
        ("/2020/01/02/b", "/articles/b/"),
        ("/2020/01/02/b.html", "/articles/b/"),
        ("../authors/ana.md", "/people/ana-lima/"),
        ('{{< ref "b.md" >}}', "/articles/b/"),
        ("https://example.org/b.md", "https://example.org/b.md"),
        ("#here", "#here"),
        ("nowhere.md", "nowhere.md"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_links_between_the_files(run: Run, write: Write, link: str, href: str) -> None:
    b = '+++\npath = "2020/01/02/b"\naliases = ["2020/01/02/b.html"]\n+++\nText.'
    write(
        {
            "posts/a.md": f"[to]({link})",
            "posts/b.md": b,
            "posts/bundle/index.md": "Text.",
            "authors/ana.md": yaml(title="Ana Lima"),
        }
    )
    assert run() == (0, report(created=4))
    assert Article.objects.get(slug="a").body == f"[to]({href})"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            '{{< figure src="/x.png" alt="An [x]" caption="Say \\"x\\"" >}}',
            '![An \\[x\\]](</x.png> "Say \\"x\\"")',
        ),
        ("{{< youtube dQw4w9WgXcQ >}}", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ('{{ youtube(id="dQw4w9WgXcQ") }}', "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("{{% notice tip %}}\nMind **this**.\n{{% /notice %}}", "Mind **this**."),
        ('{% quote(author="A") %}\nWords.\n{% end %}', "Words."),
        ("{{< highlight python >}}\nx = 1\n{{< /highlight >}}", "```python\nx = 1\n```"),
        ("{{< table >}}\nrows:\n  - a\n  - b\n{{< /table >}}", "```yaml\nrows:\n  - a\n  - b\n```"),
        ("{{< toc >}}", ""),
        ("{{< chart src=data.json >}}", "`{{< chart src=data.json >}}`"),
        ("`{{< figure src=x.png >}}`", "`{{< figure src=x.png >}}`"),
        ("```\n{{< figure src=x.png >}}\n{{ x(1) }}\n```", "```\n{{< figure src=x.png >}}\n{{ x(1) }}\n```"),
        ("```\n{{</* figure src=x.png */>}}\n```", "```\n{{< figure src=x.png >}}\n```"),
        ("{{ closure }} and {{closure}}", "{{ closure }} and {{closure}}"),
    ],
)
def test_shortcodes(run: Run, write: Write, written: str, shown: str) -> None:
    write({"a.md": f"# T\n\n{written}\n", "x.png": png()})
    run()
    body = Article.objects.get().body.strip()
    reference = next((asset.reference for asset in MediaAsset.objects.all()), "")
    assert body == shown.replace("</x.png>", reference)


# --- running again --------------------------------------------------------------------------------------------------


def test_unchanged_input_changes_nothing_at_all(run: Run, write: Write) -> None:
    write(
        {
            "a.md": yaml(
                "![i](i.png) [b](b.md)",
                title="A",
                date="2020-01-01",
                author="Ana",
                tags="[x]",
                aliases="[/a]",
            ),
            "b.md": yaml(title="B", date="2020-01-01", series="S", part="1"),
            "c.md": "Text.",
            "i.png": png(),
        }
    )
    assert run() == (0, report(created=3))
    before = everything()
    assert run() == (0, report(unchanged=3))
    assert run("--dry-run") == (0, report(unchanged=3))
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_changed_input_is_brought_in_and_readers_see_it(run: Run, write: Write) -> None:
    write({"a.md": yaml("One.", title="A", date="2020-01-01", author="Ana", tags="[x]")})
    run()
    assert b"One." in Client().get("/articles/a/").content
    text = yaml(
        "Two.",
        title="A2",
        date="2020-02-02",
        authors="[Bo, Ana]",
        tags="[y]",
        description="D",
        slug="elsewhere",
    )
    write({"a.md": text})
    assert run() == (0, report(updated=1))
    article = Article.objects.get()
    assert (article.headline, article.body, article.standfirst, article.slug) == ("A2", "Two.", "D", "a")
    assert article.published_at == datetime(2020, 2, 2, tzinfo=UTC)
    assert [credit.person.name for credit in article.credits] == ["Bo", "Ana"]
    assert [topic.name for topic in article.topics.all()] == ["y"]
    assert article.revised_at is not None
    assert "<p>Two.</p>" in article.body_html
    page = Client().get("/articles/a/").content
    assert b"Two." in page
    assert IndexEntry.objects.get().title == "A2"


HAND = {
    "headline": "By hand",
    "standfirst": "By hand",
    "body": "By hand",
    "hero_caption": "By hand",
    "canonical_url": "https://by.hand/",
    "part": 9,
}


@pytest.mark.parametrize("field", [*HAND, "section", "series", "hero", "topics", "bylines", "date", "draft"])
def test_each_field_edited_by_hand_stays_and_the_others_follow(run: Run, write: Write, field: str) -> None:
    old = {
        "title": "Old",
        "date": "2020-01-01",
        "description": "Old words",
        "authors": "[Old]",
        "tags": "[old]",
        "series": "Old",
        "part": "1",
        "cover": "{src: old.png, caption: Old}",
        "canonical": "https://old.example/",
    }
    new = {name: value.replace("Old", "New").replace("old", "new") for name, value in old.items()}
    new |= {"date": "2020-02-02", "part": "2"}
    write({"a.md": yaml("Old.", **old), "old.png": png("red"), "new.png": png("blue")})
    assert run() == (0, report(created=1))
    article = Article.objects.get()
    before = _facts(article)
    _edit(article, field)
    edited = _facts(Article.objects.get())
    changed_by_hand = {name for name in before if before[name] != edited[name]}
    assert len(changed_by_hand) == 1
    write({"a.md": yaml("New.", **new)})
    factories.section("News")
    assert run("--section", "news") == (0, report(updated=1))
    after = _facts(Article.objects.get())
    assert {name for name in before if after[name] == edited[name]} == changed_by_hand
    settled = everything()
    assert run("--section", "news") == (0, report(unchanged=1))
    assert everything() == settled


def _facts(article: Article) -> dict[str, Any]:
    names = [*HAND, "section_id", "series_id", "hero_id"]
    return {name: getattr(article, name) for name in names} | {
        "topics": sorted(topic.name for topic in article.topics.all()),
        "bylines": [credit.person.name for credit in article.credits],
        "publication": (article.status, article.published_at if article.status == "published" else None),
    }


def _edit(article: Article, field: str) -> None:
    if field in HAND:
        setattr(article, field, HAND[field])
    elif field == "section":
        article.section = factories.section("By hand")
    elif field == "series":
        article.series = factories.series("By hand")
    elif field == "hero":
        article.hero = factories.image()
    elif field == "topics":
        article.topics.add(factories.topic("By hand"))
    elif field == "bylines":
        Byline.objects.create(article=article, person=factories.person("By hand"), position=1)
    elif field == "date":
        workflow.publish(article, by=None, at=datetime(2021, 1, 1, tzinfo=UTC))
    else:
        workflow.unpublish(article, by=None)
    article.save()


def test_a_draft_that_was_published_by_hand_stays_published(run: Run, write: Write) -> None:
    write({"a.md": "# A\n\nOne."})
    run()
    article = Article.objects.get()
    workflow.publish(article, by=None)
    write({"a.md": "# A\n\nTwo."})
    assert run() == (0, report(updated=1))
    assert Article.objects.get().is_live
    assert Article.objects.get().body == "Two."


def test_an_address_changed_by_hand_does_not_touch_who_links_there(run: Run, write: Write) -> None:
    write({"a.md": "[b](b.md)", "b.md": "Text."})
    run()
    target = Article.objects.get(slug="b")
    target.slug = "renamed"
    target.save()
    assert run() == (0, report(unchanged=2))
    write({"a.md": "Now: [b](b.md)"})
    assert run() == (0, report(updated=1, unchanged=1))
    assert Article.objects.get(slug="a").body == "Now: [b](/articles/renamed/)"


def test_what_was_deleted_by_hand_stays_deleted(run: Run, write: Write) -> None:
    write({"a.md": "Text.", "b.md": "[a](a.md)"})
    run()
    Article.objects.get(slug="a").delete()
    assert run() == (0, report(unchanged=2))
    write({"a.md": "New.", "b.md": "New: [a](a.md)"})
    assert run() == (0, report(updated=1, unchanged=1))
    assert set(Article.objects.values_list("slug", "body")) == {("b", "New: [a](a.md)")}


def test_two_directories_do_not_mix(run: Run, write: Write, tmp_path: Path) -> None:
    write({"one/a.md": "# One", "two/a.md": "# Two"})
    assert run(directory=tmp_path / "blog/one") == (0, report(created=1))
    assert run(directory=tmp_path / "blog/two") == (0, report(created=1))
    assert set(Article.objects.values_list("headline", flat=True)) == {"One", "Two"}


def test_killed_half_way_and_run_again(run: Run, write: Write) -> None:
    write(
        {
            "a.md": "A ![x](a.png)",
            "a.png": png("red"),
            "b.md": "B ![x](b.png)",
            "b.png": png("blue"),
            "c.md": "C",
        }
    )
    stored = iter([None, KeyboardInterrupt])

    def crash() -> None:
        if error := next(stored):
            raise error

    faults.arm("images.after_store", crash)
    assert run() == (130, report(created=1))
    assert Article.objects.count() == 1
    faults.disarm()
    assert run() == (0, report(created=2, unchanged=1))


def test_a_dry_run_writes_nothing_anywhere(run: Run, write: Write) -> None:
    image = png("#123456", (31, 17))
    write(
        {
            "a.md": yaml(
                "![i](i.png)", title="A", date="2020-01-01", author="Ana", tags="[x]", image="i.png"
            ),
            "authors/b.md": yaml("Hi.", title="Bo"),
            "c.md": "![x](x.svg)",
            "i.png": image,
            "x.svg": SVG,
        }
    )
    before = everything()
    status, got = run("--dry-run")
    assert (status, got["created"], len(got["failed"])) == (1, 3, 1)
    assert everything() == before
    assert run()[1] == got
    assert MediaAsset.objects.count() == 1


def test_a_dry_run_stores_no_image(run: Run, write: Write) -> None:
    stored = []
    faults.arm("images.after_store", lambda: stored.append(1))
    write({"a.md": "![i](i.png)", "i.png": png("#654321")})
    assert run("--dry-run") == (0, report(created=1))
    assert stored == []


# --- input that is broken -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"# Caf\xe9\n\nText \xe9", "The file is not UTF-8: byte 0xe9 in line 1."),
        (b"# NUL\n\n\0", "The file is not text: it holds NUL characters."),
        (b"x" * 1_000_001, "The file is larger than 1,000,000 bytes."),
        (b"x" * 10_000_000, "The file is larger than 1,000,000 bytes."),
        ("---\ntitle: x\n\nText", "The front matter begins in line 1 and is never closed with ---."),
        ("---\ntitle: [a\n---\n", "line 3"),
        (
            "---\na: b\n c: d\n---\n",
            "The front matter is not YAML: mapping values are not allowed here in line 3.",
        ),
        ("---\n- a\n- b\n---\n", "not a list of fields"),
        ("---\na: &a [x]\nb: *a\n---\n", "aliases (*name) are not possible here in line 3"),
        ("---\n? [a]\n: b\n---\n", "The front matter is not YAML"),
        ("---\ntags: " + "[" * 5_000 + "\n---\n", "The front matter is not YAML"),
        ("---\ntitle: " + "x" * 70_000 + "\n---\n", "The front matter is longer than 64,000 characters."),
        ('+++\ntitle = "a"\ndate = 2020-13-45\n+++\n', "The front matter is not TOML"),
        ('+++\ntitle = "a"\npath = \n+++\n', "at line 3"),
        ("+++\ntitle = " + "[" * 5_000 + "\n+++\n", "The front matter is not"),
        ("+++\nx = 1\n[[x]]\n+++\n", "TOML"),
        ("+++\nx = " + "9" * 5_000 + "\n+++\n", "The front matter is not usable TOML."),
        ("# T\n\n" + ">" * 5_000 + " a", "nested"),
        ("---\ntitle: T\nauthors: [[a]]\n---\n", "must be a name or a list of names"),
    ],
)
def test_a_bad_file_is_reported_with_its_line_and_the_rest_comes_in(
    run: Run, write: Write, content: str | bytes, why: str
) -> None:
    write({"bad.md": content, "good.md": "Text."})
    begun = time.process_time()
    status, got = run()
    assert time.process_time() - begun < 5
    assert (status, got["created"], [failure["where"] for failure in got["failed"]]) == (1, 1, ["bad.md"])
    assert why in got["failed"][0]["why"]


def test_yaml_tags_make_no_objects(run: Run, write: Write, tmp_path: Path) -> None:
    evil = f"!!python/object/apply:os.system ['touch {tmp_path}/evil']"
    write({"a.md": f"---\ntitle: {evil}\ndescription: !!python/name:os.system ''\n---\nText."})
    assert run() == (0, report(created=1))
    assert not (tmp_path / "evil").exists()
    assert Article.objects.get().standfirst == ""


def test_names_that_are_not_text(run: Run, write: Write, tmp_path: Path) -> None:
    write({"a.md": "Text.", "b\x1b[31m.md": b"\xff"})
    (tmp_path / "blog" / "c\udcff.md").write_text("Text.")
    (tmp_path / "blog" / "d.md").mkdir()
    status, got = run()
    assert (status, got["created"]) == (1, 1)
    assert [failure["where"] for failure in got["failed"]] == [r"b\x1b[31m.md", r"c\udcff.md"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere", "There is no such directory."),
        ("file.md", "This is not a directory."),
        ("empty", "There are no articles in this directory: no Markdown files."),
    ],
)
def test_what_cannot_be_read_at_all(run: Run, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file.md").write_text("Text.")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/a.txt").write_text("Text.")
    directory = tmp_path / name
    assert run(directory=directory) == (2, report(failed=[{"where": str(directory), "why": why}]))


def test_hostile_text_comes_out_harmless(run: Run, write: Write) -> None:
    body = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) [y](<JaVaScRiPt:alert(1)>) <img src=x onerror=alert(1)>"
    write(
        {
            "a.md": yaml(
                body,
                title="<script>alert(1)</script>",
                date="2020-01-01",
                tags="['<b>x</b>']",
                author="<i>A</i>",
            )
        }
    )
    assert run()[1]["created"] == 1
    article = Article.objects.get()
    page = Client().get(article.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "onerror=alert" not in page
    assert 'href="javascript' not in page.lower()


# --- real ones ------------------------------------------------------------------------------------------------------

DATA = Path("/work/shared/data/articles")
SETS = {
    # created, problems, published, people
    "rust_blog": (125, 4, 125, 56),
    "scientific_python": (28, 15, 28, 18),
    "scientific_python_authors": (4, 0, 0, 4),
    "simonw_til": (50, 0, 0, 0),
}
LONG = ("rust_blog", "scientific_python")


@pytest.mark.skipif(not DATA.exists(), reason="the shared article sets are not on this machine")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.soak) if name in LONG else name for name in SETS]
)
def test_real_sets(run: Run, name: str) -> None:
    created, problems, published, people = SETS[name]
    status, first = run(directory=DATA / name)
    assert (status, first["created"], len(first["failed"])) == (1 if problems else 0, created, problems)
    assert all(
        "is not in the directory" in failure["why"] or "SVG" in failure["why"] for failure in first["failed"]
    )
    assert (Article.objects.live().count(), Person.objects.count()) == (published, people)
    for article in Article.objects.all():
        assert "{{&lt;" not in article.body_html
        assert 'href="@/' not in article.body_html
        assert article.body_html
    before = everything()
    assert run(directory=DATA / name)[1] == first | {"created": 0, "unchanged": created}
    assert everything() == before
