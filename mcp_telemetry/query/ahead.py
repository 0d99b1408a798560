"""Does work ahead of the one who needs its results, in a few threads that all questions share."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

__all__ = ["in_order"]

T = TypeVar("T")


def in_order(executor: Executor, work: Iterable[Callable[[], T]], ahead: int) -> Iterator[T]:
    """What each piece of work gives, in their order; the next few are being done already, at most `ahead`.

    What is not needed any more, as the generator is closed or a piece of work failed, is not begun.
    """
    begun: deque[Future[T]] = deque()
    try:
        for task in work:
            begun.append(executor.submit(task))
            if len(begun) > ahead:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()
