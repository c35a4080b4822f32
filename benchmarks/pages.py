"""Warm, cold and 304 answers of the article, the front page and a feed, beside a bare Django project in the same run.

    .venv/bin/python benchmarks/pages.py [--rounds 3] [--seconds 4] [--server granian --server gunicorn]

Rounds are interleaved; each figure is the median of its rounds. Only the ratios mean anything on a shared machine.
"""

import argparse
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import serving, surroundings  # noqa: E402

POSTS = 300
PAGES = {"article": "/articles/article-1/", "front": "/", "feed": "/feed/"}
PARAGRAPH = (
    "The **house** has floors, and [nothing](/articles/) points upward. `import` lines show it at a glance. "
    * 4
)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=int, default=4)
    options.add_argument("--server", action="append", choices=list(serving.SERVERS))
    chosen = options.parse_args()
    serving.require_wrk()
    prepare()
    with tempfile.TemporaryDirectory() as directory:
        make_bare_project(Path(directory))
        for server in chosen.server or ["granian"]:
            run(server, chosen.rounds, chosen.seconds, Path(directory))


def prepare() -> None:
    """A database of its own with published articles, behind production's settings."""
    surroundings.with_servers("benchmark", durable=True)
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    fill()


def fill() -> None:
    from articles.models import Article, Byline, Section
    from people.models import Person
    from publishing import workflow
    from publishing.models import Topic

    if Article.objects.exists():
        return
    section = Section.objects.create(name="Benchmarks")
    people = [Person.objects.create(name=f"Author {number}") for number in range(10)]
    topics = [Topic.objects.create(name=f"Topic {number}") for number in range(20)]
    for number in range(1, POSTS + 1):
        article = Article.objects.create(
            headline=f"Article {number}",
            slug=f"article-{number}",
            standfirst="What it is about.",
            section=section,
            body="\n\n".join([f"## Part {part}\n\n{PARAGRAPH}" for part in range(8)]),
        )
        Byline.objects.create(article=article, person=people[number % 10])
        article.topics.set([topics[number % 20], topics[number % 7]])
        workflow.publish(article, by=None, at=datetime.now(UTC) - timedelta(hours=number))


def make_bare_project(directory: Path) -> None:
    from django.conf import settings

    wanted = ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD", "CONN_MAX_AGE")
    database = {name: settings.DATABASES["default"].get(name) for name in wanted}
    text = serving.BARE.replace("DATABASE_", repr(database)).replace("REDIS_", repr(settings.CACHE_URL))
    (directory / "bare.py").write_text(text)
    (directory / "bare.html").write_text(serving.BARE_TEMPLATE)


def run(server: str, rounds: int, seconds: int, directory: Path) -> None:
    taken: dict[str, list[serving.Figures]] = {}
    with (
        serving.serving(server, "bare:application", directory) as (bare, bare_process),
        serving.serving(server, "config.wsgi:application", ROOT) as (ours, our_process),
    ):
        cases = {
            f"bare {name}": (bare + path, bare_process, {})
            for name, path in {
                "hello": "/hello",
                "one query": "/one-query",
                "Django's cache": "/django-cache",
            }.items()
        }
        for name, path in PAGES.items():
            cases[f"{name} warm"] = (ours + path, our_process, {"Accept-Encoding": "gzip"})
            cases[f"{name} 304"] = (ours + path, our_process, {"If-None-Match": serving.etag(ours + path)})
            cases[f"{name} cold"] = (f"{ours}{path}?cold=1", our_process, {})
        for _ in range(rounds):
            for name, (url, process, headers) in cases.items():
                taken.setdefault(name, []).append(serving.measure(url, process, seconds, headers))
        memory = [child.memory_full_info().pss / 2**20 for child in our_process.children()]
    report(server, taken, memory)


def report(server: str, taken: dict[str, list[serving.Figures]], memory: list[float]) -> None:
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in taken.items()
    }
    hello, one_query = medians["bare hello"][0], medians["bare one query"][0]
    print(f"\n{server}: medians of {len(taken['bare hello'])} rounds")
    print(f"{'':<22}{'req/s':>9}{'CPU ms':>9}{'p99 ms':>9}{'x hello':>9}{'x 1 query':>10}")
    for name, (rate, cpu, p99) in medians.items():
        print(f"{name:<22}{rate:>9.0f}{cpu:>9.2f}{p99:>9.1f}{rate / hello:>9.2f}{rate / one_query:>10.2f}")
    print("memory of the workers, PSS: " + ", ".join(f"{megabytes:.0f} MiB" for megabytes in memory))


if __name__ == "__main__":
    main()
