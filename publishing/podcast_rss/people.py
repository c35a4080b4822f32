"""Which group of the podcast taxonomy a role belongs to (https://github.com/Podcastindex-org/podcast-namespace, taxonomy.json)."""

_ROLES = {
    "creative direction": "director, assistant director, executive producer, senior producer, producer, associate producer, development producer, creative director",
    "writing": "author, editorial director, co-writer, writer, songwriter, guest writer, story editor, managing editor, script editor, script coordinator, researcher, editor, fact checker, translator, transcriber, logger",
    "audio production": "studio coordinator, technical director, technical manager, audio engineer, remote recording engineer, post production engineer",
    "audio post-production": "audio editor, sound designer, foley artist, composer, theme music, music production, music contributor",
    "administration": "production coordinator, booking coordinator, production assistant, content manager, marketing manager, sales representative, sales manager",
    "visuals": "graphic designer, cover art designer",
    "community": "social media manager",
    "misc": "consultant, intern",
    "video production": "camera operator, lighting designer, camera grip, assistant camera",
    "video post-production": "editor (video), assistant editor (video)",
}
_GROUPS = {role: group for group, roles in _ROLES.items() for role in roles.split(", ")}


def group(role: str) -> str:
    """Empty for the cast, which is what apps assume."""
    return _GROUPS.get(role.lower(), "")
