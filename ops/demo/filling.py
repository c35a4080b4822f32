"""Makes the demo magazine out of the Markdown and YAML files beside this one, through the models and the workflow."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.addresses import is_taken
from accounts.models import User
from articles.models import Article, Byline, Section, Series
from core.clock import database_now
from media_pipeline.images import ingest
from media_pipeline.models import MediaAsset
from ops.demo.cast import ADDRESSES, Filling, Login, make_user, new_logins, open_the_admin
from ops.demo.desk import ago, at, fill_desk
from ops.demo.pictures import picture, portrait
from ops.demo.podcast import fill_podcast
from pages.models import FrontPageSlot, StaticPage
from people.models import Person, PersonLink
from publishing import revisions, workflow
from publishing.models import Item, Publication, PublicationLink, Publishable, Topic

CREDIT = "Generated for the demo"
_HERE = Path(__file__).parent
LOCK = 0x6B657266  # any number that no other advisory lock has
_DRAWING = ("draw", "inks", "seed", "paper", "size")

type Facts = dict[str, Any]


class Busy(Exception):
    """Somebody else is filling this database at the moment."""


def is_empty() -> bool:
    """Whether nobody has begun anything here: no settings, content or people, and nobody with an address of the demo."""
    models: list[type[Model]] = [Publication, Item, Person, Section, Series, Topic]
    begun = any(model._default_manager.exists() for model in models)
    return not begun and not any(is_taken(email) for email in ADDRESSES.values())


@transaction.atomic
def fill() -> list[Login] | None:
    """Fill an empty database, whole or not at all; returns who can log in, or None if it was not empty.

    Raises Busy and StorageUnavailable; their messages are sentences for a person.
    """
    _only_one()
    if not is_empty():
        return None
    logins = new_logins()
    filling = Filling(timezone.localtime(database_now()), {login.role: make_user(login) for login in logins})
    _surroundings(_yaml("magazine.yaml"))
    for person in _yaml("people.yaml"):
        filling.people[person["slug"]] = _person(filling, person)
    _articles(filling)
    for path in sorted(_HERE.glob("pages/*.md")):
        filling.pages[path.stem] = _page(filling, path)
    podcast = _yaml("podcast.yaml")
    fill_podcast(filling, podcast, _asset(filling, "offcuts.jpg", podcast["cover"]), _publish)
    fill_desk(filling)
    open_the_admin(filling.users)
    return logins


def _only_one() -> None:
    """Until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            raise Busy("Another `manage.py demo` is filling this database right now.")


def _surroundings(magazine: Facts) -> None:
    """Name, links, sections, series and topics."""
    publication = Publication.objects.create(**magazine["publication"])
    links = [{"place": place, **link} for place, group in magazine["links"].items() for link in group]
    for position, link in enumerate(links):
        PublicationLink.objects.create(publication=publication, position=position, **link)
    for position, section in enumerate(magazine["sections"]):
        Section.objects.create(position=position, **section)
    for series in magazine["series"]:
        Series.objects.create(**series)
    for name, description in magazine["topics"].items():
        Topic.objects.create(name=name, description=description)


def _person(filling: Filling, facts: Facts) -> Person:
    face = portrait(**facts["portrait"])
    person = Person.objects.create(
        slug=facts["slug"],
        name=facts["name"],
        tagline=facts["tagline"],
        bio=facts["bio"],
        user=filling.users.get(facts.get("login", "")),
        portrait=ingest(
            face, name=f"{facts['slug']}.jpg", alt=facts["alt"], credit=CREDIT, created_by=filling.editor
        ),
    )
    for position, link in enumerate(facts.get("links", [])):
        PersonLink.objects.create(person=person, position=position, **link)
    return person


def _page(filling: Filling, path: Path) -> StaticPage:
    facts, body = _front_matter(path)
    page = StaticPage(
        slug=path.stem, name=facts["name"], summary=facts["summary"], body=body, created_by=filling.editor
    )
    page.save()
    return _publish(filling, page, facts)


