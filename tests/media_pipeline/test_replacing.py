"""New bytes under an old id: everything that points there shows them, nothing is lost, and all can be undone."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import faults, work
from core.models import Work
from core.work import Permanent
from media_pipeline import captioning, encoding, replacing, storage
from media_pipeline.images import ingest
from media_pipeline.models import MediaAsset, Rendition, RenditionSet, Replacement, Transcript
from media_pipeline.signals import asset_ready
from media_pipeline.storage import ensure_bucket
from tests import factories
from tests.harness.threads import in_threads
from tests.media_pipeline.encoding.tiny import TinyProfile, make_asset, tiny_profiles
from tests.media_pipeline.encoding.watching import a_reader, violations
from tests.media_pipeline.images.drawing import encoded, photograph
from tests.media_pipeline.uploads import sending

pytestmark = pytest.mark.django_db(transaction=True)

WISHES: list[tuple[str, dict[str, Any]]] = [("", {}), ("episode:1", {"title": "First"})]
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nGood evening.\n"


@pytest.fixture(autouse=True)
def _profiles() -> Iterator[None]:
    ensure_bucket()
    with tiny_profiles(TinyProfile("tiny"), TinyProfile("other", setting=7)):
        yield
        assert violations() == {}


def sound(**columns: Any) -> MediaAsset:
    asset = make_asset(f"the original {time.monotonic_ns()} ".encode())
    MediaAsset.objects.filter(pk=asset.pk).update(**columns)
    asset.refresh_from_db()
    return asset


def picture(width: int, height: int, **more: Any) -> MediaAsset:
    return ingest(encoded(photograph(width, height), "JPEG"), **more)


@pytest.fixture
def old() -> MediaAsset:
    """What readers hear: made for itself and for an episode."""
    asset = sound(name="Talk", duration=10.0)
    for owner, tags in WISHES:
        encoding.request(asset, "tiny", owner=owner, tags=tags)
    run_all()
    return asset


@pytest.fixture
def new() -> MediaAsset:
    return sound(name="talk-corrected", duration=12.0)


def run_all() -> None:
    """What is due, and what that makes due."""
    Work.objects.filter(state="running").update(lease_until=F("created_at"))
    Work.objects.filter(state="waiting").update(next_try_at=F("created_at"))
    for _ in range(5):
        for row in Work.objects.due().order_by("pk"):
            work.run(row.pk)


def encodes(asset: MediaAsset) -> Any:
    keys = [str(pk) for pk in asset.sets.values_list("pk", flat=True)]
    return Work.objects.filter(kind__in=["media.encode", "media.ladder"], state="waiting", key__in=keys)


def raises(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def files(asset: MediaAsset) -> dict[str, list[str]]:
    """The keys of what is live, by owner."""
    return {
        wish.owner: sorted(wish.live.renditions.values_list("key", flat=True)) if wish.live else []
        for wish in asset.encodings.select_related("live").order_by("owner")
    }


def bytes_of(asset: MediaAsset) -> dict[str, Any]:
    return {
        "columns": MediaAsset.objects.filter(pk=asset.pk).values(*replacing.exchanging.FILE).get(),
        "files": files(asset),
        "sets": set(asset.sets.values_list("pk", flat=True)),
    }


def stored(asset: MediaAsset) -> bytes:
    asset.refresh_from_db()
    body: bytes = storage.client().get_object(Bucket=settings.S3_BUCKET, Key=asset.key)["Body"].read()
    return body


def all_there(asset: MediaAsset) -> bool:
    asset.refresh_from_db()
    keys = Rendition.objects.filter(set__asset=asset).values_list("key", "bytes")
    return (
        storage.size_of(asset.key) == asset.bytes
        and all(storage.size_of(key) == size for key, size in keys)
        and all(key.startswith(f"renditions/{asset.sha256}/") for key, _ in keys)
    )


# --- the way there and back -------------------------------------------------------------------------------------


def test_the_new_bytes_are_shown_once_everything_is_made_of_them(old: MediaAsset, new: MediaAsset) -> None:
    before, content = bytes_of(old), stored(new)
    wish = replacing.ask(old, new, None)
    assert bytes_of(old) == before, "nothing is shown before it is ready"
    with a_reader() as found:
        run_all()
    assert found == []
    wish.refresh_from_db()
    assert wish.done_at
    assert stored(old) == content
    assert old.duration == 12.0
    assert old.name == "Talk"
    assert bytes_of(new) == before
    new.refresh_from_db()
    assert new.name.startswith("Talk (before ")
    assert [len(keys) for keys in files(old).values()] == [3, 3]
    assert all_there(old)
    assert all_there(new)


def test_the_old_file_comes_back_at_once(old: MediaAsset, new: MediaAsset) -> None:
    before = bytes_of(old)
    replacing.ask(old, new, None)
    run_all()
    after, sets = bytes_of(old), RenditionSet.objects.count()
    wish = replacing.ask(old, new, None)
    assert replacing.attempt(wish.pk), "all of it is there: nothing is waited for"
    assert (bytes_of(old), bytes_of(new)) == (before, after)
    assert RenditionSet.objects.count() == sets, "nothing was made again"
    run_all()
    assert all_there(old)
    assert all_there(new)


def test_what_is_told_is_told_of_the_new_sets(old: MediaAsset, new: MediaAsset) -> None:
    replacing.ask(old, new, None)
    told: list[tuple[int, int]] = []

    def listen(asset: MediaAsset, rendition_set: RenditionSet, **kwargs: Any) -> None:
        told.append((asset.pk, rendition_set.pk))

    asset_ready.connect(listen)
    run_all()
    asset_ready.disconnect(listen)
    live = set(old.encodings.values_list("live", flat=True))
    assert {pk for asset, pk in told if asset == old.pk} == live


def test_an_asset_of_which_nothing_was_asked_gets_what_its_kind_has() -> None:
    one, other = picture(300, 200, name="one"), picture(320, 200, name="other")
    one.encodings.all().delete()
    replacing.ask(one, other, None)
    run_all()
    one.refresh_from_db()
    assert (one.width, [row[1] for row in one.ladder][:1]) == (320, [320])
    assert one.encodings.get().live
    assert not MediaAsset.objects.get(pk=other.pk).encodings.exists()


def test_a_picture_is_replaced_in_every_text_that_shows_it() -> None:
    one, other = picture(500, 400, name="Old", alt="A house"), picture(600, 300, name="New")
    run_all()
    text = factories.article(slug="with-a-picture", body=f"![]({one.reference})")
    replacing.ask(one, other, None)
    run_all()
    one.refresh_from_db()
    text.refresh_from_db()
    assert (one.width, one.height, one.alt) == (600, 300, "A house")
    assert one.ladder[0][3] in text.body_html
    assert MediaAsset.objects.get(pk=other.pk).alt == "A house", "the old picture keeps its words"
    wish = replacing.ask(one, other, None)
    replacing.attempt(wish.pk)
    run_all()
    text.refresh_from_db()
    assert MediaAsset.objects.get(pk=one.pk).width == 500
    assert MediaAsset.objects.get(pk=one.pk).ladder[0][3] in text.body_html


# --- captions ---------------------------------------------------------------------------------------------------


def test_captions_stay_and_are_the_same_rows(old: MediaAsset, new: MediaAsset) -> None:
    captioning.caption(old, "en", VTT)
    row = old.transcripts.get()
    replacing.ask(old, new, None)
    run_all()
    assert old.transcripts.get() == row
    assert [(each.language, each.cues, each.version) for each in new.transcripts.all()] == [
        ("en", row.cues, 1)
    ]


def test_captions_that_change_while_it_is_made_are_taken_along(old: MediaAsset, new: MediaAsset) -> None:
    captioning.caption(old, "en", VTT)
    captioning.caption(old, "de", VTT)
    replacing.ask(old, new, None)
    captioning.caption(old, "en", VTT.replace(b"evening", b"morning"))
    old.transcripts.get(language="de").delete()
    replacing.ask_again()
    run_all()
    assert Replacement.objects.get().done_at
    assert [(each.language, each.cues[0][3]) for each in new.transcripts.all()] == [("en", "Good morning.")]


def test_corrected_captions_go_away_and_come_back_with_their_file(old: MediaAsset, new: MediaAsset) -> None:
    captioning.caption(old, "en", VTT)
    first = old.transcripts.get().cues
    replacing.ask(old, new, None)
    run_all()
    captioning.caption(old, "en", VTT.replace(b"00:00.000", b"00:01.000"))
    captioning.caption(old, "de", VTT)
    run_all()
    corrected = old.transcripts.get(language="en").cues
    replacing.ask(old, new, None)
    run_all()
    assert Replacement.objects.done().count() == 2
    assert old.transcripts.get(language="en").cues == first
    assert new.transcripts.get(language="en").cues == corrected
    assert old.transcripts.filter(language="de").exists(), "what only the other has is not lost"
    assert not Transcript.objects.filter(version=0).exists()


# --- refusals ---------------------------------------------------------------------------------------------------


def refused(asset: MediaAsset, other: MediaAsset, by: User | None = None) -> str:
    with pytest.raises(Permanent) as caught:
        replacing.ask(asset, other, by)
    return str(caught.value)


def test_what_cannot_be_is_refused_in_words(
    old: MediaAsset, new: MediaAsset, author: User, other_author: User, editor: User
) -> None:
    assert refused(old, old) == "These are the very bytes that “Talk” has already. Nothing was changed."
    house = picture(310, 200, name="A house")
    assert refused(old, house).endswith("What was brought is an image.")
    used = picture(330, 200, name="Used")
    factories.article(slug="uses-it", hero=used)
    assert "is used by itself" in refused(house, used)
    MediaAsset.objects.filter(pk=new.pk).update(created_by=other_author)
    assert refused(old, new, author).endswith("which is not yours to change.")
    wish = replacing.ask(old, new, editor)
    assert wish.asked_by == editor
    assert "is about to replace" in refused(sound(), new)
    assert Replacement.objects.count() == 1


def test_a_file_that_is_used_meanwhile_is_not_taken_away(old: MediaAsset) -> None:
    one, other = picture(340, 200, name="one"), picture(350, 200, name="other")
    wish = replacing.ask(one, other, None)
    factories.article(slug="takes-it", hero=other)
    run_all()
    wish.refresh_from_db()
    assert (bool(wish.stopped_at), wish.done_at) == (True, None)
    assert "is used by itself" in wish.problem
    assert MediaAsset.objects.get(pk=other.pk).width == 350


def test_a_second_wish_takes_the_place_of_the_first(old: MediaAsset, new: MediaAsset) -> None:
    better = sound(name="better")
    first, second = replacing.ask(old, new, None), replacing.ask(old, better, None)
    content = stored(better)
    run_all()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.problem, bool(second.done_at)) == ("Another file was brought since.", True)
    assert stored(old) == content


def test_whoever_gives_up_keeps_what_was_there(old: MediaAsset, new: MediaAsset) -> None:
    before = bytes_of(old)
    wish = replacing.ask(old, new, None)
    assert replacing.give_up(wish)
    assert not replacing.give_up(wish)
    run_all()
    assert bytes_of(old) == before


# --- what is being made meanwhile --------------------------------------------------------------------------------


def test_a_failed_file_waits_and_is_tried_again_when_asked_again(old: MediaAsset, new: MediaAsset) -> None:
    faults.arm("encode.after_one", raises(Permanent("It is damaged.")))
    replacing.ask(old, new, None)
    run_all()
    faults.disarm()
    replacing.ask_again()
    run_all()
    assert Replacement.objects.get().done_at is None, (
        "a sweep tries nothing again that a person should look at"
    )
    replacing.ask(old, new, None)
    run_all()
    assert Replacement.objects.get().done_at


def test_what_could_never_be_made_can_be_replaced(new: MediaAsset) -> None:
    bad = sound(name="bad")
    faults.arm("encode.after_one", raises(Permanent("It is damaged.")))
    encoding.request(bad, "tiny")
    run_all()
    faults.disarm()
    replacing.ask(bad, new, None)
    run_all()
    assert all_there(bad)
    assert files(bad)[""]
    assert files(new)[""] == []
    assert Work.objects.get(state="parked").key == str(new.sets.get().pk)


def test_what_is_made_of_the_old_file_is_stopped_and_leaves_nothing(old: MediaAsset, new: MediaAsset) -> None:
    wish = replacing.ask(old, new, None)
    encoding.request(old, "other")
    assert not replacing.attempt(wish.pk), "the new file lacks what was asked for just now"
    for row in encodes(new):
        work.run(row.pk)
    assert replacing.attempt(wish.pk), "what is unfinished of the old one is not waited for"
    stopped = RenditionSet.objects.get(cancelled_at__isnull=False)
    assert (stopped.asset, stopped.profile) == (new, "other")
    run_all()
    assert all_there(old)
    assert all_there(new)
    replacing.ask(old, new, None)
    run_all()
    assert Replacement.objects.open().count() == 0, "on the way back it is made after all"
    assert old.encodings.get(profile="other").live


def test_whoever_tries_a_parked_encode_again_waits_for_the_exchange(new: MediaAsset) -> None:
    """They hold no asset, only the work: its own page knows nothing of assets."""
    bad = sound(name="bad")
    faults.arm("encode.after_one", raises(Permanent("It is damaged.")))
    encoding.request(bad, "tiny")
    run_all()
    faults.disarm()
    parked = Work.objects.get(state="parked")
    thread = threading.Thread(target=lambda: in_threads(1, lambda: work.retry(parked.pk)))
    alive: list[bool] = []

    def meanwhile() -> None:
        thread.start()
        thread.join(0.5)
        alive.append(thread.is_alive())

    wish = replacing.ask(bad, new, None)
    for row in encodes(new):
        work.run(row.pk)
    faults.arm("replace.before_exchange", meanwhile)
    assert replacing.attempt(wish.pk)
    thread.join()
    assert alive == [True]
    run_all()
    assert [len(files(asset)[""]) for asset in (bad, new)] == [3, 3]
    assert all_there(bad)
    assert all_there(new)


# --- what may go wrong -------------------------------------------------------------------------------------------


class Killed(BaseException):
    pass


@pytest.mark.parametrize("point", ["replace.before_exchange", "replace.in_exchange"])
def test_a_crash_before_the_end_leaves_all_as_it_was(old: MediaAsset, new: MediaAsset, point: str) -> None:
    wish = replacing.ask(old, new, None)
    for row in encodes(new):
        work.run(row.pk)
    before = bytes_of(old), bytes_of(new)
    faults.arm(point, raises(Killed()))
    with pytest.raises(Killed):
        replacing.attempt(wish.pk)
    assert (bytes_of(old), bytes_of(new)) == before
    faults.disarm()
    Work.objects.filter(kind="media.replace").delete()
    replacing.ask_again()
    run_all()
    assert (bytes_of(new), bytes_of(old)["columns"]) == (before[0], before[1]["columns"])


def test_many_at_once_exchange_them_once(old: MediaAsset, new: MediaAsset) -> None:
    content = stored(new)
    wish = replacing.ask(old, new, None)
    for row in encodes(new):
        work.run(row.pk)
    done: list[bool] = []
    in_threads(6, lambda: done.append(replacing.attempt(wish.pk)))
    assert sorted(done) == [False] * 5 + [True]
    assert stored(old) == content


def test_two_who_replace_each_other_do_not_block(old: MediaAsset, new: MediaAsset) -> None:
    third = sound(name="third")
    said: list[str] = []

    def one() -> None:
        for asset, other in ((old, new), (new, old), (third, new)):
            try:
                replacing.ask(asset, other, None)
            except Permanent as error:
                said.append(str(error))

    in_threads(4, one)
    run_all()
    assert Replacement.objects.open().count() == 0
    assert all(all_there(asset) for asset in (old, new, third))
    assert len(set(MediaAsset.objects.values_list("sha256", flat=True))) == 3


def test_tidying_removes_of_each_what_is_its_own(old: MediaAsset, new: MediaAsset) -> None:
    replacing.ask(old, new, None)
    run_all()
    old.refresh_from_db()
    new.refresh_from_db()
    for sha256 in (old.sha256, new.sha256):
        storage.put(f"renditions/{sha256}/{'0' * 64}.bin", b"a stray", "video/mp4")
        work.enqueue("media.tidy", sha256)
    run_all()
    assert all_there(old)
    assert all_there(new)
    former = new.sha256
    new.delete()
    run_all()
    assert list(storage.keys(f"renditions/{former}/")) == []
    assert storage.size_of(f"originals/{former[:2]}/{former}") is None
    assert all_there(old), "the deleted one had only what was its own"
    assert not Replacement.objects.exists()


def test_a_replaced_one_that_is_deleted_takes_the_new_bytes_and_leaves_the_former(
    old: MediaAsset, new: MediaAsset
) -> None:
    replacing.ask(old, new, None)
    run_all()
    old.refresh_from_db()
    gone = old.key
    old.delete()
    run_all()
    assert storage.size_of(gone) is None
    assert all_there(new)


def test_an_editor_who_points_at_it_meanwhile_is_not_in_the_way(old: MediaAsset, new: MediaAsset) -> None:
    """They hold their text and wait for the asset; the exchange holds the asset and must not wait for texts."""
    one, other = picture(360, 200, name="one"), picture(370, 200, name="other")
    run_all()
    text = factories.article(slug="busy", body=f"![]({one.reference})")
    failed: list[Exception] = []
    wishes = iter([(one, other), (one, other)])

    def save() -> None:
        try:
            for number in range(5):
                text.__class__.objects.get(pk=text.pk)
                factories.article(
                    slug=f"b{number}-{time.monotonic_ns()}", hero=one, body=f"![]({one.reference})"
                )
        except Exception as error:  # told in the test's thread
            failed.append(error)

    def replace() -> None:
        asset, to = next(wishes)
        try:
            replacing.attempt(replacing.ask(asset, to, None).pk)
            run_all()
        except Exception as error:
            failed.append(error)

    calls = iter([save, replace, save])
    in_threads(3, lambda: next(calls)())
    run_all()
    assert failed == []
    assert MediaAsset.objects.get(pk=one.pk).width == 370


# --- the desk ----------------------------------------------------------------------------------------------------


def at(asset: MediaAsset, what: str) -> str:
    model = "mediaasset" if asset.kind == "image" else "recording"
    return reverse(f"admin:media_pipeline_{model}_{what}", args=[asset.pk])


def page_of(client: Client, asset: MediaAsset) -> str:
    return str(client.get(at(asset, "change")).content.decode())


def brought(content: bytes, asset: MediaAsset, by: User) -> str:
    """What became of an upload that is to replace an asset: its state, or why it was refused."""
    upload = sending.completed(content, replaces=asset, created_by=by)
    sending.work_through()
    state, problem = sending.standing(upload)
    return problem or state


@pytest.fixture
def house(author: User) -> MediaAsset:
    return picture(400, 300, name="House", alt="A house", created_by=author)


def test_an_editor_brings_a_better_picture_and_the_old_one_back(
    signed_in: Callable[[User], Client], author: User, house: MediaAsset
) -> None:
    run_all()
    client = signed_in(author)
    assert "Replace the file" in page_of(client, house)
    asked = client.get(at(house, "replacement")).content.decode()
    assert f'replaces="{house.pk}"' in asked
    assert "Replace “House”" in asked
    assert brought(encoded(photograph(440, 300), "JPEG"), house, author) == "done"
    waits = page_of(client, house)
    assert "takes this place as soon as everything is made of it" in waits
    assert "Bring the old file back" not in waits
    run_all()
    house.refresh_from_db()
    assert (house.width, house.name) == (440, "House")
    done = page_of(client, house)
    assert f"by {author.name}" in done
    former = Replacement.objects.get().other
    assert "This is a file that" in page_of(client, former)
    back = client.post(at(house, "former_file"), follow=True).content.decode()
    assert "The old file is back." in back
    house.refresh_from_db()
    assert house.width == 400


def test_what_was_brought_can_be_left_aside(
    signed_in: Callable[[User], Client], author: User, house: MediaAsset
) -> None:
    client = signed_in(author)
    assert brought(encoded(photograph(450, 300), "JPEG"), house, author) == "done"
    said = client.post(at(house, "replacement_cancellation"), follow=True).content.decode()
    assert "It keeps its file." in said
    assert (
        "No other file waits"
        in client.post(at(house, "replacement_cancellation"), follow=True).content.decode()
    )
    assert "There is no former file." in client.post(at(house, "former_file"), follow=True).content.decode()
    run_all()
    house.refresh_from_db()
    assert house.width == 400


def test_an_upload_of_another_kind_or_the_same_bytes_is_refused_and_kept_nowhere(
    author: User, house: MediaAsset
) -> None:
    sound_file = sending.sound(50_000)
    assert brought(sound_file, house, author) == (
        "“House” is an image and can be replaced by nothing else. What was brought is sound."
    )
    assert not MediaAsset.objects.exclude(pk=house.pk).exists()
    content = encoded(photograph(460, 300), "JPEG")
    same = ingest(content, name="Same", created_by=author)
    assert (
        brought(content, same, author)
        == "These are the very bytes that “Same” has already. Nothing was changed."
    )


def test_the_page_warns_of_captions_that_no_longer_fit(
    signed_in: Callable[[User], Client], editor: User, old: MediaAsset, new: MediaAsset
) -> None:
    captioning.caption(old, "en", VTT)
    client = signed_in(editor)
    replacing.ask(old, new, editor)
    assert "differ by 2 seconds" in page_of(client, old)
    run_all()
    assert "differ by 2 seconds" in page_of(client, old)
    captioning.caption(old, "en", VTT.replace(b"00:00.000", b"00:01.000"))
    assert "differ by" not in page_of(client, old)


def test_only_who_may_change_it_may_bring_another_file(
    signed_in: Callable[[User], Client], other_author: User, editor: User, house: MediaAsset
) -> None:
    told = {"name": "a.jpg", "bytes": 100, "replaces": house.pk}
    assert sending.say(signed_in(other_author), "", told).status_code == 403
    assert sending.say(signed_in(editor), "", told | {"replaces": 2**40}).status_code == 422
    assert sending.say(signed_in(editor), "", told | {"replaces": str(house.pk)}).status_code == 400
    begun = sending.say(signed_in(editor), "", told)
    assert (begun.status_code, begun.json()["replaces"]["name"]) == (201, "House")
    assert "Replace the file" not in page_of(signed_in(other_author), house)
