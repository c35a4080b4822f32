"""The site's table of contents. The first segment of an address names the app."""

from django.contrib import admin
from django.urls import include, path

from config.sitemaps import news_sitemap, sitemap, sitemap_index

urlpatterns = [
    path("", include("pages.urls")),
    path("articles/", include("articles.urls")),
    path("episodes/", include("episodes.urls")),
    path("search/", include("search.urls")),
    path("account/", include("accounts.urls")),
    path("media/", include("media_pipeline.urls")),
    path("preview/", include("publishing.urls")),
    path("admin/", include("publishing.admin_urls")),
    path("admin/queues/", include("ops.queue_urls")),
    path("admin/", admin.site.urls),
    path("sitemap.xml", sitemap_index, name="sitemap_index"),
    path("sitemap-news.xml", news_sitemap, name="news_sitemap"),
    path("sitemap-<section>.xml", sitemap, name="sitemap"),
    path("", include("ops.urls")),
    path("", include("pages.root_urls")),
]

handler400 = "pages.errors.bad_request"
handler403 = "pages.errors.forbidden"
handler404 = "pages.errors.not_found"
handler429 = "pages.errors.too_many_requests"  # asked for by allauth
handler500 = "pages.errors.server_error"
