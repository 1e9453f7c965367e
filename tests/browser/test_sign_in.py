"""Sign-in for real: an OpenID provider, ``il2dash serve`` with secrets, Chromium, and requests past the pages."""

from __future__ import annotations

import http.client
import json
import os
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from itsdangerous import TimestampSigner
from playwright.sync_api import expect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import arrived, new_profile, serve, whole
from tests.hosting import openid_provider
from tests.processes import PATIENCE, free_port

pytestmark = pytest.mark.browser

COOKIE_SECRET = "what-the-tests-sign-their-cookies-with"
USER = "_streamlit_user"
LISTED = {"sub": "1", "email": "Doctor@Hospital.example", "email_verified": True}
UNLISTED = {"sub": "2", "email": "doctor@elsewhere.example", "email_verified": True}
MEMBER = LISTED | {"groups": [f"/hospital/department/{number}" for number in range(250)]}  # cookies beyond 8 kB
STUDY_WORDS = ("etoile", "IL-2", "interleukin", "CD4")


def secrets_of(provider, port, *, access='[il2dash.access]\netoile = ["@hospital.example"]\n'):
    return f"""
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "{openid_provider.CLIENT}"
client_secret = "{openid_provider.CLIENT_SECRET}"
server_metadata_url = "{provider.metadata_url}"

{access}"""


@contextmanager
def secrets_named(file):
    """Have the processes that start within read their secrets from a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "IL2DASH_SECRETS", str(file))
        yield


@pytest.fixture(scope="module")
def provider():
    with openid_provider.running() as running:
        yield running


@pytest.fixture(scope="module")
def closed(repository, provider, tmp_path_factory):
    """Serve the shipped study to people of one domain."""
    folder, port = tmp_path_factory.mktemp("signin"), free_port()
    (folder / "secrets.toml").write_text(secrets_of(provider, port))
    study = repository / "sample_data" / "etoile"
    with secrets_named(folder / "secrets.toml"), serve(repository, study, folder / "log", port=port) as server:
        yield server


def ask(server, path, cookies="", **headers):
    """Return an answer's status, headers and text, no redirect followed."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=PATIENCE)
    method = headers.pop("method", "GET")
    try:
        connection.request(method, path, headers={"Cookie": cookies, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def cookies_of(page):
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())


def cookie_for(person, server, *, secret=COOKIE_SECRET, hours_ago=0.0):
    """Return a cookie as the server gives to whoever signed in some time ago."""
    said = {**person, "iss": "x", "origin": server.address, "is_logged_in": True, "provider": "default"}
    now = TimestampSigner.get_timestamp
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) - int(hours_ago * 3600))
        return f"{USER}={create_signed_value(secret, USER, json.dumps(said)).decode()}"


def websocket(server, cookies):
    return connect(
        f"{server.address.replace('http', 'ws')}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=server.address,
        additional_headers={"Cookie": cookies},
        open_timeout=PATIENCE,
    )


def is_closed(server, cookies, *paths):
    """Assert that nothing but the sign-in answers to a browser with such cookies."""
    for path in ("/", "/Model", "/Data?show=Tables"):
        status, headers, content = ask(server, path, cookies)
        assert (status, headers["Cache-Control"]) == (200, "no-store")
        assert 'href="/auth/login' in content
        assert [word for word in STUDY_WORDS if word.lower() in content.lower()] == []
    for path in (
        *paths,
        "/media/x.csv",
        "/component/x",
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/elsewhere",
    ):
        assert ask(server, path, cookies)[0] == 403, path
        for way in (f"/static/..{path}", f"/static/%2e%2e{path}", f"/{path}"):
            assert ask(server, way, cookies)[0] >= 400, way
        assert ask(server, path, cookies, Host="localhost/static/")[0] >= 400
    assert ask(server, "/_stcore/upload_file/a/b", cookies, method="PUT")[0] == 403
    with pytest.raises(InvalidStatus), websocket(server, cookies):
        pass


