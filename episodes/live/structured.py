"""schema.org description (JSON-LD) of a live recording (https://schema.org/Event, as Google's event guidelines want it)."""

from typing import Any

from core.links import absolute
from episodes.models import LiveRecording
from publishing.structured import breadcrumbs


def event(recording: LiveRecording) -> list[dict[str, Any]]:
    page, art = (
        absolute(recording.get_absolute_url()),
        recording.artwork or recording.show.artwork,
    )
    standing = "EventCancelled" if recording.is_called_off else "EventScheduled"
    described = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": page,
        "name": recording.title,
        "description": recording.description,
        "startDate": recording.starts_at.isoformat(),
        "endDate": recording.ends_at.isoformat(),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "eventStatus": f"https://schema.org/{standing}",
        "location": {"@type": "VirtualLocation", "url": recording.watch_url or page},
        "image": absolute(art.shared.url) if art else None,
        "organizer": {"@id": absolute("/#publisher")},
    }
    trail = [(recording.show.name, recording.show.get_absolute_url())]
    return [
        {key: value for key, value in described.items() if value},
        breadcrumbs([*trail, (recording.title, recording.get_absolute_url())]),
    ]
