"""The protocol's own client, which starts `lossdoc mcp` and asks it over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def serving(folder: Path) -> Iterator[Any]:
    """A server that lives as long as the block. `ask(work)` awaits `work(client)` and gives what it returns."""
    import mcp

    loop = asyncio.new_event_loop()
    command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "lossdoc", "mcp", str(folder)])
    calls: asyncio.Queue[Any] = asyncio.Queue()

    async def live() -> None:
        async with mcp.Client(mcp.stdio_client(command)) as client:
            while (one := await calls.get()) is not None:
                work, answer = one
                answer.set_result(await work(client))

    session = loop.create_task(live())

    def ask(work: Any) -> Any:
        answer = loop.create_future()
        calls.put_nowait((work, answer))
        loop.run_until_complete(asyncio.wait([answer, session], timeout=120, return_when=asyncio.FIRST_COMPLETED))
        return answer.result()

    yield ask
    calls.put_nowait(None)
    loop.run_until_complete(session)
    loop.close()


def call(ask: Any, tool: str, **arguments: Any) -> tuple[str, bool]:
    """The text that a tool answers, and whether it refused."""
    done = ask(lambda client: client.call_tool(tool, arguments))
    return done.content[0].text, bool(done.is_error)
