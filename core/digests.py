"""Who wrote a field last: the import or a person? What the import wrote is remembered as a digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:20]


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: digest(value) for name, value in values.items()}


def to_write(
    new: Mapping[str, Any], current: Mapping[str, Any], written: Mapping[str, str]
) -> dict[str, Any]:
    """The fields that changed in the source and that nobody has edited since the import wrote them."""
    return {
        name: value
        for name, value in new.items()
        if digest(value) != written.get(name) and digest(current[name]) == written.get(name)
    }
