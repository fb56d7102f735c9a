"""`Board`: where trials on Ray tell their epochs and get their answers."""

import asyncio
import itertools
from typing import Any


class Board:
    """An actor between the trials and the process with the oracle.

    A trial waits in `tell` until the process, which waits in `take`, has
    given its `answer`.
    """

    def __init__(self):
        self.numbers = itertools.count()
        self.waiting: dict[int, asyncio.Future] = {}
        self.told: asyncio.Queue = asyncio.Queue()

    async def tell(self, message: Any) -> Any:
        """Takes a message of a trial; returns the answer to it."""
        number = next(self.numbers)
        answer = asyncio.get_running_loop().create_future()
        self.waiting[number] = answer
        await self.told.put((number, message))
        return await answer

    async def take(self) -> list[tuple[int, Any]]:
        """The messages that were told, with their numbers; waits for one."""
        messages = [await self.told.get()]
        while not self.told.empty():
            messages.append(self.told.get_nowait())
        return messages

    async def answer(self, answers: dict[int, Any]) -> None:
        """Answers messages by their numbers."""
        for number, answer in answers.items():
            future = self.waiting.pop(number, None)
            if future is not None and not future.done():
                future.set_result(answer)
