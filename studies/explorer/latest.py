"""Only the latest wish counts: what was asked for meanwhile is never begun."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Wish = TypeVar("Wish")


class Latest(Generic[Wish]):
    """Does one thing at a time, and then the newest of what was asked for in the meantime.

    So a slider that moves faster than pictures are computed never builds up a queue. To be used
    from an event loop.

    Parameters
    ----------
    work
        Called with a wish; must not raise.
    spawn
        Runs a coroutine in the background.
    """

    def __init__(
        self, work: Callable[[Wish], Awaitable[None]], spawn: Callable[[Awaitable[None]], object]
    ) -> None:
        self._work = work
        self._spawn = spawn
        self._next: list[Wish] = []
        self._busy = False

    @property
    def outdated(self) -> bool:
        """Whether something newer waits than what is being done."""
        return bool(self._next)

    def ask(self, wish: Wish) -> None:
        """Wish for something, in place of all that has not begun."""
        self._next = [wish]
        if not self._busy:
            self._busy = True
            self._spawn(self._run())

    async def _run(self) -> None:
        try:
            while self._next:
                await self._work(self._next.pop())
        finally:
            self._busy = False
