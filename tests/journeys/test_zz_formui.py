import pytest, io
from datetime import timedelta
from django.utils import timezone
from django.contrib.auth.models import Group
from axe_playwright_python.sync_playwright import Axe
from tests import factories
from tests.journeys.test_desk import desk  # noqa
from publishing import workflow
from tests.admin_forms import fill, save, filled
from django.test import Client
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
OUT = "/tmp/formui"

def test_shots(site, desk, editor, author, page, settings):
    for u, r in ((editor, "Publisher"), (author, "Author")):
        u.user_permissions.clear(); u.groups.set([Group.objects.get(name=r)])
    hero = factories.image()
    a = factories.article("Why the tide tables lie", published=False, created_by=author, standfirst="",
        body="The water came early, and nobody had been told about it by the harbour office.\n\n# Heading\n\n![](asset:99999)\n\nTODO: more. See [here](https://example.org).\n\n" + "Long paragraph. " * 200)
    workflow.baseline(a); a.refresh_from_db()
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]; ac = Client(); ac.force_login(author)
    workflow.submit(a, author, reviewer=editor, due_on=timezone.localdate() - timedelta(days=2), why="Is the second paragraph clear?")
    workflow.comment(a, author, "I am not sure about this headline.", field="headline")
    workflow.comment(a, author, "The whole is too long.")
    live = factories.article("High water")
    workflow.baseline(live)
    save(ac, f"/admin/articles/article/{a.pk}/change/", headline="Why tide tables lie")
    ec = Client(); ec.force_login(editor)
    save(ec, f"/admin/articles/article/{live.pk}/change/", headline="Higher water")
    base = f"{site}/admin/articles/article/"
    data = fill(ec, f"/admin/articles/article/{a.pk}/change/")
    ec.post(f"/admin/articles/article/{live.pk}/autosave/", fill(ec, f"/admin/articles/article/{live.pk}/change/"))
    def shot(name, url, full=True, act=None):
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.goto(url)
                page.wait_for_timeout(500)
                if act: act(page)
                page.screenshot(path=f"{OUT}/{name}-{width}-{scheme}.png", full_page=full)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if over > 0: print(name, width, "overflows by", over)
                v = Axe().run(page).response["violations"]
                if v: print(name, width, scheme, [(r["id"], [n["target"] for n in r["nodes"]][:4]) for r in v])
    page.on("console", lambda m: print("CONSOLE", m.text) if m.type == "error" else None)
    shot("form", f"{base}{a.pk}/change/")
    shot("add", f"{base}add/")
    shot("live", f"{base}{live.pk}/change/", full=False)
    shot("publication", f"{base}{a.pk}/publication/")
    shot("publication-live", f"{base}{live.pk}/publication/")
    shot("history", f"{base}{a.pk}/history/")
    def conflict(page):
        save(ac, f"/admin/articles/article/{a.pk}/change/", standfirst=f"Changed {timezone.now()}", **{"bylines-0-role": f"R{timezone.now():%f}"})
        page.get_by_label("Headline:").fill("Mine")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(900)
    shot("conflict", f"{base}{a.pk}/change/", act=conflict)
    workflow.archive(live, None, "Old.")
    shot("archived", f"{base}{live.pk}/change/")
    b = factories.article("Gone", published=False)
    page.goto(f"{base}{b.pk}/change/"); b.delete()
    page.get_by_label("Headline:").fill("Words that took an hour")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_timeout(500)
    page.screenshot(path=f"{OUT}/gone.png", full_page=True)
