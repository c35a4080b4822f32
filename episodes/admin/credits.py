from typing import Any


def with_roles(db_field: Any, field: Any, initial: str = "") -> Any:
    """A form's field; a role suggests the usual words, which stand in `admin/episodes/roles.html`. Any other may be typed."""
    if field and db_field.name == "role":
        field.widget.attrs["list"] = "feed-roles"
        field.initial = initial or field.initial
    if field and db_field.name == "href":
        field.label = field.widget.attrs["aria-label"] = "Link"
    return field
