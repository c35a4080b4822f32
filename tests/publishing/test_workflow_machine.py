"""The workflow against a small model of it: whatever order people do things in, and however much time passes.

Time passes by moving every moment of the content into the past: to the database's clock that is the same.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from articles.models import Article
from publishing import jobs, revisions, workflow
from search.models import IndexEntry
from tests import factories

MINUTES = st.integers(min_value=1, max_value=90)
PEOPLE = st.sampled_from(["author", "editor", "publisher", None])
EDITORS, PUBLISHERS = ("editor", "publisher", None), ("publisher", None)
MOMENTS = ("published_at", "expires_at", "edits_at", "announced_at", "revised_at")


@dataclass
class Model:
    """What a person would keep in mind. Times are minutes since the beginning."""

    clock: float = 0
    status: str = "draft"
    stage: str = "draft"
    newest: str = "Text 0"
    shown: str = ""
    live_at: float | None = None
    ends_at: float | None = None
    edits: tuple[str, float] | None = None
    approved: str | None = None
    texts: list[str] = field(default_factory=list)

    @property
    def visible(self) -> str | None:
        if self.status != "published" or self.live_at is None or self.live_at > self.clock:
            return None
        return None if self.ends_at is not None and self.ends_at <= self.clock else self.shown


class Workflow(RuleBasedStateMachine):
    people: dict[str, User]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.people = {
            role: User.objects.create_user(f"{role}@machine.example", "x", is_staff=True)
            for role in ("author", "editor", "publisher")
        }
        for role, user in self.people.items():
            user.groups.add(Group.objects.get(name=role.capitalize()))
        article = factories.article(
            "Text 0", slug="machine", published=False, by=[], created_by=self.people["author"]
        )
        workflow.edited(article, revisions.snapshot(article), self.people["author"])
        self.pk, self.model, self.count = article.pk, Model(texts=["Text 0"]), 0
        self.makers: dict[int, str | None] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @property
    def article(self) -> Article:
        return Article.objects.get(pk=self.pk)

    def attempt(self, allowed: bool, act: Any, *args: Any, **kwargs: Any) -> bool:
        """Do it; it must be refused exactly when the model says so, and change nothing then."""
        before, refused = Article.objects.filter(pk=self.pk).values().get(), None
        try:
            with transaction.atomic():
                act(self.article, *args, **kwargs)
        except workflow.Refused as error:
            refused = error
        assert (refused is None) == allowed, refused or f"{act.__name__} should have been refused"
        assert allowed or Article.objects.filter(pk=self.pk).values().get() == before
        return allowed

    def who(self, role: str | None) -> User | None:
        return self.people[role] if role else None

    # --- what people do -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.status in ("draft", "published"))
    @rule(role=PEOPLE)
    def edit(self, role: str | None) -> None:
        self.count += 1
        text = f"Text {self.count}"
        taken = revisions.newest(self.article).snapshot
        taken["fields"]["headline"] = text
        begins = not self._is_on_its_way()
        workflow.edited(self.article, taken, self.who(role), applied=False)
        self._edited(text, role, begins)

    @precondition(lambda self: self.model.status in ("draft", "published"))
    @rule(role=PEOPLE, data=st.data())
    def restore(self, role: str | None, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, self.article.version))
        text = revisions.numbered(self.article, number).snapshot["fields"]["headline"]
        begins = not self._is_on_its_way()
        if self.attempt(text != self.model.newest, workflow.restore, number, self.who(role)):
            self._edited(text, role, begins)

    def _edited(self, text: str, role: str | None, begins: bool) -> None:
        model = self.model
        self.makers[self.article.version] = role
        if begins or model.stage == "approved":
            model.stage = "draft" if begins else "in_review"
        model.newest, model.approved = text, None
        if model.status == "draft":
            model.shown = text

    @rule(role=PEOPLE)
    def submit(self, role: str | None) -> None:
        model = self.model
        if self.attempt(
            self._is_on_its_way() and model.stage in ("draft", "changes_requested"),
            workflow.submit,
            self.who(role),
        ):
            model.stage = "in_review"

    @rule(role=PEOPLE)
    def withdraw(self, role: str | None) -> None:
        handed_in = self._is_on_its_way() and self.model.stage in ("in_review", "approved")
        was_dated = self.article.edits_version == self.article.version
        if self.attempt(handed_in, workflow.withdraw, self.who(role)):
            self._back_to("draft", was_dated)

    @rule(role=PEOPLE, why=st.sampled_from(["", "Shorter, please."]))
    def request_changes(self, role: str | None, why: str) -> None:
        handed_in = self._is_on_its_way() and self.model.stage in ("in_review", "approved")
        was_dated = self.article.edits_version == self.article.version
        if self.attempt(
            handed_in and role in EDITORS and bool(why), workflow.request_changes, self.who(role), why
        ):
            self._back_to("changes_requested", was_dated)

    def _back_to(self, stage: str, was_dated: bool) -> None:
        self.model.stage, self.model.approved = stage, None
        if was_dated:
            self.model.edits = None

    @rule(role=PEOPLE, late=st.booleans())
    def approve(self, role: str | None, late: bool) -> None:
        seen = self.article.version - 1 if late else None
        waits = self._is_on_its_way() and self.model.stage == "in_review"
        allowed = waits and role in EDITORS and not late and not self._made_alone_by(role)
        if self.attempt(allowed, workflow.approve, self.who(role), version=seen):
            self.model.stage, self.model.approved = "approved", self.model.newest

    @rule(role=PEOPLE, later=st.none() | MINUTES)
    def publish(self, role: str | None, later: int | None) -> None:
        model = self.model
        approved = model.status != "draft" or model.stage == "approved" or role in PUBLISHERS
        at = timezone.now() + timedelta(minutes=later) if later else None
        if not self.attempt(
            self._is_open() and role in EDITORS and approved, workflow.publish, self.who(role), at=at
        ):
            return
        if later is None and model.visible is not None:
            return
        begins = model.clock + (later or 0)
        model.shown = model.newest if model.status == "draft" else model.shown
        model.status, model.live_at = "published", begins
        if model.ends_at is not None and model.ends_at <= begins:
            model.ends_at = None

    @rule(role=PEOPLE, later=st.none() | MINUTES)
    def publish_edits(self, role: str | None, later: int | None) -> None:
        model = self.model
        approved = model.stage == "approved" or role in PUBLISHERS
        at = timezone.now() + timedelta(minutes=later) if later else None
        if self.attempt(
            self._waits() and role in EDITORS and approved, workflow.publish_edits, self.who(role), at
        ):
            if later:
                model.edits = (model.newest, model.clock + later)
            else:
                model.shown, model.edits = model.newest, None

    @rule(role=PEOPLE)
    def discard_edits(self, role: str | None) -> None:
        if self.attempt(self._waits(), workflow.discard_edits, self.who(role)):
            self.model.newest, self.model.edits = self.model.shown, None
            self.model.stage, self.model.approved = "draft", None

    @precondition(lambda self: self.model.status == "published")
    @rule(role=PEOPLE, later=st.none() | MINUTES)
    def end(self, role: str | None, later: int | None) -> None:
        model = self.model
        assert model.live_at is not None
        ends = model.clock + later if later else None
        at = timezone.now() + timedelta(minutes=later) if later else None
        allowed = role in EDITORS and (ends is None or ends > model.live_at)
        if ends is not None and abs(ends - model.live_at) < 1:
            return  # within the second that the steps themselves take
        if self.attempt(allowed, workflow.set_expiry, self.who(role), at):
            model.ends_at = ends

    @rule(role=PEOPLE, act=st.sampled_from(["unpublish", "archive", "reopen", "take_down"]))
    def leave(self, role: str | None, act: str) -> None:
        model = self.model
        allowed = {
            "unpublish": role in EDITORS and model.status == "published",
            "archive": role in EDITORS and self._is_open(),
            "reopen": role in (PUBLISHERS if model.status == "removed" else EDITORS)
            and model.status in ("archived", "removed"),
            "take_down": role in PUBLISHERS and model.status != "removed",
        }[act]
        if self.attempt(allowed, getattr(workflow, act), self.who(role), "Because."):
            ends = {"archive": "archived", "take_down": "removed"}
            model.status, model.edits = ends.get(act, "draft"), None
            model.shown = model.newest
            if model.stage == "approved" and model.approved != model.newest:
                model.stage = "draft"

    @rule(minutes=MINUTES, swept=st.booleans())
    def time_passes(self, minutes: int, swept: bool) -> None:
        model = self.model
        passed = timedelta(minutes=minutes)
        Article.objects.filter(pk=self.pk).update(**{name: F(name) - passed for name in MOMENTS})
        IndexEntry.objects.update(
            published_at=F("published_at") - passed, expires_at=F("expires_at") - passed
        )
        model.clock += minutes
        if swept:
            jobs.announce_due()
            jobs.publish_due_edits()
            if model.edits and model.edits[1] <= model.clock:
                model.shown, model.edits = model.edits[0], None

    # --- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def readers_get_what_the_model_says(self) -> None:
        live = list(Article.objects.live().values_list("headline", flat=True))
        listed = list(IndexEntry.objects.live().values_list("title", flat=True))
        expected = [] if self.model.visible is None else [self.model.visible]
        assert (live, listed) == (expected, expected)

    @invariant()
    def the_row_and_the_newest_revision_are_where_they_belong(self) -> None:
        article = self.article
        assert (article.status, article.stage) == (self.model.status, self.model.stage)
        assert revisions.newest(article).snapshot["fields"]["headline"] == self.model.newest
        assert article.headline == (self.model.shown if article.status == "published" else self.model.newest)

    @invariant()
    def an_approval_is_of_the_newest_text(self) -> None:
        article = self.article
        if article.stage == "approved":
            assert article.approved_version == article.version
            assert self.model.approved == self.model.newest

    def _is_open(self) -> bool:
        return self.model.status in ("draft", "published")

    def _is_on_its_way(self) -> bool:
        return self.model.status == "draft" or self._waits()

    def _made_alone_by(self, role: str | None) -> bool:
        article = self.article
        edits = [maker for number, maker in self.makers.items() if number > (article.live_version or 0)]
        return role is not None and article.has_edits_waiting and set(edits) == {role}

    def _waits(self) -> bool:
        return self.article.has_edits_waiting


@pytest.mark.django_db
def test_whatever_people_do_the_workflow_is_what_the_model_says(pytestconfig: pytest.Config) -> None:
    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=100 if pytestconfig.getoption("--soak") else 8,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
