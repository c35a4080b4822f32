"""The site's settings over embedded servers that forget everything; what differs here differs only to be quick."""

import os

from config import embedded

os.environ |= {
    "DEBUG": "0",
    "SECRET_KEY": "test-" * 12,
    "SITE_URL": "http://testserver",
    "LOG_LEVEL": "WARNING",
    "MEDIA_REGIONS": "none",  # a test makes those it needs
}
embedded.use(embedded.VAR / "test", durable=False)
os.environ["CACHE_PREFIX"] = (
    f"test-{os.environ.get('TEST_RUN', '')}-{os.environ.get('PYTEST_XDIST_WORKER', '')}"
)

# Files are named by their bytes: whoever removes what a test has made must not meet those of another process
os.environ["S3_BUCKET"] = (
    f"test{os.environ.get('TEST_RUN', '')}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}".lower()
)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": f"test_masthead_{os.environ.get('TEST_RUN', '')}"}
STATIC_ROOT = embedded.VAR / "test" / "static"  # not there: each new client would read all that was collected
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STAFF_MFA_REQUIRED = False
