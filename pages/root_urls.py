"""Last of all: an address of one segment that nothing else answers is a static page."""

from django.urls import path

from pages import views

urlpatterns = [path("<slug:slug>/", views.static_page, name="static_page")]
