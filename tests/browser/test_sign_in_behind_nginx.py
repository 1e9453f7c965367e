"""The whole way of docs/hosting.md: Chromium, nginx with TLS, two processes, a provider, and a file at the end."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_profile, starting, whole
from tests.browser.test_sign_in import MEMBER, secrets_named, secrets_of
from tests.hosting import nginx, openid_provider
from tests.processes import free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def site(repository, tmp_path):
    """Serve the shipped study by two processes, to whoever signs in; what is given is the site's address."""
    program = nginx.executable()
    if program is None:
        pytest.skip("nginx is absent: python -m tests.hosting.nginx installs Debian's as root.")
    port, processes = free_port(), (free_port(), free_port())
    text = (repository / "docs" / "nginx.conf").read_text(encoding="utf-8")
    configuration = nginx.for_tests(text, tmp_path, ports=(free_port(), port), processes=processes)
    with ExitStack() as stack:
        provider = stack.enter_context(openid_provider.running())
        provider.person = MEMBER
        secrets = secrets_of(provider, port).replace(f"http://localhost:{port}/", f"https://localhost:{port}/")
        (tmp_path / "secrets.toml").write_text(secrets)
        study = repository / "sample_data" / "etoile"
        with secrets_named(tmp_path / "secrets.toml"):
            starts = [
                stack.enter_context(starting(repository, study, tmp_path / f"{own}.log", port=own)) for own in processes
            ]
        for up in starts:
            up()
        stack.enter_context(nginx.running(program, configuration, tmp_path, port=port))
        yield f"https://localhost:{port}"


def test_visitors_of_both_processes_sign_in_and_take_a_file(site, chromium):
    processes: set[str] = set()
    for _ in range(24):
        with new_profile(chromium, ignore_https_errors=True) as visitor:
            page = visitor.new_page()
            page.goto(f"{site}/Data?filter=gss%3D0&show=Downloads")
            served_by = {answer.headers["x-served-by"] for answer in (page.request.get(site), page.request.get(site))}
            assert len(served_by) == 1
            if served_by <= processes:
                continue  # the next visitor may come to the other process
            sign_in_and_take_a_file(page, site)
            processes |= served_by
        if len(processes) == 2:
            return
    pytest.fail(f"All visitors came to one process: {processes}")


def sign_in_and_take_a_file(page, site):
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    whole(page)
    expect(page).to_have_url(f"{site}/Data?filter=gss%3D0&show=Downloads")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Table subjects (CSV)").click()
    assert saved.value.path().read_text().startswith("subject_id")
    assert all(cookie["secure"] for cookie in page.context.cookies())
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