def signed_in(page, server, person, provider):
    provider.person = person
    page.goto(f"{server.address}/Data?filter=gss%3D0&show=Downloads")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    expect(page).to_have_url(f"{server.address}/Data?filter=gss%3D0&show=Downloads")


def visited(context, closed, provider):
    page = context.new_page()
    sockets, asked = [], []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(closed.address)
    assert page.get_by_role("heading").all_inner_texts() == ["il2dash"]
    assert (sockets, {urlsplit(url).netloc for url in asked}) == ([], {urlsplit(closed.address).netloc})

    signed_in(page, closed, MEMBER, provider)
    whole(page)
    expect(page.get_by_test_id("stMain")).to_contain_text(LISTED["email"])
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    assert (cookies[USER]["httpOnly"], cookies[USER]["sameSite"]) == (True, "Lax")

    with page.expect_download() as saved, page.expect_request("**/media/**") as media:
        page.get_by_role("button", name="Table subjects (CSV)").click()
    assert saved.value.path().read_text().startswith("subject_id")
    file = urlsplit(media.value.url).path
    assert ask(closed, file, cookies_of(page))[0] == 200
    is_closed(closed, "", file)
    assert ask(closed, file, cookie_for(UNLISTED, closed))[0] == 403

    other = context.new_page()
    other.goto(f"{closed.address}/Endpoints?filter=gss%3D0")
    whole(other)
    before = cookies_of(page)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
    is_closed(closed, before, file)
    other.locator("[data-testid=stPageLink] a").filter(has_text="Events").click()
    other.get_by_role("link", name="Sign in").click()
    arrived(other, "Endpoints")
    expect(other).to_have_url(f"{closed.address}/Endpoints?filter=gss%3D0")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("link", name="Sign in").wait_for()
    page.reload()

    signed_in(page, closed, UNLISTED, provider)
    page.get_by_text("You aren't on the list").wait_for()
    shown = page.inner_text("body").lower()
    assert [word for word in STUDY_WORDS if word.lower() in shown] == []


def test_from_sign_in_to_sign_out(closed, provider, chromium):
    """One visit: closed, open to who is listed, files to their own viewer alone, closed again in every tab."""
    is_closed(closed, "")
    with new_profile(chromium) as context:
        visited(context, closed, provider)
    assert "Traceback" not in closed.log.read_text()


def test_forged_and_expired_cookies(closed):
    good = cookie_for(LISTED, closed)
    with websocket(closed, good):
        assert ask(closed, "/Model", good)[2].count("/auth/login") == 0
    is_closed(closed, cookie_for(LISTED, closed, secret="x" * 40))
    is_closed(closed, cookie_for(LISTED, closed, hours_ago=12.01))
    is_closed(closed, good[:-2])
    is_closed(closed, good.replace(USER, f"{USER}_tokens"))


def test_cookies_go_by_tls_alone(repository, provider, tmp_path):
    port = free_port()
    secrets = secrets_of(provider, port).replace(f"http://localhost:{port}", "https://trial.example.org")
    (tmp_path / "secrets.toml").write_text(secrets)
    study = repository / "tests" / "studies" / "mini"
    with secrets_named(tmp_path / "secrets.toml"), serve(repository, study, tmp_path / "log", port=port) as server:
        provider.person = LISTED
        asked, _, session = begun(server)
        back = provider.authorize({name: value[0] for name, value in asked.items()})
        given = ask(server, f"/oauth2callback?{urlsplit(back).query}", session)[1].get_all("Set-Cookie")
    assert {USER, f"{USER}_tokens"} <= {value.partition("=")[0] for value in given}
    for value in given:
        assert {"secure", "httponly", "samesite=lax"} <= {part.strip() for part in value.lower().split(";")}


