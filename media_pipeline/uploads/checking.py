"""The work `media.check_upload`: one object of the parts, read once, understood, put in its place, made an asset.

It may die at any line and be run again: each stage finds what an earlier run has left, and only the last one, in one
transaction, shows anything.
"""

import hashlib
import time
from pathlib import Path

from django.db.models.functions import Now

from core import work
from core.faults import point
from core.work import LostLease, Permanent, Run, Transient
from media_pipeline import ffmpeg, replacing, storage
from media_pipeline.encoding import PROFILES, tidying
from media_pipeline.images import ImageRefused
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.uploads import multipart
from media_pipeline.uploads.bringing import request
from media_pipeline.uploads.understanding import understood

_GONE = "The storage does not have what was sent any more. Send it again."
_NOT_THAT = "What has arrived is not what was sent ({}). Send it again."


def check(run: Run) -> None:
    """Its key is the token of an upload."""
    upload = Upload.objects.select_related("created_by", "replaces").filter(token=run.key).first()
    if upload is None:
        return
    if upload.state == Upload.State.CHECKING:
        try:
            _check(run, upload)
        except (Permanent, ImageRefused) as error:
            _refuse(run, upload, str(error))
            return
    point("upload.before_forget")
    if upload.state in (Upload.State.DONE, Upload.State.STOPPED):
        multipart.forget(upload)
    point("upload.end")


def _check(run: Run, upload: Upload) -> None:
    _complete(upload)
    point("upload.after_complete")
    with ffmpeg.workspace(upload.bytes) as folder:
        path = folder / "original"
        sha256 = _read(run, upload, path)
        point("upload.after_read")
        asset = MediaAsset.objects.filter(sha256=sha256).first() or understood(path, upload, sha256)
    point("upload.after_probe")
    _check_profile(upload, asset)
    _check_replaced(upload, asset)
    if asset._state.adding:
        run.checkpoint({"doing": "keeping"})
        multipart.copy(upload, asset.key, asset.content_type, run.check)
    point("upload.after_copy")
    try:
        with run.commit():
            _make(upload, asset)
            point("upload.in_commit")
    except (LostLease, Permanent):
        work.enqueue("media.tidy", sha256)  # the copy, if no asset has these bytes
        raise


def _complete(upload: Upload) -> None:
    """Raises Permanent if what is there is not what was recorded."""
    try:
        found = multipart.listed(upload)
        _compare(upload, found)
        multipart.complete(upload, found)
    except multipart.Gone as error:  # an earlier run has come this far, perhaps
        size = storage.size_of(upload.key)
        if size is None:
            raise Permanent(_GONE) from error
        if size != upload.bytes:
            raise Permanent(_NOT_THAT.format(f"{size:,} bytes of {upload.bytes:,}")) from error


def _compare(upload: Upload, found: dict[int, multipart.Part]) -> None:
    if sorted(found) != list(range(1, upload.part_count + 1)):
        raise Permanent(_NOT_THAT.format(f"{len(found)} parts of {upload.part_count}"))
    for number, part in found.items():
        if part.size != upload.length_of(number) or part.sha256 not in ("", upload.parts.get(str(number))):
            raise Permanent(_NOT_THAT.format(f"part {number}"))


def _read(run: Run, upload: Upload, path: Path) -> str:
    """Bring the object here, part by part, each compared with its hash; the SHA-256 (hex) of the whole."""
    whole, told = hashlib.sha256(), 0.0
    with path.open("wb") as file:
        for number, content in enumerate(multipart.contents(upload), 1):
            if multipart.digest(content) != upload.parts.get(str(number)):
                raise Permanent(_NOT_THAT.format(f"part {number}"))
            whole.update(content)
            file.write(content)
            run.check()
            if time.monotonic() - told > 1:
                run.checkpoint({"doing": "reading", "percent": 100 * number // upload.part_count})
                told = time.monotonic()
    return whole.hexdigest()


def _check_profile(upload: Upload, asset: MediaAsset) -> None:
    wanted = PROFILES.get(upload.profile)
    if upload.profile and (wanted is None or asset.kind not in wanted.kinds):
        raise Permanent(
            f"The profile “{upload.profile}” cannot be made of {asset.get_kind_display().lower()}. Leave it out."
        )


def _check_replaced(upload: Upload, asset: MediaAsset) -> None:
    """Before anything is kept. Raises Permanent."""
    if upload.replaces and (problem := replacing.refusal(upload.replaces, asset)):
        raise Permanent(problem)


def _make(upload: Upload, asset: MediaAsset) -> None:
    """The asset and what is to be made of it. In a transaction; raises Transient if its bytes went away meanwhile."""
    tidying.hold(asset.sha256)
    if asset._state.adding and storage.size_of(asset.key) != upload.bytes:
        raise Transient("The copy in the storage is not whole.")
    if asset._state.adding:
        columns = {field.attname: getattr(asset, field.attname) for field in asset._meta.concrete_fields}
        brought = {
            name: value for name, value in columns.items() if name not in ("id", "sha256", "created_at")
        }
        asset, _ = MediaAsset.objects.get_or_create(sha256=asset.sha256, defaults=brought)
    elif (found := MediaAsset.objects.filter(sha256=asset.sha256).first()) is None:
        raise Transient("The same file was deleted from the library at this moment.")
    else:
        asset = found  # not by its id: these bytes may be another asset's since
    if upload.replaces:
        replacing.ask(upload.replaces, asset, upload.created_by)
    else:
        request(asset, upload.profile, upload.tags)
    done = {"state": Upload.State.DONE, "asset": asset, "parts": {}, "changed_at": Now()}
    Upload.objects.filter(pk=upload.pk).update(**done)
    upload.state = Upload.State.DONE


def _refuse(run: Run, upload: Upload, problem: str) -> None:
    """Its bytes stay for a week: the sentence may be wrong, and they may be all that there is."""
    with run.commit():
        refused = {"state": Upload.State.REFUSED, "problem": problem, "changed_at": Now()}
        Upload.objects.filter(pk=upload.pk).update(**refused)
