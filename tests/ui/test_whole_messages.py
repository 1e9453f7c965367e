"""Every message to a browser comes whole: none names an earlier one, which the browser may have forgotten meanwhile."""

import tomllib

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed


def test_no_message_is_large_enough_to_be_named_in_place_of_being_sent(repository):
    option = "global.minCachedMessageSize"
    settings = tomllib.loads((repository / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    message = ForwardMsg()
    message.delta.new_element.html.body = "x" * 50_000_000
    before = config.get_option(option)
    config.set_option(option, settings["global"]["minCachedMessageSize"])
    try:
        populate_hash_if_needed(message)
    finally:
        config.set_option(option, before)
    assert message.hash
    assert not message.metadata.cacheable
