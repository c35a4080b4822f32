from django.urls import path

from media_pipeline.delivery import views

urlpatterns = [
    path("play/<str:grant>/<int:file_pk>.<slug:extension>", views.play, name="media_play"),
    path("<int:pk>/playback.json", views.playback, name="media_playback"),
    path("<int:pk>/<slug:stem>.<slug:extension>", views.file, name="media_file"),
]
