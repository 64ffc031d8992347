"""The private parts of CPython that a run stands on do on this version what they are used for."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from mprunner.worlds.real import cpython

HEAD = """
import multiprocessing, os, sys
from mprunner.worlds.real import cpython

def names():
    return sorted(name for name in os.listdir("/dev/shm") if name.startswith("sem.mprun-test"))
"""


def printed(program: str) -> list[str]:
    """The lines that a program of its own prints; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_semaphores_have_the_names_of_the_run_and_outlive_finalizers_until_cleaned() -> None:
    lines = printed(
        """
        cpython.own_names("/dev/shm", f"mprun-test{os.getpid()}")
        context = multiprocessing.get_context("spawn")
        lock, queue = context.Lock(), context.Queue()
        print(len([name for name in names() if str(os.getpid()) in name]))
        clean = cpython.without_semaphore_cleanup()
        cpython.end_as_main()
        print(len([name for name in names() if str(os.getpid()) in name]))
        clean()
        print(len([name for name in names() if str(os.getpid()) in name]))
        """
    )
    assert lines == ["4", "4", "0"]


def test_a_value_travels_with_a_process_and_its_end_is_told_once() -> None:
    lines = printed(
        """
        def target():
            print(cpython.config("number"), flush=True)
            sys.exit(3)

        cpython.fresh_main()
        process = multiprocessing.get_context("fork").Process(target=target)
        cpython.set_config(process, "number", 7)
        process.start()
        told = []
        cpython.watch_end(process, lambda code, times: told.append((code, times.running > 0)))
        process.join()
        print(process.name, told, process.exitcode, process.is_alive(), told, cpython.child_pid(process) == process.pid)
        """
    )
    assert lines == ["7", "ForkProcess-1 [(3, True)] 3 False [(3, True)] True"]


def test_what_is_to_be_first_at_exit_is_before_a_daemon_is_terminated() -> None:
    lines = printed(
        """
        import time
        process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,), daemon=True)
        process.start()
        cpython.at_exit_first(lambda: print(process.is_alive()))
        cpython.end_as_main()
        print(process.exitcode)
        """
    )
    assert lines == ["True", "-15"]


def test_the_tracker_can_be_stopped() -> None:
    lines = printed(
        """
        pid = cpython.start_tracker()
        os.kill(pid, 0)
        cpython.stop_tracker()
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            print("gone")
        """
    )
    assert lines == ["gone"]


@pytest.mark.parametrize("value", [1, "text", None, [1], object()])
def test_only_proxies_have_tokens(value: object) -> None:
    assert cpython.proxy_token(value) is None
