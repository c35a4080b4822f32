"""Throw-away: measures every row and writes /tmp/access_matrix.toml and /tmp/access_matrix.txt (for review)."""
import itertools, json, re
from tests.test_access import *
from tests.test_access import _in_silence  # noqa

CONTENT = {  # view -> [(ids, POST data)]
}
ARTICLE_IDS = ["own", "others"]
ALSO_LIVE = {"change", "delete", "history", "preview", "publication", "copy", "compare", "links"}

def paths_for(route):
    """New rows [(path, data)] of a route that the current matrix does not describe well."""
    out = []
    r = "/" + route
    m = re.match(r"/admin/articles/article/<(?:int|path):object_id>/(.*)$", r)
    if m:
        rest = m[1]
        view = rest.rstrip("/").split("/")[0]
        if rest == "":
            view = ""
        for who in ("own", "others"):
            ids = [who]
            if view in ALSO_LIVE and rest.count("/") == 1:
                ids += [f"{who}_live"]
                if view in ("change", "preview", "publication"):
                    ids += [f"{who}_later"]
            for i in ids:
                tail = rest.replace("comments/<int:number>", f"comments/{{{who}_comment}}").replace(
                    "links/<int:number>", f"links/{{{who}_link}}").replace("revisions/<int:number>", "revisions/1")
                if route.endswith("<path:object_id>/history/"):
                    out.append((f"/admin/articles/article/_{{{i}}}x/history/", None))
                    break
                out.append((f"/admin/articles/article/{{{i}}}/{tail}", POST.get(view)))
        if view == "comments":
            out.append(("/admin/articles/article/{own}/comments/{others_comment}/resolution/", None))
        if rest.startswith("links/<"):
            out.append(("/admin/articles/article/{own}/links/{others_link}/revocation/", None))
        if view == "revisions":
            out.append(("/admin/articles/article/{own}/revisions/99/restoration/", None))
        if view == "publication":
            for who in ("own", "others"):
                for step, more in (("submit", {}), ("approve", {}), ("publish", {"when": "now"}), ("assign", {}), ("archive", {}), ("take_down", {"take_down-why": "A complaint."}), ("comment", {"comment-text": "Hm."}), ("waive", {})):
                    out.append((f"/admin/articles/article/{{{who}}}/publication/", {"ONLY": "POST", step: "", **more}))
                for step, more in (("unpublish", {}), ("discard_edits", {}), ("expire", {})):
                    out.append((f"/admin/articles/article/{{{who}_live}}/publication/", {"ONLY": "POST", step: "", **more}))
        return out
    m = re.match(r"/admin/pages/staticpage/<(?:int|path):object_id>/(.*)$", r)
    if m:
        rest = m[1]; view = rest.split("/")[0]
        tail = rest.replace("<int:number>", "1")
        if route.endswith("<path:object_id>/history/"):
            return [("/admin/pages/staticpage/_{page}x/history/", None)]
        return [("/admin/pages/staticpage/{page}/" + tail, POST.get(view))]
    if route == "admin/articles/article/":
        base = "/admin/articles/article/"
        out = [(base, None), (base + "?q=Headline&whose=mine", None), (base + "?created_by__email__startswith=a", None)]
        acts = ["delete_selected", "submit", "assign", "approve", "publish", "unpublish", "archive", "reopen", "duplicate", "export"]
        for who, act in itertools.product(("own", "others"), acts):
            out.append((base, {"ONLY": "POST", "action": act, "_selected_action": f"{{{who}}}"}))
        out.append((base, {"ONLY": "POST", "action": "delete_selected", "_selected_action": "{own}", "post": "yes"}))
        out.append((base, {"ONLY": "POST", "action": "delete_selected", "_selected_action": "{own_live}", "post": "yes"}))
        return out
    if route == "admin/articles/section/":
        base = "/admin/articles/section/"
        return [(base, None), (base, {"ONLY": "POST", "_save": "", "form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}),
                (base, {"ONLY": "POST", "action": "delete_selected", "_selected_action": "{section}", "post": "yes"})]
    m = re.match(r"/admin/(media_pipeline/mediaasset|people/person)/<path:object_id>/(.*)$", r)
    if m:
        name = "image" if "media" in m[1] else "person"
        return [(f"/admin/{m[1]}/{{{who}_{name}}}/{m[2]}", POST.get(m[2].split("/")[0])) for who in ("own", "others")]
    if r.startswith("/admin/accounts/user/<"):
        tail = r.split(">/", 1)[1]
        return [(f"/admin/accounts/user/{{{who}}}/{tail}", POST.get(tail.split("/")[0])) for who in ("stranger", "staff")]
    if route == "admin/autocomplete/":
        src = [("articles", "byline", "person"), ("articles", "article", "topics"), ("articles", "article", "series"), ("articles", "article", "related"),
               ("articles", "article", "hero"), ("people", "person", "user"), ("people", "person", "portrait"), ("pages", "frontpageslot", "item"),
               ("articles", "article", "created_by"), ("publishing", "revision", "item"), ("media_pipeline", "mediaasset", "created_by")]
        return [(f"/admin/autocomplete/?app_label={a}&model_name={m}&field_name={f}&term=a", None) for a, m, f in src]
    if route == "admin/<app_label>/":
        return [(f"/admin/{a}/", None) for a in ("accounts", "articles", "auth", "core", "media_pipeline", "pages", "people", "publishing")]
    if route == "admin/searches/<int:number>/deletion/":
        return [("/admin/searches/{own_search}/deletion/", None), ("/admin/searches/{others_search}/deletion/", None)]
    if route == "admin/searches/":
        return [("/admin/searches/", {"kind": "article", "name": "Drafts", "query": "state=draft"})]
    if route == "admin/undo/<uuid:batch>/":
        return [("/admin/undo/{undone}/", None), ("/admin/undo/00000000-0000-4000-8000-000000000000/", None)]
    if route.startswith("preview/"):
        return [("/" + route.replace("<str:signed>", "{own_signed}"), {"text": "Fine."} if "comments" in route else None),
                ("/" + route.replace("<str:signed>", "1.forged"), None)]
    if route.startswith("admin/media_pipeline/mediaasset/library"):
        return [("/" + route, None), ("/" + route + "?id={others_image}", None)]
    new = {"admin/articles/article/add/autosave/": {"headline": "Typed"}, "admin/articles/article/add/check/": {"headline": "Typed"}, "admin/articles/article/export/": None,
           "admin/calendar/": None, "admin/pages/staticpage/add/autosave/": {"name": "Typed"}, "admin/pages/staticpage/add/check/": {"name": "Typed"}, "admin/pages/staticpage/export/": None}
    if route in new:
        return [("/" + route, new[route])]
    if route == "articles/<slug:slug>/":
        return [("/articles/" + s + "/", None) for s in ("live", "own-live", "own-draft", "own-later", "archived", "no-such-article")]
    if route.startswith("people/<slug"):
        return [("/" + route.replace("<slug:slug>", s), None) for s in ("own", "nobody")]
    if route == "admin/<url>":
        return [("/admin/no-such-page/", None), ("/admin/r/1/1/", None)]
    return None

POST = {"delete": {"post": "yes"}, "autosave": {"headline": "Typed"}, "check": {"headline": "Typed"}, "links": {"label": "Kim", "may": "view", "days": "1", "version": "1"}}

def candidates():
    old = {}
    for row in ROWS:
        old.setdefault(row["route"], []).append((row["path"], row.get("data")))
    for route in all_routes():
        given = paths_for(route)
        if given is None:
            given = old.get(route)
        if given is None:
            print("GEN unknown route:", route); continue
        for path, data in given:
            path = path.replace("{image}", "{own_image}").replace("{person}", "{own_person}").replace("{draft}", "{own}").replace("{later}", "{own_later}")
            yield route, path, data

def collapse(column):
    return column[0] if len(set(column)) == 1 else '"' + " ".join(map(str, column)) + '"'

@pytest.mark.usefixtures("_in_silence")
def test_gen(world, cast):
    out, review = [ta_header()], []
    for route, path, data in candidates():
        data = dict(data or {})
        only = data.pop("ONLY", None)
        row = {"route": route, "path": path, "data": data}
        real, sent = filled(row, world)
        if only:
            col = collapse([ask(cast[p], only, real, sent).status_code for p in PROFILES])
            out.append("\n".join(["[[row]]", f'route = "{route}"', f'path = "{path}"', f'only = "{only}"', f"{only} = {col}", toml_data(data)]))
            review.append(f"{path}  {json.dumps(data)}\n    {only} {col}")
            continue
        got = {m: [ask(cast[p], m, real, sent).status_code for p in PROFILES] for m in METHODS}
        cols = {m: collapse(got[m]) for m in METHODS}
        others = [cols[m] for m in ("PUT", "PATCH", "DELETE", "OPTIONS")]
        other = max(set(others), key=others.count)
        lines = ["[[row]]", f'route = "{route}"', f'path = "{path}"', f"GET = {cols['GET']}", f"POST = {cols['POST']}"]
        if cols["HEAD"] != cols["GET"]: lines.append(f"HEAD = {cols['HEAD']}")
        lines.append(f"other = {other}")
        for m in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            if cols[m] != other: lines.append(f"{m} = {cols[m]}")
        if data: lines.append(toml_data(data))
        out.append("\n".join(lines))
        review.append(f"{path}  {json.dumps(data) if data else ''}\n    GET {cols['GET']}  POST {cols['POST']}  other {other} " + " ".join(f"{m} {cols[m]}" for m in ("HEAD","PUT","PATCH","DELETE","OPTIONS") if cols[m] not in (other, cols['GET'])))
    open("/tmp/access_matrix.toml", "w").write("\n\n".join(out) + "\n")
    open("/tmp/access_matrix.txt", "w").write("\n".join(review) + "\n")

def toml_data(data):
    return "data = { " + ", ".join(f'{k} = "{v}"' for k, v in data.items()) + " }"

def ta_header():
    text = MATRIX.read_text()
    return text[: text.index("[[row]]")].strip()
