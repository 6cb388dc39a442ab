# SPDX-License-Identifier: GPL-3.0-or-later
"""Network namespaces, links between them, and programs in them.

    with Net() as net:
        a, b = net.namespace("a"), net.namespace("b")
        net.link(a, "eth0", b, "eth0")
        a.address("eth0", "198.51.100.11/24")
        sshd = b.start("/usr/sbin/sshd", "-D")
        wait_until(lambda: "listening" in sshd.text(), 5, "sshd listens")

Everything made by a Net has its prefix and is gone when the block ends,
however it ends.  What a run that was killed left behind is removed when the
next one begins: a run holds a lock in its folder for as long as it lives.
"""

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

FOLDER = "synhive-net-"         # in the folder for temporary files
NETNS = Path("/run/netns")
CLONE_NEWNET = 0x40000000
PR_SET_CHILD_SUBREAPER = 36
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """Something of the test bed, said in a sentence."""


def wait_until(condition, timeout_s, what, poll_s=0.01):
    """Wait until condition() is true and return what it returned.

    This is the only place that sleeps.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout_s} s: {what}")
        time.sleep(poll_s)


def exit_on_signals():
    """SIGTERM and SIGHUP leave through the with-blocks, as Ctrl-C does (also
    where a shell's background job would ignore that)."""
    def leave(signo, _frame):
        sys.exit(128 + signo)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)


def command(*argv, **options):
    """Run a program to its end; returns what it printed."""
    done = subprocess.run([str(a) for a in argv], text=True, check=False,
                          capture_output=True, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, argv))}: exit status "
                     f"{done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


