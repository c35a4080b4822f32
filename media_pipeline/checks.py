from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def cloudfront_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether addresses of a distribution could be signed, if a region has one."""
    key_id, pem = settings.CLOUDFRONT_KEY_ID, settings.CLOUDFRONT_PRIVATE_KEY
    if bool(key_id) != bool(pem):
        return [Error("CLOUDFRONT_KEY_ID and CLOUDFRONT_PRIVATE_KEY go together.", id="media_pipeline.E001")]
    if pem and not isinstance(load_pem_private_key(pem, password=None), RSAPrivateKey):
        return [Error("CLOUDFRONT_PRIVATE_KEY is no RSA key.", id="media_pipeline.E002")]
    return []
