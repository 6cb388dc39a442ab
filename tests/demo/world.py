# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's machines, each a network namespace with real programs.

The gateway and the honeypots each run an agent and reach the aggregator on a
network of their own, 10.9.0.0/24.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "net"))

from hive import Agent, Aggregator, management  # noqa: E402 (the path comes first)
from netns import command  # noqa: E402

MAP = """\
    outside                           gateway        honeynet 198.51.100.0/24
    203.0.113.66   the intruder                  +-- pot1 .11   sshd, agent
    203.0.113.22   an SSH server  ---- agent ----+-- pot2 .12   sshd, agent
    203.0.113.6    an IRC server                 +-- pot3 .13   sshd, agent
    203.0.113.201, .87, .140  worms"""

POTS = {"pot1": 11, "pot2": 12, "pot3": 13}
SSH_SERVER, SSH_SERVER6 = "203.0.113.22", "2001:db8:bad::22"
IRC_SERVER = "203.0.113.6"
INTRUDER = "203.0.113.66"
WORMS = ("203.0.113.201", "203.0.113.87", "203.0.113.140")
CHANNEL = "#cell"

SSHD = """
Port 22
{listen}
HostKey {dir}/host.key
AuthorizedKeysFile {dir}/user.key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
UseDNS no
PrintMotd no
PrintLastLog no
PidFile none
"""

# sshd wants its own folder in /run and an account that is not locked; both
# are given to it alone, and so is an empty home.
SSHD_START = """
mount -t tmpfs none /run && mkdir -m 0755 /run/sshd &&
mount --bind "$1/shadow" /etc/shadow && mount -t tmpfs none /root &&
exec /usr/sbin/sshd -D -e -f "$2"
"""

# ngircd asks ident only when it also asks for a client's name: it is told
# that there are no names, else it would look for a name server.
NGIRCD_START = """
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf &&
mount --bind "$1/hosts" /etc/hosts && exec /usr/sbin/ngircd -n -f "$2"
"""

NGIRCD = """
[Global]
Name = irc.example.net
Info = Synhive demo
AdminInfo1 = nobody
Listen = {address}
Ports = 6667
ServerUID = nobody
ServerGID = nogroup
[Options]
DNS = yes
Ident = yes
PAM = no
IncludeDir = {dir}
"""


def pot_address(name):
    return f"198.51.100.{POTS[name]}"


def pot_address6(name):
    return f"2001:db8:100::{POTS[name]}"


class World:
    def __init__(self, net):
        self.net = net
        self.agg = net.namespace("agg")
        self.out = net.namespace("out")
        self.gw = net.namespace("gw")
        self.pots = {name: net.namespace(name) for name in POTS}
        self._wire()
        management(net, self.agg, {self.gw: 1, **{
            self.pots[name]: host for name, host in POTS.items()}})
        self.aggregator = Aggregator(net, self.agg)
        self.soc = self.aggregator.subscriber("soc")
        self.agents = []

    def _wire(self):
        """Outside, gateway, and the honeynet's switch in the gateway."""
        out, gw = self.out, self.gw
        self.net.link(out, "eth0", gw, "wan")
        out.address("eth0", "203.0.113.1/24", "2001:db8:bad::1/64",
                    SSH_SERVER6 + "/64",
                    *(a + "/24" for a in (SSH_SERVER, IRC_SERVER, INTRUDER,
                                          *WORMS)))
        gw.address("wan", "203.0.113.254/24", "2001:db8:bad::fe/64")
        for name, pot in self.pots.items():
            self.net.link(pot, "eth0", gw, name)
        gw.bridge("lan", *self.pots)
        gw.address("lan", "198.51.100.1/24", "2001:db8:100::1/64")
        gw.forward()
        out.route("198.51.100.0/24", "via", "203.0.113.254")
        out.route("2001:db8:100::/64", "via", "2001:db8:bad::fe")
        for name, pot in self.pots.items():
            pot.address("eth0", pot_address(name) + "/24",
                        pot_address6(name) + "/64")
            pot.route("default", "via", "198.51.100.1")
            pot.route("::/0", "via", "2001:db8:100::1")

    def start_services(self):
        """sshd on the honeypots; sshd and an IRC server outside."""
        d = self.net.dir
        for name in ("host.key", "user.key"):
            command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                    "demo", "-f", d / name)
        (d / "shadow").write_text("root:*:19000:0:99999:7:::\n", "ascii")
        (d / "ngircd").mkdir()
        started = [self._sshd(ns, "") for ns in self.pots.values()]
        started.append(self._sshd(self.out, f"ListenAddress {SSH_SERVER}\n"
                                  f"ListenAddress {SSH_SERVER6}"))
        for sshd in started:
            sshd.wait_for(lambda text: "listening on" in text)
        conf = d / "ngircd.conf"
        conf.write_text(NGIRCD.format(address=IRC_SERVER, dir=d / "ngircd"),
                        "ascii")
        (d / "hosts").touch()
        (d / "nsswitch.conf").write_text(
            "passwd: files\ngroup: files\nhosts: files\nservices: files\n",
            "ascii")
        irc = self.out.start("unshare", "--mount", "sh", "-c", NGIRCD_START,
                             "sh", d, conf, log="ngircd.log")
        irc.wait_for(lambda text: "Now listening" in text)

    def _sshd(self, ns, listen):
        conf = self.net.dir / f"sshd-{ns.name}.conf"
        conf.write_text(SSHD.format(dir=self.net.dir, listen=listen), "ascii")
        return ns.start("unshare", "--mount", "sh", "-c", SSHD_START, "sh",
                        self.net.dir, conf, log=f"sshd-{ns.name}.log")

    def start_synhive(self):
        for name in POTS:
            addresses = [pot_address(name), pot_address6(name)]
            self.aggregator.honeypots[name] = {"addresses": addresses}
            self.agents.append(Agent(self.pots[name], name, self.aggregator,
                                     addresses))
        self.agents.append(Agent(self.gw, "gw", self.aggregator,
                                 self.aggregator.home,
                                 home=self.aggregator.home))
        self.aggregator.start()
        for agent in self.agents:
            agent.start()
        self.aggregator.await_up(*(a.name for a in self.agents))

    def ssh(self, address, *options):
        """The command line of a real ssh client, with the stolen key."""
        return ["ssh", "-F", "none", "-i", str(self.net.dir / "user.key"),
                "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                "-o", "ConnectTimeout=5", *options, f"root@{address}"]

    def bot(self, name):
        """Where a honeypot's IRC client keeps its conversation."""
        return self.net.dir / f"irc-{name}" / IRC_SERVER
