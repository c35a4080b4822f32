"""Failing examples that nobody here wrote: real articles, linted where they lie."""

import pytest
from django.core.management import CommandError, call_command

from articles.importers import documents
from articles.importers.folder import Folder
from articles.models import Article
from media_pipeline.images import ensure_bucket
from publishing.linter import CHECK_FAILED, RULES, Finding, Level, lint
from tests import factories
from tests.shared import DATA

ARTICLES = DATA / "articles"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not ARTICLES.exists(), reason="the real articles are not on this machine"),
]

# (set, file, rule, what it finds)
FOUND = [
    ("rust_blog", "Project-Goals-2025-May-Update.md", "image-alt", "https://github.com/user-attachments/assets/5d5f19e3-0ca6-4ffb-bcd7-3fb6a5f5162c"),
    ("rust_blog", "Project-Goals-2025-May-Update.md", "image-alt-file-name", "![picture]("),
    ("rust_blog", "Project-Goals-2025-May-Update.md", "image-outside", "https://github.com/user-attachments/"),
    ("rust_blog", "Project-Goals-2025-May-Update.md", "reading", "reading"),
    ("rust_blog", "check-cfg/index.md", "image-missing", "cargo-check.svg"),
    ("rust_blog", "Rust-1.52.1.md", "heading-level-1", "Summary"),
    ("rust_blog", "Rust-1.52.1.md", "link-dead", "/2021/05/06/Rust-1.52.0"),
    ("rust_blog", "Rust-1.32.0.md", "heading-order", "The dbg macro"),
    ("rust_blog", "Rust-1.17.md", "shell-prompt", "$ rustup update stable"),
    ("rust_blog", "Rust-1.31-and-rust-2018.md", "link-anchor", "#contributors-to-1-31-0"),
    ("rust_blog", "Rust-1.55.0.md", "link-words", "[here]("),
    ("rust_blog", "project-goals-2025-december-update.md", "unfinished-mention", "including one FIXME"),
    ("rust_blog", "inside-rust/compiler-team-ambitions-2022.md", "sponsorship-likely", "sponsored by the Internet"),
    ("rust_blog", "Rust-1.17.md", "standfirst-missing", ""),
    ("scientific_python", "matplotlib/An-Inquiry-into-Matplotlib-Figures/index.md", "python-syntax", "height_ratios[3, 2, 1])"),
    ("scientific_python", "matplotlib/An-Inquiry-into-Matplotlib-Figures/index.md", "link-words", "[here]("),
    ("simonw_til", "python/setup-py-from-url.md", "python-syntax", "extras_require={"),
]  # fmt: skip


def read(name: str, key: str) -> Article:
    """The article in a file, unsaved, with its pictures and links as they are written there."""
    document = documents.read(key, Folder(str(ARTICLES / name)).text(key))
    return Article(headline=document.title, standfirst=document.standfirst, body=document.body)


@pytest.mark.parametrize(("name", "key", "rule", "what"), FOUND)
def test_a_real_failing_example(name: str, key: str, rule: str, what: str) -> None:
    found = [finding for finding in lint(read(name, key)) if finding.rule == rule]
    assert any(what in finding.excerpt for finding in found)


def test_a_real_slip_in_a_name() -> None:
    factories.person("Rhett Turnbull")
    [found] = [each for each in lint(read("simonw_til", "macos/atuin.md")) if each.rule == "name-spelling"]
    assert (found.excerpt, found.line) == ("Rhet Turnbull", 1)


def test_pictures_at_the_top_of_real_articles() -> None:
    ensure_bucket()
    with pytest.raises(CommandError) as told:  # that some of their pictures are not there
        call_command("import_articles", str(ARTICLES / "scientific_python" / "matplotlib"), "--json")
    assert told.value.returncode == 1
    found = {
        article.slug: {finding.rule for finding in lint(article)}
        for article in Article.objects.select_related("hero")
    }
    assert {"hero-tiny", "hero-credit", "image-narrow"} <= found["an-inquiry-into-matplotlib-figures"]
    assert {"hero-alt", "hero-small", "section-missing"} <= found["introductory-gsoc2020-post"]
    assert "hero-missing" in set().union(*found.values())


@pytest.mark.parametrize(
    "name", [pytest.param("rust_blog", marks=pytest.mark.soak), "scientific_python", "simonw_til"]
)
def test_whole_sets_are_checked_without_a_failure_and_with_few_errors(name: str) -> None:
    folder = Folder(str(ARTICLES / name))
    found: list[tuple[str, Finding]] = []
    keys = list(folder.files())
    for key in keys:
        document = documents.read(key, folder.text(key))
        article = Article(headline=document.title, standfirst=document.standfirst, body=document.body)
        found += [(key, finding) for finding in lint(article)]
    assert CHECK_FAILED not in {finding.rule for _, finding in found}
    # A link or picture beside the file is none before the import
    own = [f for _, f in found if f.level is Level.ERROR and f.rule not in ("link-dead", "image-missing")]
    assert len({finding.rule for finding in own}) <= 3
    assert len(own) < len(keys)
    assert {finding.rule for _, finding in found} <= set(RULES)
