from django.contrib import admin
from django.urls import path

from publishing import markdown_preview

urlpatterns = [
    path("markdown/", admin.site.admin_view(markdown_preview.markdown_preview), name="markdown_preview"),
    path("markdown/frame/", admin.site.admin_view(markdown_preview.markdown_frame), name="markdown_frame"),
]
