from django.urls import include, path

from accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("name/", views.account_name, name="account_name"),
    path("corner/", views.corner, name="corner"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]
