"""Who is meant by the labels of a transcript: a label maps to a Person, and everything shows the person's name."""

from collections import Counter

from django.db import transaction
from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, Value

from episodes.models import Episode, EpisodeCredit, ShowCredit, Speaker
from episodes.telling import tell
from episodes.transcripts.speech import transcript_of
from media_pipeline.models import Transcript
from people.models import Person

LONGEST = 200  # characters; what is longer is no name


@transaction.atomic
def map_speaker(
    episode: Episode, label: str, person: Person | None, *, among: QuerySet[Episode] | None = None
) -> int:
    """Show this person for the label, or the label itself (None). Returns in how many episodes that changed something.

    `among`: also in those of these that are of the same show and have the label, and nobody for it.
    """
    changed = _map(episode, label, person)
    if among is not None and person:
        others = with_label(episode, label).exclude(speakers__label=label).filter(pk__in=among.values("pk"))
        ids = list(others.values_list("pk", flat=True))
        Speaker.objects.bulk_create(
            [Speaker(episode_id=pk, label=label, person=person) for pk in ids], ignore_conflicts=True
        )
        changed += ids
    tell(changed)
    return len(changed)


def map_by_name(episode: Episode, transcript: Transcript) -> None:
    """Labels without a person get the one host or guest who has that very name. Sends nothing."""
    known = set(episode.speakers.values_list("label", flat=True))
    new = set(labels(transcript)) - known
    behind = Q(pk__in=EpisodeCredit.objects.filter(episode=episode).values("person"))
    behind |= Q(pk__in=ShowCredit.objects.filter(show=episode.show_id).values("person"))
    named = list(Person.objects.filter(behind, name__in=new)) if new else []
    times = Counter(person.name for person in named)
    Speaker.objects.bulk_create(
        Speaker(episode=episode, label=person.name, person=person)
        for person in named
        if times[person.name] == 1
    )


def labels(transcript: Transcript | None) -> dict[str, int]:
    """label -> how many cues have it; the most talkative first, without those who have none."""
    counted = Counter(
        str(cue[2]) for cue in (transcript.cues if transcript else []) if 0 < len(cue[2]) <= LONGEST
    )
    return dict(counted.most_common())


def with_label(episode: Episode, label: str) -> QuerySet[Episode]:
    """The other episodes of its show in whose transcript somebody has this label."""
    said = Func(
        F("transcript__cues"),
        Value({"label": label}, output_field=JSONField()),
        template="jsonb_path_exists(%(expressions)s)",
        arg_joiner=", '$[*][2] ? (@ == $label)'::jsonpath, ",
        output_field=BooleanField(),
    )
    others = Episode.objects.filter(show=episode.show_id).exclude(pk=episode.pk).exclude(transcript=None)
    return others.alias(said=said).filter(said=True)


def speakers_of(episode: Episode) -> list[tuple[str, int, Person | None]]:
    """For the editors' page: each label, in how many cues it is, and who is meant."""
    people = {row.label: row.person for row in episode.speakers.select_related("person")}
    return [(label, count, people.get(label)) for label, count in labels(transcript_of(episode)).items()]


def _map(episode: Episode, label: str, person: Person | None) -> list[int]:
    mapped = Speaker.objects.filter(episode=episode, label=label)
    before = mapped.values_list("person", flat=True).first()
    if before == (person.pk if person else None):
        return []
    if person is None:
        mapped.delete()
    else:
        Speaker.objects.update_or_create(episode=episode, label=label, defaults={"person": person})
    return [episode.pk]
