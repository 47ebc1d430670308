"""Runs the pages: one uvicorn server in this process, ended cleanly by SIGTERM or Ctrl-C."""

import signal
import socket
from types import FrameType

import structlog
import uvicorn

from mailer.settings import Settings
from mailer.web.app import create_app

log = structlog.get_logger(__name__)

#: What an answer under way may take after we were asked to stop.
GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """A server that says when it can be reached."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and log where."""
        await super().startup(sockets)
        if not self.should_exit:
            log.info("pages served", host=self.config.host, port=self.config.port)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; to be called from the main thread of a process."""
    server = Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.web.host,
            port=settings.web.port,
            # Its lines would hold tokens; AccessLog writes ours.
            access_log=False,
            log_config=None,
            ws="none",
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.web.trusted_proxies,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        # Reached before the server listens to signals itself, and once more after it has ended.
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.run()
