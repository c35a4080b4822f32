from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from articles.importers import documents, slugs
from articles.importers.documents import Document
from articles.importers.folder import Folder, is_list_page
from articles.importers.library import Library
from articles.importers.links import Links
from articles.importers.people import People
from articles.importers.writing import Writer
from articles.models import Section
from core.importing import ImportCommand, ItemFailed, Outcome, Unreadable
from core.markdown import MarkdownTooComplex


@dataclass(frozen=True, slots=True)
class File:
    """A Markdown file: what is in it, or why that cannot be known."""

    key: str
    document: Document | None = None
    is_person: bool = False
    problem: str = ""


class Command(ImportCommand[File]):
    help = (
        "Import a directory of Markdown files with their images, as static-site generators keep them. Run it again to "
        "bring the articles up to date: what was edited by hand stays. The directory is known again by its name."
    )

    def add_input(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="DIR")
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="Publish what has no date on this day (UTC).",
        )
        parser.add_argument("--section", metavar="SLUG", help="Put the articles into this section.")

    def read(self, **options: Any) -> list[File]:
        directory, day, section = options["directory"], options["date"], options["section"]
        folder = Folder(directory)
        files = _classified([_opened(folder, key) for key in folder.files()], folder.name)
        for unreadable in folder.unreadable:
            self.problem(unreadable, "The directory cannot be read.")
        if not files:
            raise Unreadable(directory, "There are no articles in this directory: no Markdown files.")
        known = [file.document for file in files if file.document]
        articles = [file.document for file in files if file.document and not file.is_person]
        source = f"articles:{folder.name}"[:100]
        self.writer = Writer(
            source,
            Library(folder, dry_run=self.dry_run),
            Links(known),
            People(source, [file.document for file in files if file.document and file.is_person]),
            slugs.plan(source, articles),
            _section(section) if section else None,
            datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None,
        )
        return sorted(files, key=lambda file: not file.is_person)

    def where(self, item: File) -> str:
        return item.key

    def take(self, item: File) -> Outcome:
        if item.document is None:
            raise ItemFailed(item.problem)
        if item.is_person:
            return self.writer.people.take(item.document)
        outcome = self.writer.take(item.document)
        for problem in self.writer.problems:
            self.problem(item.key, problem)
        return outcome


def _opened(folder: Folder, key: str) -> File:
    try:
        return File(key, documents.read(key, folder.text(key)))
    except (ItemFailed, MarkdownTooComplex) as error:
        return File(key, problem=str(error))


def _classified(files: list[File], directory: str) -> list[File]:
    """People apart from articles, and without the pages that only list articles."""
    authors = {name.casefold() for file in files if file.document for name in file.document.authors}
    classified = []
    for file in files:
        person = file.document is not None and documents.is_person(file.document, directory, authors)
        if person or not is_list_page(file.key):
            classified.append(File(file.key, file.document, person, file.problem))
    return classified


def _section(slug: str) -> Section:
    section = Section.objects.filter(slug=slug).first()
    if section is None:
        there = ", ".join(Section.objects.values_list("slug", flat=True)) or "none yet"
        raise Unreadable(f"--section {slug}", f"There is no such section. There are: {there}.")
    return section
