import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.ui.access import Access, AccessError, may_see, read_access, verified_email

DOCTOR = {"sub": "1", "email": "doctor@hospital.example", "email_verified": True}
LABELS = st.text(string.ascii_letters + string.digits + "-.", min_size=1, max_size=12)


def listed(*people, trust=False):
    return Access({"etoile": people}, trust)


@pytest.mark.parametrize(
    ("people", "seen"),
    [
        (("doctor@hospital.example",), True),
        (("DOCTOR@Hospital.Example",), True),
        (("@hospital.example",), True),
        (("@HOSPITAL.example",), True),
        (("*",), True),
        ((), False),
        (("nurse@hospital.example",), False),
        (("@example",), False),
        (("@al.example",), False),
        (("octor@hospital.example",), False),
        (("doctor@hospital.example.org",), False),
    ],
)
def test_a_list_names_people_and_whole_domains(people, seen):
    assert may_see(DOCTOR, listed(*people), "etoile") is seen


def test_each_study_has_its_own_list_by_its_id_or_its_name():
    access = Access({"etoile": ("doctor@hospital.example",), "second": ("*",)})
    assert may_see(DOCTOR, access, "folder", "etoile")
    assert may_see(DOCTOR, access, "second", "")
    assert not may_see(DOCTOR, access, "third")
    assert not may_see(DOCTOR, access, "Etoile")
    assert not may_see(DOCTOR, access)


def test_nobody_sees_nothing():
    assert not may_see({}, listed("*"), "etoile")


@pytest.mark.parametrize(
    "said",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": 1},
        {"email_verified": None},
        {"email_verified": ["true"]},
        {"email": None},
        {"email": ""},
        {"email": ["doctor@hospital.example"]},
        {"email": "doctor@elsewhere.example@hospital.example"},
        {"email": "doctor"},
        {"email": "@hospital.example"},
        {"email": "doctor@hospital.example\n"},
        {"email": "doctor@hospital.example "},
    ],
)
@pytest.mark.parametrize("trust", [False, True])
def test_an_address_that_does_not_count(said, trust):
    person = DOCTOR | said
    assert verified_email(person, trust=trust) == ""
    assert not may_see(person, listed("doctor@hospital.example", "@hospital.example", trust=trust), "etoile")
    assert may_see(person, listed("*"), "etoile")


def test_where_the_provider_does_not_say_whether_it_is_verified():
    silent = {"sub": "1", "email": "doctor@hospital.example"}
    assert not may_see(silent, listed("@hospital.example"), "etoile")
    assert may_see(silent, listed("@hospital.example", trust=True), "etoile")


def test_a_verified_claim_written_as_text():
    assert may_see(DOCTOR | {"email_verified": "true"}, listed("@hospital.example"), "etoile")


def test_a_letter_that_only_looks_the_same_is_another_address():
    kelvin = DOCTOR | {"email": "\N{KELVIN SIGN}im@hospital.example"}
    assert kelvin["email"].lower() == "kim@hospital.example"
    assert not may_see(kelvin, listed("kim@hospital.example"), "etoile")


@given(name=LABELS, domain=LABELS, other=LABELS, another=LABELS)
def test_exactly_who_is_listed(name, domain, other, another):
    person = {"sub": "1", "email": f"{name}@{domain}", "email_verified": True}
    same = (name.lower(), domain.lower()) == (other.lower(), another.lower())
    assert may_see(person, listed(f"{other}@{another}"), "etoile") is same
    assert may_see(person, listed(f"@{another}"), "etoile") is (domain.lower() == another.lower())


def test_lists_are_read():
    access = read_access({"access": {"etoile": ["*", "@b.example", "a@b.example"], "none": []}, "sources": {"X": "y"}})
    assert access == Access({"etoile": ("*", "@b.example", "a@b.example"), "none": ()})
    assert read_access({"access": {"etoile": ["*"]}, "trust_emails": True}).trust_emails


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (None, "no list of people"),
        ({}, "no list of people"),
        ({"sources": {}}, "no list of people"),
        ([], "has to be a table"),
        ({"acess": {"etoile": ["*"]}}, "unknown key 'acess'"),
        ({"access": {"etoile": ["*"]}, "trust_email": True}, "unknown key 'trust_email'"),
        ({"access": {"etoile": ["*"]}, "trust_emails": "false"}, "true or false, without quotes"),
        ({"access": ["*"]}, "has to be a table"),
        ({"access": {}}, "has to be a table"),
        ({"access": "*"}, "has to be a table"),
        ({"access": {"etoile": "*"}}, "'etoile' .* in brackets"),
        ({"access": {"etoile": {"people": ["*"]}}}, "'etoile' .* in brackets"),
        ({"access": {"etoile": ["a@b.example", 1]}}, "entry 2"),
        ({"access": {"etoile": [""]}}, "entry 1"),
        ({"access": {"etoile": ["@"]}}, "entry 1"),
        ({"access": {"etoile": ["hospital.example"]}}, "entry 1"),
        ({"access": {"etoile": ["*@hospital.example"]}}, "entry 1"),
        ({"access": {"etoile": ["a@b.example "]}}, "entry 1"),
        ({"access": {"etoile": ["a@b.example, c@d.example"]}}, "entry 1"),
    ],
)
def test_a_mistake_closes_all_and_names_nobody(section, words):
    with pytest.raises(AccessError, match=words) as refused:
        read_access(section)
    assert "b.example" not in str(refused.value)
