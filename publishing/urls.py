"""Below /preview/: what people without an account may see before it is public."""

from django.urls import path

from publishing.sharing import preview_link_views as views

urlpatterns = [
    path("<str:signed>/", views.preview_link, name="preview_link"),
    path("<str:signed>/comments/", views.preview_link_comments, name="preview_link_comments"),
    path("<str:signed>/approval/", views.preview_link_approval, name="preview_link_approval"),
]
