"""Logs as JSON lines in production (escaped, one line an event) and readable ones in development; Sentry when a DSN is set."""

from typing import Any

import sentry_sdk
import structlog

from core.secrets import without_secrets

LONGEST = 500  # characters of one value; a request line can be as long as somebody likes


def _clip(logger: Any, method: str, event: Any) -> Any:
    return {k: v[:LONGEST] + "…" if isinstance(v, str) and len(v) > LONGEST else v for k, v in event.items()}


def _hide(logger: Any, method: str, event: Any) -> Any:
    """Addresses that let in whoever knows them: django.request writes those of refused requests down."""
    texts = {k: str(v) for k, v in event.items() if isinstance(v, str) or k == "request"}
    return event | {k: without_secrets(text) for k, text in texts.items()}


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    _hide,
    _clip,
]
_SECRET_HEADERS = ("authorization", "cookie", "x-csrftoken")


def configure(*, json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that both write the same lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                **line(json=json),
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "rq": {"level": "WARNING"},
        },
    }


def line(*, json: bool) -> dict[str, Any]:
    """The arguments of a formatter: what happens to an event on its way to one line."""
    tail: list[Any] = (
        [structlog.processors.format_exc_info, _hide, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    return {
        "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *_SHARED],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
    }


def start_sentry(dsn: str) -> None:
    """Report errors when a DSN is given; no cookies, no bodies, no personal data."""
    if dsn:
        sentry_sdk.init(dsn=dsn, **sentry_options())


def sentry_options() -> dict[str, Any]:
    return {
        "send_default_pii": False,
        "max_request_body_size": "never",
        "include_local_variables": False,  # keys of the storage and signed addresses are among them
        "before_send": _scrub,
    }


def _scrub(event: Any, hint: Any) -> Any:
    request = event.get("request", {})
    request.pop("cookies", None)
    request.pop("query_string", None)  # signed links and tokens live there
    for name in list(request.get("headers", {})):
        if name.lower() in _SECRET_HEADERS:
            request["headers"][name] = "[removed]"
    return _without_secrets(event)


def _without_secrets(value: Any) -> Any:
    """Also in the breadcrumbs, which repeat lines of the log, and in the words of exceptions."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {key: _without_secrets(part) for key, part in value.items()}
    return [_without_secrets(part) for part in value] if isinstance(value, list | tuple) else value
