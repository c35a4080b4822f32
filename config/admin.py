"""Django's admin, in the site's dress and behind the site's login (with its second factor)."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin


class MastheadAdminSite(admin.AdminSite):
    site_header = site_title = "Masthead"
    index_title = "Desk"
    login = secure_admin_login(admin.AdminSite.login)