def _articles(filling: Filling) -> None:
    found = {path.stem: _front_matter(path) for path in _HERE.glob("articles/*.md")}
    for slug in sorted(found, key=lambda slug: found[slug][0].get("days_ago", -99), reverse=True):
        filling.articles[slug] = _article(filling, slug, *found[slug])
    for slug, (facts, _) in found.items():
        article = filling.articles[slug]
        _relate(filling, article, facts)
        if "begun" not in facts:
            _publish(filling, article, facts)
        else:
            with ago(filling, article, days=facts["begun"]):
                workflow.edited(article, revisions.snapshot(article), article.created_by)


def _article(filling: Filling, slug: str, facts: Facts, body: str) -> Article:
    hero = facts.get("hero", {})
    for name, drawing in facts.get("images", {}).items():
        body = body.replace(
            f"(image:{name} ", f"({_asset(filling, f'{slug}-{name}.jpg', drawing).reference} "
        )
    article = Article(
        slug=slug,
        kicker=facts.get("kicker", ""),
        headline=facts["headline"],
        standfirst=facts["standfirst"],
        body=body,
        section=Section.objects.get(name=facts["section"]),
        series=Series.objects.get(title=facts["series"]) if "series" in facts else None,
        part=facts.get("part"),
        hero=_asset(filling, f"{slug}.jpg", hero) if hero else None,
        hero_caption=hero.get("caption", ""),
        sponsored="sponsor" in facts,
        sponsor=facts.get("sponsor", ""),
        created_by=_writer(filling, facts),
    )
    article.save()
    article.topics.set([Topic.objects.get(name=name) for name in facts["topics"]])
    for position, byline in enumerate(facts["by"]):
        credit = byline if isinstance(byline, dict) else {"person": byline}
        person, role = filling.people[credit["person"]], credit.get("role", "")
        Byline.objects.create(article=article, person=person, role=role, position=position)
    return article


def _writer(filling: Filling, facts: Facts) -> User | None:
    """The login of whoever comes first in the byline; most have none and send what they write."""
    first = facts["by"][0]
    return filling.people[first["person"] if isinstance(first, dict) else first].user


def _publish[P: Publishable](filling: Filling, content: P, facts: Facts) -> P:
    """As the site itself, as an import does: the old stock links to one another, so none could come first."""
    days, clock = facts.get("days_ago", 240), datetime.strptime(facts.get("time", "09:00"), "%H:%M")
    then = (filling.now - timedelta(days=days)).replace(
        hour=clock.hour, minute=clock.minute, second=0, microsecond=0
    )
    with at(filling, content, then):
        workflow.edited(content, revisions.snapshot(content), content.created_by)
        workflow.publish(content, by=None, at=then, quietly=True)
    return workflow.saved(content) if facts.get("revised") else content


def _relate(filling: Filling, article: Article, facts: Facts) -> None:
    article.related.set([filling.articles[slug].item for slug in facts.get("related", [])])
    if "slot" in facts:
        FrontPageSlot.objects.create(place=facts["slot"], item=article.item, position=facts["days_ago"])


def _asset(filling: Filling, name: str, facts: Facts) -> MediaAsset:
    drawn = picture(**{key: facts[key] for key in _DRAWING if key in facts})
    asset = ingest(drawn, name=name, alt=facts["alt"], credit=CREDIT, created_by=filling.editor)
    if "focal" in facts:
        asset.focal_x, asset.focal_y = facts["focal"]
        asset.save(update_fields=["focal_x", "focal_y"])
    return asset


def _yaml(name: str) -> Any:
    return yaml.safe_load((_HERE / name).read_text("utf-8"))


def _front_matter(path: Path) -> tuple[Facts, str]:
    _, facts, body = path.read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(facts), body.strip() + "\n"