def test_another_servers_cookie(closed):
    elsewhere = type(closed)(address="http://elsewhere.example", log=closed.log)
    is_closed(closed, cookie_for(LISTED, elsewhere))


def begun(server, path="/auth/login"):
    """Begin a sign-in; return what the provider would be asked, its address, and the session's cookie."""
    status, headers, _ = ask(server, path)
    assert status == 302
    if urlsplit(headers["Location"]).netloc == "":
        status, headers, _ = ask(server, f"/auth/{headers['Location']}")
    location = headers["Location"]
    return parse_qs(urlsplit(location).query), location, headers["Set-Cookie"].split(";")[0]


def test_a_sign_in_that_another_browser_began_is_refused(closed, provider):
    provider.person = LISTED
    asked, _, _ = begun(closed)
    code = parse_qs(urlsplit(provider.authorize({name: value[0] for name, value in asked.items()})).query)["code"][0]
    for state in (asked["state"][0], "made-up"):
        status, headers, _ = ask(closed, f"/oauth2callback?code={code}&state={state}")
        assert (status, headers["Location"]) == (302, "/")
        assert not any(USER in value and "Max-Age=0" not in value for value in headers.get_all("Set-Cookie", []))
    _, _, another = begun(closed)
    assert ask(closed, f"/oauth2callback?code={code}&state={asked['state'][0]}", another)[1]["Location"] == "/"


def test_a_sign_in_leads_nowhere_else(closed, provider):
    asked, location, session = begun(
        closed, "/auth/login?next=https://elsewhere.example&redirect_uri=https://elsewhere.example"
    )
    assert location.startswith(f"{provider.address}/authorize?")
    assert asked["redirect_uri"] == [f"{closed.address}/oauth2callback"]
    provider.person = LISTED
    back = provider.authorize({name: value[0] for name, value in asked.items()})
    status, headers, _ = ask(closed, f"/oauth2callback?{urlsplit(back).query}&next=https://elsewhere.example", session)
    assert (status, headers["Location"]) == (302, "/")
    assert any(value.startswith(f"{USER}=") for value in headers.get_all("Set-Cookie"))
    assert ask(closed, "/auth/logout?next=https://elsewhere.example")[1]["Location"] == "/"


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/Model?filter=gss%3D0&note=caf%C3%A9+%22", "/Model?filter=gss%3D0&note=caf%C3%A9+%22"),
        ("/?endpoint=CD4", "/?endpoint=CD4"),
        ("https://elsewhere.example/Model", "/"),
        ("//elsewhere.example/Model", "/"),
        ("/\\elsewhere.example", "/"),
        ("/Model/../../elsewhere", "/"),
        ("/auth/logout", "/"),
        ("javascript:alert(1)", "/"),
        ("/Model?a\r\nSet-Cookie: x=y", "/Model?a%0D%0ASet-Cookie:%20x=y"),
        ("/Model?" + "%" * 4000, "/Model"),
    ],
)
def test_a_sign_in_leads_to_pages_of_the_dashboard_alone(closed, provider, asked, led):
    """Whether the address came by the link to sign in, or was put in the cookie by somebody else."""
    provider.person = LISTED
    _, headers, _ = ask(closed, f"/auth/login?asked={quote(asked, safe='')}")
    kept, _, attributes = headers["Set-Cookie"].partition(";")
    assert {"httponly", "samesite=lax", "path=/oauth2callback"} <= {
        part.strip() for part in attributes.lower().split(";")
    }
    for cookie in (kept, f"il2dash_asked={quote(asked, safe='')}"):
        begin, _, session = begun(closed)
        back = provider.authorize({name: value[0] for name, value in begin.items()})
        _, headers, _ = ask(closed, f"/oauth2callback?{urlsplit(back).query}", f"{session}; {cookie}")
        assert headers["Location"] == led
        assert any(value.startswith("il2dash_asked=; Max-Age=0") for value in headers.get_all("Set-Cookie"))
