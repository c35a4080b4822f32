"""`ops.health.HealthMiddleware` answers these first; they stand here so that the site's routes are complete."""

from django.urls import path

from ops import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
