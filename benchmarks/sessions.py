"""Many sessions on one process: how long each waits for its new view.

``python benchmarks/sessions.py [--sessions 75] [--own 3 | --new]`` opens websockets as browsers do (Streamlit's
own messages, no browser needed), every session changes one thing every 2 seconds, and the last line is one JSON object.
What is timed is from sending a change to the message that the script has finished: the whole view is there.

Two of three sessions are on Model and switch covariates, one is on Endpoints and changes threshold and rule for
missing outcomes. Each session has a few options of each widget to itself and goes to and fro between them, so that
sessions see different views and come back to their own: with ``--own 1`` one covariate on and off. With ``--new`` they
change anything: hardly a view comes twice, and nearly every answer is computed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection
from websockets.typing import Subprotocol

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from benchmarks.served import served  # noqa: E402

EVERY = 2.0
"""Seconds from one change of a session to its next."""

OPENING = 0.3
"""Seconds between the first views of two sessions, which aren't timed."""

PATIENCE = 30.0
"""Seconds after which a view that isn't there is an error."""


@dataclass(kw_only=True)
class Session:
    """One visitor on one page: the widgets as they were sent, and what was waited for."""

    socket: ClientConnection
    page: str
    number: int
    own: int | None
    random: random.Random
    page_script_hash: str = ""
    choices: dict[str, Choice] = field(default_factory=dict)
    offered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Load the page, and learn its widgets."""
        message = BackMsg()
        message.rerun_script.page_name = self.page
        await self.run(message)

    async def change(self) -> None:
        """Change one widget as a click does, and wait for the view."""
        choice = self.choices[self.random.choice(sorted(self.choices))]
        self.states[choice.id] = choice.another(self.states.get(choice.id), self.offered[choice.key], self.random)
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash = self.page_script_hash
        asked.fragment_id = choice.fragment_id
        asked.widget_states.widgets.extend(self.states.values())
        sent = time.perf_counter()
        await self.run(message)
        self.waits.append(time.perf_counter() - sent)

    async def run(self, message: BackMsg) -> None:
        """Send a message, and receive until the script has finished."""
        await self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE))
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self.page_script_hash = received.new_session.page_script_hash
            elif kind == "delta":
                self.learn(received)
            elif kind == "script_finished":
                if received.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                return

    def learn(self, received: ForwardMsg) -> None:
        """Note the widgets that this visitor changes, and whatever the page says went wrong."""
        element = received.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            self.errors.append(f"{self.page}: {element.exception.message or element.alert.body}")
        found = Choice.of(element, fragment_id=received.delta.fragment_id)
        if found is not None:
            self.choices[found.key] = found
            self.offered.setdefault(found.key, found.some(self.own, random.Random(f"{self.number}{found.key}")))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A widget that visitors change: how it is asked for, its options, and those that are chosen at first."""

    key: str
    id: str
    kind: str
    options: tuple[str, ...]
    default: tuple[int, ...]
    fragment_id: str

    @classmethod
    def of(cls, element: object, *, fragment_id: str) -> Choice | None:
        """Return the choice that an element is; None for any other element."""
        kind = element.WhichOneof("type")
        if kind not in ("button_group", "slider", "selectbox"):
            return None
        widget = getattr(element, kind)
        key = next((key for key in ("covariates_", "threshold_", "missing") if f"-{key}" in widget.id), None)
        if key is None:
            return None
        if kind == "button_group":
            options, default = tuple(option.content for option in widget.options), tuple(widget.default)
        else:
            options = tuple(widget.options)
            default = tuple(map(int, widget.default)) if kind == "slider" else (widget.default,)
        return cls(key=key, id=widget.id, kind=kind, options=options, default=default, fragment_id=fragment_id)

    def some(self, number: int | None, chance: random.Random) -> tuple[str, ...]:
        """Return the options that one session keeps to; all where no number is given."""
        if number is None:
            return self.options
        # One switch goes on and off; of a widget that holds one option, it takes two to go to and fro.
        return tuple(chance.sample(self.options, number if self.kind == "button_group" else max(2, number)))

    def another(self, before: WidgetState | None, offered: tuple[str, ...], chance: random.Random) -> WidgetState:
        """Return another state than before: one covariate switched, another threshold, another rule."""
        state = WidgetState(id=self.id)
        if self.kind == "button_group":
            chosen = set(before.string_array_value.data if before else (self.options[index] for index in self.default))
            chosen ^= {chance.choice(offered)}
            state.string_array_value.data.extend(option for option in self.options if option in chosen)
        elif self.kind == "slider":
            now = before.string_array_value.data[0] if before else self.options[self.default[0]]
            state.string_array_value.data.append(chance.choice([option for option in offered if option != now]))
        else:
            now = before.string_value if before else self.options[self.default[0]]
            state.string_value = chance.choice([option for option in offered if option != now])
        return state


