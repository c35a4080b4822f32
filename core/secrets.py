"""Addresses that let in whoever knows them; no log and no report may repeat them."""

import re

_OPENS_SOMETHING = re.compile(
    r"(/password/reset/key/[^/-]+-|/preview/|/media/play/|/episodes/private/)[^/'\"\s]+"
)


def without_secrets(text: str) -> str:
    return _OPENS_SOMETHING.sub(r"\1[removed]", text)
