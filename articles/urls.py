from django.urls import path

from articles import feeds, views

urlpatterns = [
    path("", views.articles, name="articles"),
    path("feed/", feeds.articles_feed, name="articles_feed"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("sections/<slug:slug>/feed/", feeds.section_feed, name="section_feed"),
    path("series/<slug:slug>/", views.series, name="series"),
    path("archive/", views.archive, name="archive"),
    path("archive/<int:year>/<int:month>/", views.archive_month, name="archive_month"),
    path("<slug:slug>/", views.article, name="article"),
]
