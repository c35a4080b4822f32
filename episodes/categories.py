"""Apple's categories as shows keep them."""

from publishing.podcast_check.categories import SUBCATEGORIES

SEPARATOR = " > "


def _names() -> list[str]:
    names = []
    for name, below in SUBCATEGORIES.items():
        names += [name, *(f"{name}{SEPARATOR}{each}" for each in below)]
    return names


CATEGORIES = tuple(_names())
"""As shows keep them: "Technology", "Society & Culture > Documentary"."""


def parts(category: str) -> tuple[str, str]:
    """The category and its subcategory, "" if there is none."""
    name, _, below = category.partition(SEPARATOR)
    return name, below