async def visit(address: str, number: int, *, sessions: int, seconds: float, own: int | None) -> Session:
    """Be one visitor: open a page, wait until all have, then change something every 2 seconds."""
    page = "Endpoints" if number % 3 == 2 else "Model"
    socket_address = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with websockets.connect(socket_address, subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        session = Session(socket=socket, page=page, number=number, own=own, random=random.Random(number))
        began = time.perf_counter()
        await asyncio.sleep(OPENING * number)
        await session.open()
        assert session.choices, f"no widget of {page} was recognized"
        first = began + OPENING * sessions + 2.0 + EVERY * number / sessions
        for step in range(round(seconds / EVERY)):
            # A session that waits longer than its turn is changes behind: it makes them up at once, as nobody would.
            await asyncio.sleep(max(0.0, first + EVERY * step - time.perf_counter()))
            try:
                await session.change()
            except (TimeoutError, websockets.ConnectionClosed) as error:
                session.errors.append(f"{page}: {type(error).__name__} {error}")
                break
    return session


async def visit_all(address: str, *, sessions: int, seconds: float, own: int | None) -> list[Session]:
    """Be all visitors at once."""
    visits = (visit(address, number, sessions=sessions, seconds=seconds, own=own) for number in range(sessions))
    return await asyncio.gather(*visits)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=75)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each session changes its view")
    parser.add_argument("--own", type=int, default=3, help="options of each widget that a session keeps to")
    parser.add_argument("--new", action="store_true", help="nearly every view is one that nobody has seen before")
    arguments = parser.parse_args()
    own = None if arguments.new else arguments.own
    study = str(REPOSITORY / "sample_data" / "etoile")
    with served("-m", "il2dash", "serve", study, port_option="--port") as (address, process):
        before = _cpu_seconds(process)
        found = asyncio.run(visit_all(address, sessions=arguments.sessions, seconds=arguments.seconds, own=own))
        used = _cpu_seconds(process) - before
    rows = {page: [session for session in found if session.page == page] for page in ("Model", "Endpoints")}
    print(f"{'':<12}{'sessions':>9}{'changes':>9}{'p50':>9}{'p95':>9}{'max':>9}   ms from a change to the whole view")
    for page, sessions in (*rows.items(), ("all", found)):
        waits = [1e3 * wait for session in sessions for wait in session.waits]
        print(f"{page:<12}{len(sessions):>9}{len(waits):>9}{_three(waits)}")
    waits = [1e3 * wait for session in found for wait in session.waits]
    errors = [error for session in found for error in session.errors]
    for error in sorted(set(errors)):
        print(f"{errors.count(error)} times {error}")
    print(f"processor time of the server: {used:.1f} s in all")
    p50, p95, most = _quantiles(waits)
    result = {
        "sessions": arguments.sessions,
        "changes": len(waits),
        "p50_ms": round(p50, 1),
        "p95_ms": round(p95, 1),
        "max_ms": round(most, 1),
        "errors": len(errors),
    }
    print(json.dumps(result))


def _quantiles(waits: list[float]) -> tuple[float, float, float]:
    return statistics.median(waits), statistics.quantiles(waits, n=20)[-1], max(waits)


def _three(waits: list[float]) -> str:
    return "".join(f"{value:>9.1f}" for value in _quantiles(waits))


def _cpu_seconds(process: Popen[bytes]) -> float:
    """Return the processor time of the server so far; NaN where the system doesn't say."""
    statement = Path(f"/proc/{process.pid}/stat")
    if not statement.exists():
        return float("nan")
    user, system = statement.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
