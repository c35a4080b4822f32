"""Links to other sites: what somebody found who followed them."""

import hashlib
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

MAX_URL = 2000


def digest_of(url: str) -> str:
    """SHA-256 in hex: an index holds no long addresses."""
    return hashlib.sha256(url.encode(errors="surrogatepass")).hexdigest()


class OutsideLinkQuerySet(models.QuerySet["OutsideLink"]):
    def to(self, urls: set[str]) -> Self:
        return self.filter(digest__in=[digest_of(url) for url in urls])

    def due(self) -> Self:
        """To be asked now, by the database's clock. What somebody is asking just now is not."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lt=Now()), next_check_at__lte=Now())

    def dead(self) -> Self:
        return self.filter(state=OutsideLink.State.DEAD)

    def moved(self) -> Self:
        """For good, to `final_url`."""
        return self.filter(state=OutsideLink.State.GOOD).exclude(final_url="")


class OutsideLink(models.Model):
    """One address of another site that our texts link to. `publishing.links.link_checks` writes all but the address."""

    class State(models.TextChoices):
        UNCHECKED = "unchecked", "Not checked yet"
        GOOD = "good", "Good"
        UNCLEAR = "unclear", "Could not tell"
        FAILING = "failing", "Failing"
        DEAD = "dead", "Dead"

    digest = models.CharField(max_length=64, unique=True, editable=False)
    url = models.TextField(max_length=MAX_URL, help_text="Without the fragment.")
    host = models.CharField(max_length=255, db_index=True)
    state = models.CharField(
        max_length=10, choices=State, default=State.UNCHECKED, db_default=State.UNCHECKED
    )
    status = models.PositiveSmallIntegerField(
        null=True, help_text="Of the last answer; None: there was none."
    )
    problem = models.CharField(max_length=300, blank=True, help_text="A sentence about the last answer.")
    final_url = models.TextField(blank=True, help_text="Where it is now, if it has moved for good.")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="In a row.")
    first_failed_at = models.DateTimeField(null=True, help_text="When the failures in a row began.")
    checked_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(db_default=Now(), db_index=True)
    claimed_until = models.DateTimeField(null=True, help_text="Somebody is asking just now.")
    seen_at = models.DateTimeField(db_default=Now(), help_text="When a text was last known to link there.")

    objects = OutsideLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, first_failed_at=None)
                | Q(failures__gt=0, first_failed_at__isnull=False),
                name="outside_link_failures_have_a_beginning",
            )
        ]

    def __str__(self) -> str:
        return self.url
