"""Captions belong to the times of a file. A new file has none: it borrows those of the one that it replaces."""

from media_pipeline.models import MediaAsset, Transcript

_TOLD = ("cues", "name", "changed_at", "created_by_id", "machine_made")
_LENT = 0  # the version of what is borrowed; whoever edits it makes it the file's own


def lend(asset: MediaAsset, other: MediaAsset) -> bool:
    """Let `other` have the captions of `asset` in each language in which it has none of its own. True if any changed."""
    ours = {each.language: each for each in asset.transcripts.all()}
    theirs = {each.language: each for each in other.transcripts.all()}
    gone = [each.pk for each in theirs.values() if each.version == _LENT and each.language not in ours]
    missing = [
        each
        for language, each in ours.items()
        if language not in theirs
        or (theirs[language].version == _LENT and theirs[language].cues != each.cues)
    ]
    Transcript.objects.filter(pk__in=gone).delete()
    for each in missing:
        told = {name: getattr(each, name) for name in _TOLD}
        other.transcripts.update_or_create(language=each.language, defaults=told | {"version": _LENT})
    return bool(gone or missing)


def exchange(asset: MediaAsset, other: MediaAsset) -> None:
    """What is a file's own goes with it; the rows of `asset` stay, as others may point at them."""
    ours = {each.language: each for each in asset.transcripts.all()}
    for each in other.transcripts.all():
        mine = ours.get(each.language)
        if mine is None:
            each.asset = asset
        elif each.version == _LENT:
            each.version = mine.version
        else:
            _exchange(mine, each)
        each.save()


def _exchange(one: Transcript, other: Transcript) -> None:
    for name in _TOLD:
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)
    one.version = other.version = max(one.version, other.version) + 1
    one.save()
