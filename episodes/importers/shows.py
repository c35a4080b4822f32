"""The podcast itself: found again, made, or brought up to date with what its feed says."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.urls import Resolver404, resolve

from accounts.models import User
from core import digests
from core.importing import ItemFailed, Outcome, Unreadable
from episodes.importers.feed import Channel
from episodes.importers.judging import path_here
from episodes.importers.people import People, current_credits, set_credits
from episodes.models import Episode, Show, ShowCredit
from episodes.models.shows import podcast_guid
from episodes.telling import tell
from publishing.models import ImportRecord, Redirect

_COLUMNS = (
    "name", "tagline", "description", "author", "owner_name", "owner_email", "language", "type", "medium", "categories",
    "explicit", "website", "copyright", "license", "license_url", "funding_url", "funding_label", "frequency",
    "frequency_rule", "location", "podroll", "txt", "locked", "complete", "hidden",
)  # fmt: skip


@dataclass(slots=True)
class Shows:
    """`address` is where the feed came from, or the name of its file. `slug` is the show's that was asked for, if one was."""

    channel: Channel
    address: str
    slug: str = ""
    others_own_it: bool = True  # nobody said that it is theirs
    changed: list[str] = field(default_factory=list)  # the fields of the last `take`

    @property
    def guid(self) -> UUID | None:
        """What the feed says, else what its address stands for (https://podcastindex.org/namespace/1.0#guid)."""
        address = self.channel.address or (self.address if "://" in self.address else "")
        return self.channel.guid or (podcast_guid(address) if address else None)

    @property
    def source(self) -> str:
        return f"podcast:{self.guid or self.address}"[:100]

    def find(self) -> Show | None:
        """Raises Unreadable if there is none of that slug, another show of the same name, or a claim that anybody can make."""
        if self.slug:
            show = Show.objects.filter(slug=self.slug).first()
            if show is None:
                there = ", ".join(Show.objects.values_list("slug", flat=True)) or "none yet"
                raise Unreadable(f"--show {self.slug}", f"There is no such show. There are: {there}.")
            return show
        show = Show.objects.filter(podcast_guid=self.guid).first() if self.guid else None
        if show and "import" not in show.kept and not path_here(self.address):
            sentence = (
                f"The feed says that it is “{show}”, which was made here. If it is, say --show {show.slug}."
            )
            raise Unreadable(self.name, sentence)
        show = show or Show.objects.filter(kept__import__source=self.source).first()
        if show is None and (same := Show.objects.filter(name=self.name).first()):
            sentence = f"There is a show of this name already. If it is this one, say --show {same.slug}."
            raise Unreadable(self.name, sentence)
        return show

    @property
    def name(self) -> str:
        return self.channel.title or self.address.rstrip("/").rpartition("/")[2][:128] or "Untitled podcast"

    def demand_ours(self) -> None:
        """`podcast:locked` says that no other host may take the feed over. Raises Unreadable."""
        channel = self.channel
        if not (channel.locked and self.others_own_it) or self._is_known():
            return
        owner = channel.locked_owner or channel.owner_email
        users = User.objects.filter(email__iexact=owner, is_active=True) if owner else []
        if any(user.has_perm("episodes.add_show") for user in users):
            return
        raise Unreadable(
            self.address,
            "The feed is locked (podcast:locked): its owner does not want it to be taken over by another host. Unlock it "
            "there first; or, if it is yours, say --i-own-it, or give the login of its owner "
            f"({owner or 'nobody is named'}) the right to add shows.",
        )

    def _is_known(self) -> bool:
        here = bool(path_here(self.channel.address) or path_here(self.address))
        return here or bool(self.guid and Show.objects.filter(podcast_guid=self.guid).exists())

    def take(self) -> tuple[Show, Outcome]:
        """Made, or brought up to date: what an editor has changed since the last import stays."""
        self.changed = []
        show = self.find()
        if show is None:
            return self._create(), Outcome.CREATED
        record = show.kept.get("import")
        if record is None:
            return show, self._adopt(show)
        new = self._values()
        changed = digests.to_write(new, self._current(show), record["digests"])
        if changed:
            record["digests"] |= digests.digests(changed)
            self._write(show, changed)
            show.save()
            self._credit(show, changed)
            tell(show.episodes.values_list("pk", flat=True))
        self.changed = sorted(changed)
        return show, Outcome.UPDATED if changed else Outcome.UNCHANGED

    def _create(self) -> Show:
        """A show that was deleted begins anew: what was remembered of its episodes went with it."""
        if Show.objects.filter(name=self.name).exists():
            raise ItemFailed("There is a show of this name already.")
        ImportRecord.objects.filter(source=self.source).delete()
        new = self._values()
        show = Show(slug=self._slug())
        if self.guid:
            show.podcast_guid = self.guid
        self._write(show, new)
        show.kept["import"] = {"source": self.source, "digests": digests.digests(new)}
        show.save()
        self._credit(show, new)
        self._redirect(show)
        return show

    def _adopt(self, show: Show) -> Outcome:
        """A show that somebody has made by hand is filled where it is empty, and gets the identity of its feed."""
        new, current = self._values(), self._current(show)
        filled = {name: value for name, value in new.items() if value and not current[name]}
        if self.guid and not show.episodes.exclude(published_at=None).exists():
            show.podcast_guid = self.guid
        self._write(show, filled)
        written = digests.digests(filled | {name: new[name] for name in new if new[name] == current[name]})
        show.kept["import"] = {"source": self.source, "digests": written}
        show.save()
        self._credit(show, filled)
        self._redirect(show)
        self.changed = sorted(filled)
        return Outcome.UPDATED

    def _values(self) -> dict[str, Any]:
        """What the show should be, as plain values that can be compared."""
        channel = self.channel
        special = {"name", "tagline", "website", "locked", "explicit"}
        values = {name: getattr(channel, name) for name in _COLUMNS if name not in special}
        return values | {
            "name": self.name,
            "tagline": channel.tagline,
            "website": "" if path_here(channel.link) else channel.link,
            "language": channel.language or settings.LANGUAGE_CODE.partition("-")[0],
            "type": channel.type or str(Show.Type.EPISODIC),
            "medium": channel.medium or str(Show.Medium.PODCAST),
            "explicit": bool(channel.explicit),
            "locked": True if channel.locked is None else channel.locked,
            "kept": {
                key: value for key, value in (("image", channel.image), ("more", self._more())) if value
            },
            "credits": People(self.source).credits(channel.persons),
        }

    def _more(self) -> list[Any]:
        """Without what our own feeds say of this network."""
        return [element for element in self.channel.more if not _is_our_network(element)]

    def _current(self, show: Show) -> dict[str, Any]:
        values = {name: getattr(show, name) for name in _COLUMNS}
        kept = {key: value for key, value in show.kept.items() if key != "import"}
        return values | {"kept": kept, "credits": current_credits(show.credits)}

    def _write(self, show: Show, values: dict[str, Any]) -> None:
        for name in values.keys() & set(_COLUMNS):
            setattr(show, name, values[name])
        if "kept" in values:
            ours = {"import": show.kept["import"]} if "import" in show.kept else {}
            show.kept = values["kept"] | ours

    def _credit(self, show: Show, values: dict[str, Any]) -> None:
        if "credits" in values:
            set_credits(ShowCredit, {"show": show}, values["credits"])

    def _slug(self) -> str:
        """The one that a feed of ours names; else "", and the name makes one."""
        path = path_here(self.channel.address)
        try:
            match = resolve(path) if path else None
        except Resolver404:
            return ""
        slug = str(match.kwargs.get("show", "")) if match and match.url_name == "show_feed" else ""
        return "" if Show.objects.filter(slug=slug).exists() else slug

    def _redirect(self, show: Show) -> None:
        """From where the feed was, if that is a path of this site, or of the site that this one replaces."""
        for address in (self.channel.address, self.address):
            path = old_path(address, self.channel)
            if path and path != show.feed_path and not is_taken(path):
                Redirect.objects.get_or_create(path=path, defaults={"target_path": show.feed_path})


def old_path(address: str, channel: Channel) -> str:
    """The path of an address at this site, or at the podcast's own old one, whose name may soon be ours; else ""."""
    path = path_here(address) or path_there(address, channel.link)
    return path if path.strip("/") and len(path) <= 500 and path.isprintable() else ""


def is_taken(path: str) -> bool:
    """Whether it belongs to a show or an episode that is here: what a feed says must not lead away from it, nor later."""
    try:
        found = resolve(path)
    except Resolver404:
        return False
    if found.url_name == "episode":
        return Episode.objects.filter(show__slug=found.kwargs["show"], slug=found.kwargs["slug"]).exists()
    return "show" in found.kwargs and Show.objects.filter(slug=found.kwargs["show"]).exists()


def path_there(address: str, home: str) -> str:
    where, there = urlsplit(address), urlsplit(home)
    same = where.hostname and where.hostname.removeprefix("www.") == (there.hostname or "").removeprefix(
        "www."
    )
    return unquote(where.path) if same and not where.query else ""


def _is_our_network(element: Any) -> bool:
    own = (child["attributes"].get("feedUrl", "") for child in element["children"])
    return element["name"] == "podcast:publisher" and any(path_here(url) for url in own)
