from il2dash.ui.credentials import source_url


def test_secrets_come_before_the_environment(write_secrets, monkeypatch):
    monkeypatch.setenv("IL2DASH_SOURCE_TRIAL", "sqlite:////environment")
    assert source_url("TRIAL") == "sqlite:////environment"
    write_secrets('[il2dash.sources]\nTRIAL = "sqlite:////secrets"\n')
    assert source_url("TRIAL") == "sqlite:////secrets"


def test_an_unknown_name_has_no_address(write_secrets, monkeypatch):
    monkeypatch.delenv("IL2DASH_SOURCE_OTHER", raising=False)
    write_secrets('title = "something else"\n[il2dash.sources]\nTRIAL = "sqlite:////secrets"\n')
    assert source_url("OTHER") is None
