from django.conf import settings


def absolute(path: str) -> str:
    """The full address of a path on this site. Built from SITE_URL alone; the Host header builds none."""
    return path if path.startswith(("http://", "https://")) else f"{settings.SITE_URL}{path}"
