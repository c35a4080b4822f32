from django.contrib.admin.apps import AdminConfig


class MastheadAdminConfig(AdminConfig):
    """Django's admin behind the site's own login."""

    default_site = "config.admin.MastheadAdminSite"
