"""The one settings file. Every knob is an environment variable, listed with an example in `.env.example`."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from django.utils.csp import CSP

from config import env, logs
from core.markdown import EMBED_HOSTS

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env.load_dotenv()
DEBUG = env.boolean("DEBUG", False)

# --- who we are -----------------------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
SITE_URL = env.origin("SITE_URL", "http://localhost:8000" if DEBUG else None)
_site = urlsplit(SITE_URL)
HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname or "", *env.words("ALLOWED_HOSTS")]
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, at_most=5)

# --- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "ops",
    "pages",
    "articles",
    "episodes",
    "search",
    "publishing",
    "people",
    "media_pipeline",
    "accounts",
    "core",
    "config.apps.MastheadAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_rq",
    "django_structlog",
    "storages",
]
MIDDLEWARE = [
    "ops.health.HealthMiddleware",
    "core.feeds.ReadableFeedMiddleware",
    "core.page_cache.PageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "core.unavailable.UnavailableMiddleware",
    "publishing.redirects.RedirectMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
    "accounts.middleware.SignedInCookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.RequestLogMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.mfa.StaffMFAMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csp",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "publishing.context.publication",
            ],
        },
    }
]
FORMS_URLFIELD_ASSUME_HTTPS = True

# --- PostgreSQL -----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: a cache that may evict and a queue that may not ---------------------------------------------------------
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
CACHE_URL = env.url("CACHE_URL", ("redis", "rediss", "unix"), default=REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "core.steady_cache.SteadyRedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {
            "CONNECTION_POOL_CLASS": "core.steady_cache.PausingPool",
            "COMPRESSOR": "django_redis.compressors.lz4.Lz4Compressor",
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
        },
        "KEY_PREFIX": os.environ.get("CACHE_PREFIX", "masthead"),
    }
}
PAGE_CACHE_BYPASS = [
    *("/static/", "/admin/", "/account/", "/media/", "/preview/", "/healthz", "/readyz"),
    *("/episodes/private/", "/episodes/yours/"),
]
SESSION_ENGINE = "accounts.sessions"
RQ_QUEUES = {
    name: {"URL": REDIS_URL, "DEFAULT_TIMEOUT": seconds, "SERIALIZER": "rq.serializers.JSONSerializer"}
    for name, seconds in {"default": 600, "files": 3600, "links": 300, "sync": 600, "media": 6 * 3600}.items()
}
RQ = {"JOB_CLASS": "rq.job.Job"}
RQ_SHOW_ADMIN_LINK = False
SWEEPS = "config.sweeps.SWEEPS"

# --- files ----------------------------------------------------------------------------------------------------------
S3_BUCKET = env.text("S3_BUCKET", "masthead")
S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", ("http", "https"), default="")
S3_REGION = env.text("S3_REGION", "us-east-1")
S3_CREDENTIALS = env.credentials("S3_CREDENTIALS")  # by name; "" are those of the origin
MEDIA_URL = env.media_base("MEDIA_ORIGIN", S3_ENDPOINT_URL, S3_BUCKET, S3_REGION) + "/"
# Seconds; a storage that is away must not hold a person or a worker for minutes
S3_CLIENT = Config(
    signature_version="s3v4",
    s3={
        "addressing_style": "path" if S3_ENDPOINT_URL else "virtual",
        "us_east_1_regional_endpoint": "regional",  # so that signed addresses have one host, which the policy names
    },
    connect_timeout=3,
    read_timeout=10,
    retries={"total_max_attempts": 3, "mode": "standard"},
    # other services than AWS often do not know its newer checksums
    request_checksum_calculation="when_required" if S3_ENDPOINT_URL else "when_supported",
    response_checksum_validation="when_required" if S3_ENDPOINT_URL else "when_supported",
)
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": S3_REGION,
            "access_key": S3_CREDENTIALS[""][0] or None,
            "secret_key": S3_CREDENTIALS[""][1] or None,
            "client_config": S3_CLIENT,
            "querystring_auth": False,
            "file_overwrite": True,  # keys are hashes: the same key holds the same bytes
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        },
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
MEDIA_REGIONS = env.regions("MEDIA_REGIONS")  # None: the eight of media_pipeline/regions/seeding.py
CLOUDFRONT_KEY_ID = env.text("CLOUDFRONT_KEY_ID", "")
CLOUDFRONT_PRIVATE_KEY = env.private_key("CLOUDFRONT_PRIVATE_KEY")
# Headers that a proxy of ours writes over whatever a visitor sends; empty trusts none
GEO_COUNTRY_HEADER = env.text("GEO_COUNTRY_HEADER", "")
GEO_POSITION_HEADERS = env.words("GEO_POSITION_HEADERS")
MEDIA_WORK_DIR = Path(env.text("MEDIA_WORK_DIR", str(VAR_DIR / "work")))
FFMPEG_BINARY = env.executable("FFMPEG_BINARY")
ASR_MODEL = env.text("ASR_MODEL", "small")
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "core.assets.GeneratedFinder",
]
WHITENOISE_USE_FINDERS = DEBUG

# --- logins ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
STAFF_MFA_REQUIRED = env.boolean("STAFF_MFA_REQUIRED", not DEBUG)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True  # one address an account: a new one replaces the old when it is verified
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # mail can be slow
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = _site.hostname or ""
MFA_TOTP_TOLERANCE = 1  # one code earlier or later still counts: people type slowly and clocks drift
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}

# --- security -------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # a PaaS asks these over plain http inside its network
SECURE_HSTS_SECONDS = 31536000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(SECURE_HSTS_SECONDS)
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
_media = "{0.scheme}://{0.netloc}".format(urlsplit(MEDIA_URL))
# Where the browsers of editors send uploads, and where signed addresses lead
_bucket = S3_ENDPOINT_URL or f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"
_files = list(dict.fromkeys([_media, "{0.scheme}://{0.netloc}".format(urlsplit(_bucket))]))
SECURE_CSP: dict[str, Any] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:", *_files],
    "media-src": [CSP.SELF, *_files],
    "connect-src": [CSP.SELF, *_files],
    "frame-src": [CSP.SELF, *EMBED_HOSTS],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- mail -----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Masthead <hello@{_site.hostname}>")
MAILERS = {"default": env.mailer("MAIL_URL", default="console:" if DEBUG else "smtp://localhost:25")}

# --- feeds
WEBSUB_HUB = env.url("WEBSUB_HUB", ("http", "https"), default="")

# --- words and time -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

# --- logs and errors ------------------------------------------------------------------------------------------------
LOGGING = logs.configure(
    json=not DEBUG, level=env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
)
_sentry_dsn = env.sentry_dsn("SENTRY_DSN")

env.finish()
logs.start_sentry(_sentry_dsn)
