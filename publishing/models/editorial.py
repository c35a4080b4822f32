"""What the desk remembers about content: its revisions, who did what, what was said, and what waits unsaved."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from publishing.models.identity import Item


def _somebody(**options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", **options
    )


class Revision(models.Model):
    """One saved state of one Item: append-only. `publishing.revisions` makes, applies and compares them."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … of this item.")
    snapshot = models.JSONField(
        encoder=DjangoJSONEncoder,
        help_text="{fields: {name: value}, many: {name: [id]}, rows: {name: [{pk, field: value}]}}",
    )
    made_by = _somebody()
    made_at = models.DateTimeField(db_default=Now())
    note = models.CharField(
        max_length=200, blank=True, help_text="How it came about, if not by saving the form."
    )

    class Meta:
        ordering = ["item", "-number"]
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="revision_unique_item_number")]

    def __str__(self) -> str:
        return f"revision {self.number}"


class EditorialEvent(models.Model):
    """One step of the workflow: who, when, why. Written by `publishing.workflow`, never changed."""

    class Action(models.TextChoices):
        EDITED = "edited", "Edited, so the approval is void"
        RESTORED = "restored", "Brought an old version back"
        ASSIGNED = "assigned", "Assigned"
        SUBMITTED = "submitted", "Submitted for review"
        WITHDRAWN = "withdrawn", "Taken back from review"
        CHANGES_REQUESTED = "changes_requested", "Asked for changes"
        APPROVED = "approved", "Approved"
        COMMENTED = "commented", "Commented"
        SCHEDULED = "scheduled", "Scheduled"
        PUBLISHED = "published", "Published"
        EDITS_SCHEDULED = "edits_scheduled", "Scheduled the edits"
        EDITS_UNSCHEDULED = "edits_unscheduled", "Took the date off the edits"
        EDITS_PUBLISHED = "edits_published", "Published the edits"
        EDITS_DISCARDED = "edits_discarded", "Discarded the edits"
        EXPIRY_SET = "expiry_set", "Changed when it expires"
        UNPUBLISHED = "unpublished", "Unpublished"
        ARCHIVED = "archived", "Archived"
        REOPENED = "reopened", "Brought back as a draft"
        REMOVED = "removed", "Taken down"
        WAIVED = "waived", "Waived a problem"
        UNDONE = "undone", "Undone"
        WENT_LIVE = "went_live", "Went live"

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="events")
    action = models.CharField(max_length=20, choices=Action)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.CASCADE, related_name="events")
    by = _somebody()
    by_name = models.CharField(max_length=150, blank=True, help_text="Of somebody without an account.")
    at = models.DateTimeField(db_default=Now())
    why = models.TextField(blank=True)
    facts = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="{before, after}: workflow columns."
    )
    batch = models.UUIDField(
        null=True, db_index=True, help_text="What was done to several at once, to be undone."
    )

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["item", "-id"], name="event_item_newest")]

    def __str__(self) -> str:
        return self.get_action_display()

    @property
    def who(self) -> str:
        return str(self.by) if self.by else self.by_name or "The site itself"


class Comment(models.Model):
    """Something said about a revision, or about one of its fields."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="comments")
    field = models.CharField(max_length=60, blank=True, help_text="Name of the field; empty: the whole.")
    text = models.TextField(max_length=5000)
    by = _somebody()
    by_name = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    resolved_by = _somebody()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def who(self) -> str:
        return str(self.by) if self.by else self.by_name


class Waiver(models.Model):
    """Somebody with the right took responsibility for one problem that the linter found."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="waivers")
    rule = models.CharField(max_length=40)
    fingerprint = models.CharField(
        max_length=64, help_text="`Finding.fingerprint`: this problem, not the next."
    )
    reason = models.CharField(max_length=300)
    by = _somebody()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "rule", "fingerprint"], name="waiver_once_a_finding")
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason}"


class PreviewLink(models.Model):
    """Lets somebody without an account see one revision. The address is this row's number, signed."""

    class May(models.TextChoices):
        VIEW = "view", "look at it"
        COMMENT = "comment", "look and comment"
        APPROVE = "approve", "look, comment and approve"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(
        "for whom", max_length=100, help_text="Their name: it stands beside what they say."
    )
    may = models.CharField("they may", max_length=10, choices=May, default=May.VIEW)
    expires_at = models.DateTimeField()
    made_by = _somebody()
    made_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.label}, {self.revision}"


class Autosave(models.Model):
    """What somebody has typed into a form and not saved: one a person and form. No revision."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    item = models.ForeignKey(
        Item, null=True, on_delete=models.CASCADE, related_name="+", help_text="None: not saved yet."
    )
    data = models.TextField(help_text="The form as a browser would send it.")
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "item"], nulls_distinct=False, name="autosave_one_a_person_and_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class SavedSearch(models.Model):
    """A list with its filters under a name of somebody's own."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "name"], name="saved_search_one_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class LintResult(models.Model):
    """What the linter last said about one Item's newest revision: lists cannot wait for it. `publishing.lint_results` writes it."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="lint_result")
    version = models.PositiveIntegerField()
    errors = models.PositiveIntegerField(help_text="Those that nobody has waived.")
    warnings = models.PositiveIntegerField()
    waived = models.PositiveIntegerField()
    dead_links = models.PositiveIntegerField(help_text="To other sites; they are among the warnings too.")
    checked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.errors} errors, {self.warnings} warnings"
