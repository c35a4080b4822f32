"""The exchange: two assets' files, and all that was made of them, change places in one transaction."""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localdate

from core import work
from core.faults import point
from core.models import Work
from core.work import Permanent, Run, Transient
from media_pipeline import encoding
from media_pipeline.encoding import sets, tidying
from media_pipeline.models import EDITED, Encoding, MediaAsset, RenditionSet, Replacement
from media_pipeline.models.renditions import ENCODES
from media_pipeline.replacing import captions
from media_pipeline.replacing.wishes import TELL, give_up, hold, mirror, refusal
from media_pipeline.signals import asset_changed, asset_ready

FILE = (
    "sha256",
    "key",
    "content_type",
    "bytes",
    "width",
    "height",
    "duration",
    "probe",
    "ladder",
)
"""The columns that tell of the bytes."""


def go_on(run: Run) -> None:
    """The work `media.replace`; its key is the id of a Replacement."""
    attempt(int(run.key))


def attempt(pk: int) -> bool:
    """Exchange the files if everything is ready, and see to it that it will be. True if it was done now.

    Nothing here belongs to one runner: the rows are held, and an exchange that is done is not open any more. So it is
    no `run.commit()`, which would hold the work's row while waiting for the assets that others hold the other way round.
    Raises Transient if something is being made of one of them at this moment.
    """
    wish = Replacement.objects.open().select_related("asset", "other").filter(pk=pk).first()
    if wish is None:
        return False
    try:
        if _is_ready(wish):
            _stop_what_is_made_of(wish.asset)
        with transaction.atomic():
            return _attempt(wish)
    except Permanent as error:
        give_up(wish, str(error))
        return False


def tell(run: Run) -> None:
    """The work `media.tell_replaced`; its key is the id of an asset whose file is another one now.

    Not in the transaction of the exchange: whoever saves a text holds it and waits for the image, and we the reverse.
    """
    asset = MediaAsset.objects.filter(pk=run.key).first()
    if asset is None:
        return
    with sets.held(asset), run.commit():
        asset.refresh_from_db()
        for live in RenditionSet.objects.filter(live_for__asset=asset).distinct():
            asset_ready.send(sender=MediaAsset, asset=asset, rendition_set=live)
        asset_changed.send(sender=MediaAsset, asset=asset)


def _attempt(wish: Replacement) -> bool:
    hashes = [wish.asset.sha256, wish.other.sha256]
    for sha256 in sorted(hashes):
        tidying.hold(sha256)
    # With their keys, as one of these columns is unique: to ask for more later than at first is how deadlocks are made
    held = hold(wish.asset_id, wish.other_id, no_key=False)
    if len(held) < 2 or not Replacement.objects.open().filter(pk=wish.pk).exists():
        return False
    asset, other = held[wish.asset_id], held[wish.other_id]
    if [asset.sha256, other.sha256] != hashes:
        raise Transient("The files have changed meanwhile.")
    if problem := refusal(asset, other):
        raise Permanent(problem)
    if not mirror(asset, other):
        return False
    _nothing_is_made_of(asset, other)
    point("replace.before_exchange")
    _exchange(asset, other)
    Replacement.objects.filter(pk=wish.pk).update(done_at=Now())
    for changed in (asset, other):
        work.enqueue(TELL, str(changed.pk))
    point("replace.in_exchange")
    return True


@transaction.atomic
def _is_ready(wish: Replacement) -> bool:
    held = hold(wish.asset_id, wish.other_id)
    if len(held) < 2:
        return False
    asset, other = held[wish.asset_id], held[wish.other_id]
    return not refusal(asset, other) and mirror(asset, other)


def _stop_what_is_made_of(asset: MediaAsset) -> None:
    """Nobody will see it: it is of the file that goes."""
    for unfinished in asset.sets.unfinished():
        if _active(asset).filter(key=str(unfinished.pk)).exists():
            encoding.cancel(unfinished)


def _nothing_is_made_of(*assets: MediaAsset) -> None:
    """Neither now nor until this transaction ends: who begins holds an asset, who tries again holds parked work.

    Raises Transient otherwise.
    """
    list(_encodes(*assets).filter(state=Work.State.PARKED).select_for_update().order_by("pk"))
    if _active(*assets).exists():
        raise Transient(
            "Something is being made of one of the two files. It goes on as soon as that is over."
        )


def _active(*assets: MediaAsset) -> QuerySet[Work]:
    return _encodes(*assets).filter(state__in=[Work.State.WAITING, Work.State.RUNNING])


def _encodes(*assets: MediaAsset) -> QuerySet[Work]:
    unfinished = RenditionSet.objects.unfinished().filter(asset__in=assets).values_list("pk", flat=True)
    return Work.objects.filter(kind__in=ENCODES, key__in=[str(pk) for pk in unfinished])


def _exchange(asset: MediaAsset, other: MediaAsset) -> None:
    ours, theirs = ({name: getattr(each, name) for name in FILE} for each in (asset, other))
    words = {name: getattr(asset, name) for name in EDITED} | {"name": _former(asset)}
    rows = MediaAsset.objects.filter
    rows(pk=other.pk).update(sha256=f"exchanged for {asset.pk}")
    rows(pk=asset.pk).update(**theirs)
    rows(pk=other.pk).update(**ours, **words)
    _exchange_sets(asset, other)
    _exchange_encodings(asset, other)
    captions.exchange(asset, other)


def _exchange_sets(asset: MediaAsset, other: MediaAsset) -> None:
    ours, theirs = (list(each.sets.values_list("pk", flat=True)) for each in (asset, other))
    RenditionSet.objects.filter(pk__in=ours).update(asset=other)
    RenditionSet.objects.filter(pk__in=theirs).update(asset=asset)


def _exchange_encodings(asset: MediaAsset, other: MediaAsset) -> None:
    """The wishes stay where they are, and point at what is made of the other file. `mirror` has made them alike."""
    wishes = Encoding.objects.filter
    ours = {(each.profile, each.owner): each for each in asset.encodings.all()}
    for each in other.encodings.all():
        mine = ours.get((each.profile, each.owner))
        if mine is None:
            wishes(pk=each.pk).update(asset=asset)
        else:
            wishes(pk=mine.pk).update(wanted=each.wanted_id, live=each.live_id)
            wishes(pk=each.pk).update(wanted=mine.wanted_id, live=mine.live_id)


def _former(asset: MediaAsset) -> str:
    when = f" (before {date_format(localdate(), 'j F Y')})"
    return f"{str(asset)[: 200 - len(when)]}{when}"
