import re
import secrets
from collections.abc import Collection

from django.db.models import Model
from django.utils.text import slugify

_BETWEEN = re.compile(r"[./:_]+")


def make_slug(words: str, length: int = 80) -> str:
    """`Rust 1.17: what's new` becomes `rust-1-17-whats-new`; text without any Latin letter becomes a short random slug."""
    slug = slugify(_BETWEEN.sub("-", words))
    if len(slug) > length:
        slug = slug[:length].rpartition("-")[0] or slug[:length]
    return slug or secrets.token_hex(4)


def unique_slug(model: type[Model], words: str, pk: object = None, reserved: Collection[str] = ()) -> str:
    """A slug no other row of the model has, and none of `reserved`: `words`, else `words-2`, `words-3` and so on.

    Two simultaneous callers can choose the same one; the column's unique constraint decides.
    """
    base = make_slug(words)
    others = model._default_manager.exclude(pk=pk)
    taken = {*others.filter(slug__startswith=base).values_list("slug", flat=True), *reserved}
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
