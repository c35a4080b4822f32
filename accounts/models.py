from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Permission, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def holding(self, right: str) -> "models.QuerySet[User]":
        """Active people who have a permission (`articles.review_article`), be it by a group or as superusers."""
        app, _, name = right.partition(".")
        permission = Permission.objects.filter(content_type__app_label=app, codename=name)
        holders = Q(user_permissions__in=permission) | Q(groups__permissions__in=permission)
        ids = self.filter(holders | Q(is_superuser=True), is_active=True).values("pk")
        return self.filter(pk__in=ids)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A login. The e-mail address is its name; how somebody is shown to readers is `people.Person`."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(
        max_length=150, blank=True, help_text="How we address you in mails and in the admin."
    )
    is_staff = models.BooleanField("may open the admin", default=False)
    is_active = models.BooleanField(default=True, help_text="Switch off instead of deleting an account.")
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_unique_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.email


class FeedTokenQuerySet(models.QuerySet["FeedToken"]):
    def active(self) -> Self:
        return self.filter(revoked_at=None, user__is_active=True)


class FeedToken(models.Model):
    """The key of one person's own feed: its address holds the token, and we keep its digest alone.

    `scope` names what it opens, as its owner calls it: "show:3". Rotating it makes a new row and revokes the old one, so
    that the old address can say that it is gone.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="feed_tokens")
    scope = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 (hex).")
    hint = models.CharField(
        max_length=4, editable=False, help_text="Its last characters, to tell it from others."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)

    objects = FeedTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "feed of one’s own"
        verbose_name_plural = "members’ feeds"
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "scope"], condition=Q(revoked_at=None), name="feed_token_one_alive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} …{self.hint}"


class FeedTokenUse(models.Model):
    """From how many networks a token is used on a day (UTC): many are a sign that its address went round."""

    token = models.ForeignKey(FeedToken, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    network = models.CharField(max_length=32, help_text="Of the address (IPv6: its /64), salted, hex.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["token", "day", "network"], name="feed_token_use_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.token_id} {self.day}"
