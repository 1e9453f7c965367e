"""The pages' own check, behind the gate: what secrets close, and what a person sees who is or isn't on a list."""

import logging

import pytest

from il2dash.ui import sign_in
from tests.ui.conftest import everything

AUTH = {
    "redirect_uri": "https://trial.example.org/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "il2dash",
    "client_secret": "secret-of-the-client",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}
LISTS = '[il2dash.access]\netoile = ["doctor@hospital.example"]\n'
DOCTOR = {"is_logged_in": True, "sub": "1", "email": "doctor@hospital.example", "email_verified": True}


def auth(**changes):
    lines = [f'{key} = "{value}"' for key, value in (AUTH | changes).items() if value is not None]
    return "\n".join(["[auth]", *lines, ""])


@pytest.fixture(autouse=True)
def unsaid():
    """Forget what was logged: it is said once."""
    sign_in._log_once.cache_clear()


@pytest.fixture
def gated(monkeypatch):
    """Have the process pass the gate, and be whom the test says."""
    monkeypatch.setattr(sign_in.GATED, "is_set", lambda: True)

    def be(**said):
        monkeypatch.setattr(sign_in, "claims", lambda: said)

    be(**DOCTOR)
    return be


def buttons(test):
    return [button.label for button in test.button]


@pytest.mark.parametrize("content", ["", 'title = "x"\n', '[il2dash.sources]\nTRIAL = "sqlite:////x"\n'])
def test_without_auth_nothing_is_closed(write_secrets, visit, content):
    write_secrets(content)
    assert sign_in.door() is None
    test = visit("Overview")
    assert "Synthetic data" in everything(test)
    assert "Sign out" not in buttons(test)


def test_who_is_listed_sees_the_study_and_the_way_out(write_secrets, gated, visit):
    write_secrets(auth() + LISTS)
    test = visit("Overview")
    assert DOCTOR["email"] in everything(test)
    assert "Sign out" in buttons(test)
    assert len(test.get("plotly_chart")) > 0


@pytest.mark.parametrize("title", ["Overview", "Model", "Data", "Snapshots"])
@pytest.mark.parametrize("said", [{"email": "nurse@hospital.example"}, {"email_verified": False}])
def test_who_is_not_listed_sees_a_sentence(write_secrets, gated, visit, title, said):
    write_secrets(auth() + LISTS)
    gated(**DOCTOR | said)
    words = everything(test := visit(title))
    words = words.replace("\\", "")
    assert "You aren't on the list" in words
    assert ("without a verified" in words) is ("email" not in said)
    assert "etoile" not in words.lower()
    assert "Sign out" in buttons(test)
    assert not test.get("plotly_chart")


def test_a_name_is_text(write_secrets, gated, visit):
    write_secrets(auth() + LISTS.replace("doctor@hospital.example", "*"))
    gated(is_logged_in=True, sub="1", name="<img src=x onerror=alert(1)>")
    test = visit("Overview")
    assert not [element for element in test.get("html") if "<img src=x" in element.proto.body]
    assert "<img src=x" in everything(test)


def test_a_session_without_a_person_is_asked_to_sign_in(write_secrets, gated, visit):
    write_secrets(auth() + LISTS)
    gated()
    test = visit("Overview")
    assert "Sign in" in buttons(test)
    assert "etoile" not in everything(test).lower()


def test_without_the_gate_a_page_refuses_to_work(write_secrets, visit):
    write_secrets(auth() + LISTS)
    words = everything(visit("Overview"))
    assert "il2dash serve" in words.replace("\\", "")
    assert "etoile" not in words.lower()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (auth(), "no list of people"),
        (LISTS, "no section [auth]"),
        (auth().replace("[auth]", "[auht]") + LISTS, "no section [auth]"),
        ('auth = "yes"\n' + LISTS, "no section [auth]"),
        ("[auth]\n" + LISTS, "redirect_uri"),
        (auth(client_secret=None) + LISTS, "client_secret"),
        (auth(client_id="") + LISTS, "client_id"),
        (auth(cookie_secret="short") + LISTS, "32 random signs"),
        (auth(redirect_uri="http://trial.example.org/oauth2callback") + LISTS, "redirect_uri"),
        (auth(redirect_uri="https://trial.example.org/") + LISTS, "redirect_uri"),
        (auth() + LISTS.replace("access", "acces"), "unknown key 'acces'"),
        (LISTS.replace("access", "acces"), "no section [auth]"),
        (auth() + '[il2dash.access]\netoile = "doctor@hospital.example"\n', "in brackets"),
        ("[auth\n", "can't be read"),
    ],
)
def test_a_mistake_in_the_secrets_closes_the_server(write_secrets, gated, visit, caplog, content, problem):
    write_secrets(content)
    with caplog.at_level(logging.ERROR, logger=sign_in.__name__):
        words = everything(visit("Overview")).replace("\\", "")
    assert problem in words
    assert "IL-2" not in words
    assert problem in caplog.text
    assert sign_in.visible({"etoile": ("etoile",)}) == ()
    for secret in ("secret-of-the-client", "0123456789abcdef"):
        assert secret not in words + caplog.text


def test_the_studies_that_a_person_may_see(write_secrets, gated, caplog):
    write_secrets(auth() + LISTS + 'second = ["*"]\nmispelled = ["*"]\n')
    studies = {"folder": ("folder", "etoile"), "second": ("second", ""), "third": ("third", "mini")}
    with caplog.at_level(logging.ERROR, logger=sign_in.__name__):
        assert sign_in.visible(studies) == ("folder", "second")
    assert "'mispelled'" in caplog.text
    gated(**DOCTOR | {"email": "nurse@hospital.example"})
    assert sign_in.visible(studies) == ("second",)
    write_secrets("")
    assert sign_in.visible(studies) == ("folder", "second", "third")
