"""How large an upload may be is said in four places, which agree."""

import re
import tomllib

from il2dash.study.study_files import MAXIMUM_BYTES

MEGABYTE = 1024**2


def test_the_sizes_agree(repository):
    settings = tomllib.loads((repository / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    allowed = settings["server"]["maxUploadSize"]
    assert allowed * MEGABYTE == MAXIMUM_BYTES
    nginx = (repository / "docs" / "nginx.conf").read_text(encoding="utf-8")
    # A form around the file takes a little more.
    assert re.findall(r"client_max_body_size (\d+)m;", nginx) == [str(allowed + 1)]
    assert f"own limit is {allowed} MB" in nginx
    assert f"up to {allowed + 1} MB" in (repository / "docs" / "hosting.md").read_text(encoding="utf-8")
