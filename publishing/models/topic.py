from typing import Any

from django.db import models
from django.urls import reverse

from core.slugs import unique_slug


class Topic(models.Model):
    """What something is about, across all kinds of content."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(
        max_length=100, unique=True, blank=True, help_text="Left empty, it is made from the name."
    )
    description = models.TextField(
        blank=True, help_text="One or two sentences at the top of the topic's page."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or unique_slug(Topic, self.name, self.pk)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])