class Program:
    """A program that runs in the background; its output is in a file."""

    def __init__(self, argv, log, **options):
        self.name = Path(str(argv[0])).name
        self.log = log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(
                [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, start_new_session=True, **options)
        self.pid = self.popen.pid       # nsenter becomes the program

    def text(self):
        return self.log.read_text(errors="replace")

    def running(self):
        return self.popen.poll() is None

    def wait_for(self, ready, timeout_s=10, what=None):
        """Wait until ready(text so far) is true; False if it ended before."""
        def look():
            ended = not self.running()
            if ready(self.text()):
                return True
            if ended:
                raise Failed(f"{self.name} ended with status "
                             f"{self.popen.returncode}: {self.text()}")
            return False
        try:
            wait_until(look, timeout_s, what or "ready")
        except Failed as e:
            raise Failed(f"{self.name}: {e}\n{self.text()}") from None

    def wait(self, timeout_s=10):
        """Its exit status, negative for a signal."""
        return self.popen.wait(timeout_s)

    def signal(self, signo):
        if self.running():
            self.popen.send_signal(signo)

    def kill(self):
        """SIGKILL, and gone on return."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def stop(self, timeout_s=10):
        """SIGTERM, then SIGKILL; returns its exit status."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return self.kill()


class Namespace:
    def __init__(self, net, name):
        self.net = net
        self.name = name                # short; as in messages
        self.id = net.prefix + name     # as in "ip netns"
        self.path = NETNS / self.id
        command("ip", "netns", "add", self.id)
        self.ip("link", "set", "lo", "up")
        # Without it a new IPv6 address is silent for one or two seconds.
        self.sysctl("ipv6/conf/all/accept_dad", 0)
        self.sysctl("ipv6/conf/default/accept_dad", 0)

    def ip(self, *argv):
        return command("ip", "-n", self.id, *argv)

    def address(self, device, *addresses):
        """Give a device its addresses."""
        for a in addresses:
            nodad = ["nodad"] if ":" in a else []
            self.ip("address", "add", a, "dev", device, *nodad)

    def route(self, *argv):
        family = ["-6"] if any(":" in str(a) for a in argv) else []
        command("ip", "-n", self.id, *family, "route", "add", *argv)

    def bridge(self, name, *ports):
        self.ip("link", "add", name, "type", "bridge")
        self.ip("link", "set", name, "up")
        for port in ports:
            self.ip("link", "set", port, "master", name, "up")

    def sysctl(self, name, value):
        with self.entered():
            Path("/proc/sys/net", name).write_text(str(value), "ascii")

    def forward(self):
        self.sysctl("ipv4/ip_forward", 1)
        self.sysctl("ipv6/conf/all/forwarding", 1)

    def inside(self, *argv):
        """The command line that runs argv in here, as the same process."""
        return ["nsenter", f"--net={self.path}", "--", *map(str, argv)]

    def run(self, *argv, **options):
        return command(*self.inside(*argv), **options)

    def start(self, *argv, log=None, **options):
        """Run in the background until the Net ends, or before."""
        log = self.net.dir / (log or f"{self.name}-{Path(str(argv[0])).name}"
                              f"-{len(self.net.programs)}.log")
        program = Program(self.inside(*argv), log, **options)
        program.name = Path(str(argv[0])).name
        self.net.programs.append(program)
        return program

    def nft(self, rules):
        return self.run("nft", "-f", "-", input=rules)

    @contextlib.contextmanager
    def entered(self):
        """The calling thread is in here; sockets it makes stay in here."""
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(self.path, os.O_RDONLY)
        try:
            _setns(there)
            yield
        finally:
            _setns(here)
            os.close(here)
            os.close(there)

    def pids(self):
        listed = subprocess.run(["ip", "netns", "pids", self.id], text=True,
                                capture_output=True, check=False)
        return [int(p) for p in listed.stdout.split()]


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Net:
    """All namespaces, links and programs of one run."""

    def __init__(self):
        remove_stale()
        # What daemons leave behind becomes our child, not init's.
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.dir, self.lock = _make_folder()
        self.prefix = self.dir.name.removeprefix("synhive-") + "-"
        self.programs = []
        self.namespaces = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def namespace(self, name):
        ns = Namespace(self, name)
        self.namespaces.append(ns)
        return ns

    def link(self, a, device_a, b, device_b):
        """A veth pair, each end in its namespace, up."""
        command("ip", "link", "add", device_a, "netns", a.id, "type", "veth",
                "peer", "name", device_b, "netns", b.id)
        a.ip("link", "set", device_a, "up")
        b.ip("link", "set", device_b, "up")

    def stop(self):
        """End all programs; their output stays until close()."""
        for program in reversed(self.programs):
            program.signal(signal.SIGTERM)
        for program in reversed(self.programs):
            program.stop(timeout_s=3)

    def close(self):
        with _undisturbed():
            self.stop()
            _remove(self.dir)
            _reap()
            os.close(self.lock)


@contextlib.contextmanager
def _undisturbed():
    """A second Ctrl-C waits until the cleaning is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _make_folder():
    """The run's folder, locked before others can see it by its name."""
    new = Path(tempfile.mkdtemp(prefix="new-" + FOLDER))
    lock = _lock(new)
    new.chmod(0o755)                    # daemons drop their user
    return new.rename(new.with_name(new.name.removeprefix("new-"))), lock


def _lock(folder):
    """Take the run's lock; None: the run is alive."""
    fd = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return fd
    except BlockingIOError:
        os.close(fd)
        return None


def _remove(folder):
    """What a run made: processes by id, namespaces by prefix, its folder."""
    prefix = folder.name.removeprefix("synhive-") + "-"
    for path in NETNS.glob(prefix + "*"):
        listed = subprocess.run(["ip", "netns", "pids", path.name], text=True,
                                capture_output=True, check=False)
        for pid in map(int, listed.stdout.split()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        subprocess.run(["ip", "netns", "delete", path.name], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def _reap():
    """Wait for what was adopted and killed; not for ever."""
    def none_left():
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            return False
        except ChildProcessError:
            return True
    with contextlib.suppress(Failed):
        wait_until(none_left, 2, "nothing is left")


def remove_stale():
    """Runs whose process is gone without having cleaned up."""
    for folder in Path(tempfile.gettempdir()).glob(FOLDER + "*"):
        with contextlib.suppress(OSError):
            fd = _lock(folder)
            if fd is not None:
                _remove(folder)
                os.close(fd)
