"""Runs a command in a session of its own, and ends all of that session when the process that started this one ends.

usage: tether.py COMMAND ARGUMENT...   (standard input: a pipe that only the parent holds)
"""

import os
import signal
import subprocess
import sys
import threading
import time

PATIENCE = 8.0
"""Seconds that the command may take to end in order."""


def main() -> int:
    """Run the command; the exit status is its own, as a shell gives it."""
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603

    def end(*_: object) -> None:
        threading.Thread(target=end_session, args=(child,), daemon=True).start()

    def await_parents_end() -> None:
        while os.read(0, 4096):
            pass
        end()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    threading.Thread(target=await_parents_end, daemon=True).start()
    status = child.wait()
    # Whatever the way it ended, its workers may not outlive it.
    signal_session(child.pid, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def end_session(child: subprocess.Popen[bytes]) -> None:
    """Ask the whole session to end, and make it end when patience does."""
    signal_session(child.pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.poll() is None:
        time.sleep(0.05)
    signal_session(child.pid, signal.SIGKILL)


def signal_session(leader: int, number: int) -> None:
    """Signal every process of the group that the command leads; none left is fine."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    sys.exit(main())
