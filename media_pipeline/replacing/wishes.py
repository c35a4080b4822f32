"""Who wants which file instead of which, what speaks against it, and what has to be made first."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from core import work
from core.work import Permanent
from media_pipeline import encoding
from media_pipeline.encoding import sets
from media_pipeline.models import Encoding, MediaAsset, Replacement
from media_pipeline.replacing import captions
from media_pipeline.usage import uses

REPLACE, TELL = "media.replace", "media.tell_replaced"


class Refused(Permanent):
    """It cannot be replaced by that; the message is a sentence for whoever tries."""


@transaction.atomic
def ask(asset: MediaAsset, other: MediaAsset, by: User | None) -> Replacement:
    """Have `other`'s file shown wherever `asset` is. What is shown stays until everything is made of the new one.

    What was asked for `asset` before and is not done yet is given up. Raises Refused, or Permanent if what is wanted
    cannot be made of the new file.
    """
    held = hold(asset.pk, other.pk)
    if len(held) < 2:
        raise Refused(_the_same(asset) if asset == other else "One of the two was deleted at this moment.")
    asset, other = held[asset.pk], held[other.pk]
    if problem := refusal(asset, other) or _not_theirs(other, by):
        raise Refused(problem)
    before = Replacement.objects.open().filter(asset=asset)
    before.exclude(other=other).update(stopped_at=Now(), problem="Another file was brought since.")
    wish, _ = before.get_or_create(asset=asset, other=other, defaults={"asked_by": by})
    mirror(asset, other, anew=True)
    work.enqueue(REPLACE, str(wish.pk))
    return wish


def ask_again() -> None:
    """The clock's part, for what was missed: captions that changed meanwhile, a signal that came too early."""
    prompt(*Replacement.objects.open().values_list("pk", flat=True))


def prompt(*wishes: int) -> None:
    for pk in wishes:
        work.enqueue(REPLACE, str(pk))


def give_up(wish: Replacement, problem: str = "") -> bool:
    """The asset keeps its file, the other one stays in the library. False if it was too late."""
    return bool(Replacement.objects.open().filter(pk=wish.pk).update(stopped_at=Now(), problem=problem))


def hold(*ids: int, no_key: bool = True) -> dict[int, MediaAsset]:
    """The rows as they are now and nobody else's, always taken in the same order."""
    rows = MediaAsset.objects.select_for_update(no_key=no_key).filter(pk__in=ids)
    return {asset.pk: asset for asset in rows.order_by("pk")}


def refusal(asset: MediaAsset, other: MediaAsset) -> str:
    """What speaks against it, as a sentence; "" if nothing does."""
    if asset == other:
        return _the_same(asset)
    if asset.kind != other.kind:
        return (
            f"“{asset}” is {_a(asset)} and can be replaced by nothing else. What was brought is {_a(other)}."
        )
    if other._state.adding:
        return ""
    if uses(other):
        return (
            f"These bytes are in the library as “{other}”, which is used by itself. Choose that one instead."
        )
    entangled = Q(asset=other) | Q(other=other) & ~Q(asset=asset) | Q(other=asset)
    if Replacement.objects.open().filter(entangled).exists():
        return "One of the two files is about to replace, or to be replaced by, another one. Wait until that is done."
    return ""


def mirror(asset: MediaAsset, other: MediaAsset, *, anew: bool = False) -> bool:
    """Want of `other` what is wanted of `asset`, and nothing else. True if all of it is live.

    `anew`: what has failed or was cancelled is tried again. Both rows are held.
    """
    lent = captions.lend(asset, other)
    wanted = {(wish.profile, wish.owner): wish.tags for wish in asset.encodings.all()} or {
        (encoding.default_profile(asset.kind), ""): {}
    }
    _forget_the_rest(other, set(wanted))
    live = [_wanted(other, profile, owner, tags, lent, anew) for (profile, owner), tags in wanted.items()]
    return all(live)


def _wanted(
    other: MediaAsset, profile: str, owner: str, tags: dict[str, object], lent: bool, anew: bool
) -> bool:
    found = Encoding.objects.filter(asset=other, profile=profile, owner=owner).first()
    if found is None or found.tags != tags:
        found = encoding.request(other, profile, owner=owner, tags=tags)
    elif lent or (anew and found.live_id != found.wanted_id):
        encoding.retry_or_request(found)
    found.refresh_from_db()
    return found.live_id is not None and found.live_id == found.wanted_id


def _forget_the_rest(other: MediaAsset, wanted: set[tuple[str, str]]) -> None:
    rest = [found for found in other.encodings.all() if (found.profile, found.owner) not in wanted]
    for found in rest:
        found.delete()
    if rest:
        other.sets.filter(ready_at__isnull=False, live_for=None, retired_at=None).update(retired_at=Now())
        sets.tidy(other, after=sets.GRACE)
    for orphan in other.sets.unfinished().filter(wanted_by=None):
        encoding.cancel(orphan)


def _not_theirs(other: MediaAsset, by: User | None) -> str:
    kind = "mediaasset" if other.kind == MediaAsset.Kind.IMAGE else "recording"
    theirs = by is None or other.created_by_id == by.pk or by.has_perm(f"media_pipeline.edit_all_{kind}")
    return "" if theirs else f"These bytes are in the library as “{other}”, which is not yours to change."


def _the_same(asset: MediaAsset) -> str:
    return f"These are the very bytes that “{asset}” has already. Nothing was changed."


def _a(asset: MediaAsset) -> str:
    return {"image": "an image", "audio": "sound", "video": "a video"}[asset.kind]
