from django.urls import path

from pages import feeds, views

urlpatterns = [
    path("", views.front_page, name="front_page"),
    path("feed/", feeds.everything_feed, name="everything_feed"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/feed/", feeds.topic_feed, name="topic_feed"),
    path("people/", views.people, name="people"),
    path("people/<slug:slug>/", views.person, name="person"),
    path("people/<slug:slug>/feed/", feeds.person_feed, name="person_feed"),
    path("robots.txt", views.robots, name="robots"),
]
