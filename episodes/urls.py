from django.urls import path

from episodes import feeds, views

urlpatterns = [
    path("", views.shows, name="shows"),
    path("feed/", feeds.network_feed, name="network_feed"),
    path("shows.opml", feeds.opml, name="opml"),
    path("transcripts/", views.transcripts, name="transcripts"),
    path("downloads/", views.download_rules, name="download_rules"),
    path("oembed/", views.oembed, name="oembed"),
    path("files/<uuid:guid>.<slug:extension>", views.episode_file, name="episode_file"),
    path("files/<uuid:guid>/chapters.json", views.chapters_file, name="chapters_file"),
    path("files/<uuid:guid>/transcript.<slug:extension>", views.transcript_file, name="transcript_file"),
    path("private/<str:token>/feed/", feeds.private_feed, name="private_feed"),
    path("private/<str:token>/<uuid:guid>.<slug:extension>", views.private_file, name="private_file"),
    path("yours/", views.own_feeds, name="own_feeds"),
    path("yours/<int:pk>/rotation/", views.own_feed_rotation, name="own_feed_rotation"),
    path("<slug:show>/", views.show, name="show"),
    path("<slug:show>/feed/", feeds.show_feed, name="show_feed"),
    path("<slug:show>/seasons/<int:number>/", views.season, name="season"),
    path("<slug:show>/seasons/<int:number>/feed/", feeds.season_feed, name="season_feed"),
    path("<slug:show>/topics/<slug:topic>/feed/", feeds.show_topic_feed, name="show_topic_feed"),
    path("<slug:show>/live/<slug:slug>/", views.live_recording, name="live_recording"),
    path("<slug:show>/live/<slug:slug>/calendar.ics", views.live_calendar, name="live_calendar"),
    path("<slug:show>/live/<slug:slug>/wish/", views.live_wish, name="live_wish"),
    path("<slug:show>/<slug:slug>/", views.episode, name="episode"),
    path("<slug:show>/<slug:slug>/transcript/", views.transcript, name="transcript"),
    path("<slug:show>/<slug:slug>/embed/", views.embed, name="embed"),
]
