from django.contrib import admin
from django.urls import path

from publishing.desk import calendar_page
from publishing.lists import saved_searches, undo
from publishing.writing import markdown_preview

desk = admin.site.admin_view

urlpatterns = [
    path("calendar/", desk(calendar_page.desk_calendar), name="desk_calendar"),
    path("markdown/", desk(markdown_preview.markdown_preview), name="markdown_preview"),
    path("markdown/frame/", desk(markdown_preview.markdown_frame), name="markdown_frame"),
    path("searches/", desk(saved_searches.saved_searches), name="saved_searches"),
    path(
        "searches/<int:number>/deletion/",
        desk(saved_searches.saved_search_deletion),
        name="saved_search_deletion",
    ),
    path("undo/<uuid:batch>/", desk(undo.undo), name="undo"),
]
