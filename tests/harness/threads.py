import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def in_threads(number: int, call: Callable[[], object]) -> None:
    """Call it in so many threads at once, each with a database connection of its own."""

    def one() -> None:
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def beside(call: Callable[[], object]) -> Iterator[threading.Thread]:
    """Call it in a thread, with a database connection of its own, while the block runs; wait for it in the end."""

    def one() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=one)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()


def rolled_back(call: Callable[[], object]) -> None:
    """Call it in a transaction that is given up afterwards."""
    with transaction.atomic():
        call()
        transaction.set_rollback(True)
