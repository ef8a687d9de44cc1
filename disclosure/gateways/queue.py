"""The queue: wakes RQ workers for what waits in the outbox, when a Redis is set.

Owns the relay. The outbox table is the truth and the queue only a wake-up: what Redis loses, the
sweep finds. Only ids travel, as JSON, never pickled.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from disclosure.config import Settings

if TYPE_CHECKING:
    from rq import Queue

log = structlog.get_logger(__name__)

QUEUE = "default"
JOB_TIMEOUT_SECONDS = 600
WORKER_CALL = "disclosure.worker.run_row"


def relay(settings: Settings) -> Callable[[Sequence[str]], None]:
    """Return what an edge calls after each commit with the ids of new outbox rows."""
    if settings.redis_url is None:
        return lambda _ids: None
    queue = open_queue(settings.redis_url)

    def wake(ids: Sequence[str]) -> None:
        """Put the ids on the queue; a Redis that does not answer loses nothing."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - only with a Redis

        try:
            for outbox_id in ids:
                queue.enqueue(WORKER_CALL, outbox_id, job_timeout=JOB_TIMEOUT_SECONDS, result_ttl=0)
        except RedisError:
            log.warning("the queue does not answer; the sweep will find what is due")

    return wake


def open_queue(redis_url: str) -> "Queue":
    """Open the RQ queue with the JSON serializer."""
    from redis import Redis  # noqa: PLC0415 - only with a Redis
    from rq import Queue  # noqa: PLC0415 - only with a Redis
    from rq.serializers import JSONSerializer  # noqa: PLC0415 - only with a Redis

    connection = Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=2)
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)
