"""What stands around an episode on its page: credits, links, sponsors, neighbours, further listening, structured data.

All of it is one query besides the episode's own: PostgreSQL puts the rows into JSON, and they become models again here.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest, JSONObject, Now
from django.urls import reverse

from core.links import absolute
from core.markdown import inline_text
from core.prepared import Prepared
from episodes.models import Episode, EpisodeCredit, EpisodeLink, ShowCredit, SponsorSlot
from episodes.models.episodes import AIRED
from episodes.pages import embedding, sound, structured
from episodes.transcripts import speech
from media_pipeline.playing import Next, Playable
from publishing.models import Topic
from search import around

MOST_RELATED = 3
HOSTS = ("host", "co-host")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The episode before or after, as far as a link needs it."""

    title: str
    path: str


def context(episode: Episode, start: float = 0) -> dict[str, Any]:
    """Everything the episode's template needs; the same for the public page and a preview. `start`: seconds."""
    row = _around.first(episode.pk)
    assert row is not None
    is_public, *columns = row
    credits, hosts, topics, links, slots, before, after, chosen, shared = map(around.rows, columns)
    related = chosen + [entry for entry in shared if entry not in chosen]
    episode.__dict__["credits_shown"] = _credits(credits, hosts)
    previous, following = _neighbour(episode, before), _neighbour(episode, after)
    playable = sound.playable(episode, start=start, then=_next(following)) if is_public else None
    lines = speech.lines(episode) if is_public else []
    return {
        "episode": episode,
        "show": episode.show,
        "credits": episode.credits_shown,
        "topics": [Topic(**fields) for fields in topics],
        "links": [EpisodeLink(**fields) for fields in links],
        "sponsors": [SponsorSlot(**fields) for fields in slots],
        "is_public": is_public,
        "playable": playable,
        "elsewhere": sound.host_of(episode.linked_url) if playable and playable.strangers else "",
        "listen_only": sound.counted(episode) if _is_film(episode, playable) else "",
        "lines": lines,
        "previous": previous,
        "next": following,
        "related": [around.entry(fields) for fields in related[:MOST_RELATED]],
        "embed": absolute(reverse("embed", args=[episode.show.slug, episode.slug])),
        "oembed": absolute(f"{reverse('oembed')}?{urlencode({'url': absolute(episode.get_absolute_url())})}"),
        "embed_size": (embedding.WIDTH, embedding.height_of(episode)),
        "social_card": "player" if playable else "summary",
        "audio_address": _audio_address(episode, playable),
        "structured": structured.episode(episode, playable, lines, is_public=is_public),
    }


def _is_film(episode: Episode, playable: Playable | None) -> bool:
    return bool(playable and playable.kind == "video" and episode.encoding)


def _audio_address(episode: Episode, playable: Playable | None) -> str:
    """Where others find the sound alone; empty while there is none."""
    if playable is None:
        return ""
    return absolute(sound.counted(episode)) if episode.encoding else playable.sources[0].url


# --- the query ----------------------------------------------------------------------------------------------


def _query(pk: int) -> QuerySet[Any, Any]:
    of_this, of_its_show = Q(episode=OuterRef("pk")), Q(show=OuterRef("show"))
    beside = {
        "a_credits": EpisodeCredit.objects.filter(of_this).values(row=_credit_columns()),
        "a_hosts": ShowCredit.objects.filter(of_its_show).values(row=_credit_columns()),
        "a_topics": Topic.objects.filter(pk__in=_topics()).values(row=around.columns(("id", "name", "slug"))),
        "a_links": EpisodeLink.objects.filter(of_this).values(row=around.columns(("label", "url"))),
        "a_slots": SponsorSlot.objects.filter(of_this)
        .exclude(sponsor="")
        .values(row=around.columns(("sponsor", "url", "text"))),
        "a_before": _neighbours("lt").order_by("-aired_at", "-pk").values(row=_link_columns())[:1],
        "a_after": _neighbours("gt").order_by("aired_at", "pk").values(row=_link_columns())[:1],
        "a_chosen": around.chosen(_items(), MOST_RELATED),
        "a_shared": around.sharing(_topics(), 2 * MOST_RELATED),  # some of it may be chosen, too
    }
    subqueries = {name: ArraySubquery(rows) for name, rows in beside.items()}
    its_time = Coalesce(Greatest(*AIRED), Now())
    described: QuerySet[Any, Any] = Episode.objects.filter(pk=pk).annotate(a_moment=its_time)
    described = described.annotate(a_public=_is_public(), **subqueries)
    return described.order_by().values("a_public", *subqueries)


def _is_public() -> Case:
    """Of what is live: whether it is for everybody by now."""
    everybodys = When(Q(public_at=None) | Q(public_at__lte=Now()), for_members=False, then=Value(True))
    return Case(everybodys, default=Value(False), output_field=BooleanField())


def _neighbours(side: str) -> QuerySet[Any, Any]:
    """The show's public episodes on one side of this one; what came at the same moment is one chain."""
    moment = OuterRef("a_moment")
    beyond = Q(**{f"aired_at__{side}": moment}) | Q(aired_at=moment, **{f"pk__{side}": OuterRef("pk")})
    return Episode.objects.public().for_feeds().filter(beyond, show=OuterRef("show"))


def _link_columns() -> JSONObject:
    return around.columns(("title", "slug"))


def _credit_columns() -> JSONObject:
    return JSONObject(role=F("role"), person=around.person_columns())


def _items() -> QuerySet[Any, Any]:
    """What the editors chose to hear next."""
    return Episode.related.through.objects.filter(episode=OuterRef(OuterRef("pk"))).values("item")


def _topics() -> QuerySet[Any, Any]:
    return Episode.topics.through.objects.filter(episode=OuterRef(OuterRef("pk"))).values("topic")


_around = Prepared(_query)

# --- and back to models -------------------------------------------------------------------------------------


def _credits(own: list[dict[str, Any]], shows: list[dict[str, Any]]) -> list[EpisodeCredit]:
    """Whoever is named, and the show's hosts before them where the episode names none of its own."""
    named = {fields["person"]["id"] for fields in own}
    if any(fields["role"].lower() in HOSTS for fields in own):
        shows = []
    hosts = [one for one in shows if one["role"].lower() in HOSTS and one["person"]["id"] not in named]
    return [
        EpisodeCredit(role=fields["role"], person=around.person(fields["person"]))
        for fields in [*hosts, *own]
    ]


def _neighbour(episode: Episode, found: list[dict[str, Any]]) -> Neighbour | None:
    return next(
        (Neighbour(one["title"], reverse("episode", args=[episode.show.slug, one["slug"]])) for one in found),
        None,
    )


def _next(neighbour: Neighbour | None) -> Next | None:
    return Next(inline_text(neighbour.title), neighbour.path) if neighbour else None
