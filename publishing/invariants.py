from collections.abc import Iterator

from django.apps import apps
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.invariants import Note, invariant
from core.markdown import RENDERER_VERSION
from publishing import revisions
from publishing.models import KINDS, Body, Item, Publishable, Revision


@invariant("Everything publishable has an identity of its own kind")
def identities_fit() -> Iterator[str]:
    for kind, model in KINDS.items():
        for content in model._default_manager.exclude(item__kind=kind).select_related("item").order_by("pk"):
            yield f"{kind} {content.pk} has the identity {content.item_id} of the kind {content.item.kind}."
    for item in Item.objects.exclude(kind__in=KINDS).order_by("pk"):
        yield f"Identity {item.pk} is of the kind {item.kind}, which nothing is."


@invariant("Nothing is announced before its time")
def announcements_are_not_early() -> Iterator[str]:
    for kind, model in KINDS.items():
        published = model._default_manager.filter(status=Publishable.Status.PUBLISHED)
        for content in published.filter(announced_at__lt=F("published_at")).order_by("pk"):
            yield f"{kind} {content.pk} was announced at {content.announced_at}, before {content.published_at}."


@invariant("Texts were rendered by a renderer we know")
def renderings_are_known() -> Iterator[str]:
    for model in apps.get_models():
        if not issubclass(model, Body):
            continue
        written = model._default_manager.exclude(body="").order_by("pk")
        for pk in written.filter(body_renderer__gt=RENDERER_VERSION).values_list("pk", flat=True):
            yield f"{model._meta.label} {pk} was rendered by a newer release than this one."
        for pk in written.filter(body_renderer=0).values_list("pk", flat=True):
            yield f"{model._meta.label} {pk} was never rendered."
        if old := written.filter(body_renderer__range=(1, RENDERER_VERSION - 1)).count():
            yield Note(f"{old} of {model._meta.label} were rendered by an older release.")


@invariant("Versions are the numbers of revisions that exist")
def versions_exist() -> Iterator[str]:
    for kind, model in KINDS.items():
        newest = Revision.objects.filter(item=OuterRef("item_id")).order_by("-number").values("number")[:1]
        rows = model._default_manager.annotate(newest=Coalesce(Subquery(newest), 0))
        for content in rows.exclude(version=F("newest")).order_by("pk"):
            yield f"{kind} {content.pk} is at version {content.version}; its newest revision is {content.newest}."
        for content in rows.filter(live_version__gt=F("version")).order_by("pk"):
            yield f"{kind} {content.pk}: readers have version {content.live_version} of {content.version}."


@invariant("The row says what its revision says: the published one, or the newest of a draft")
def rows_are_their_revisions() -> Iterator[str]:
    for kind, model in KINDS.items():
        names = [field.name for field in revisions.own_fields(model) if not field.is_relation]
        for content in model._default_manager.exclude(version=0).order_by("pk").iterator(chunk_size=200):
            number = content.live_version or content.version
            kept = revisions.numbered(content, number).snapshot["fields"]
            row = revisions.snapshot(content)["fields"]
            differing = [name for name in names if name in kept and kept[name] != row[name]]
            if differing:
                yield f"{kind} {content.pk} is not its revision {number}: {', '.join(differing)}."
