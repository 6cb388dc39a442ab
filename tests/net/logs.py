# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of a firewall, made up."""


def line(second, src, dst, port, flags="SYN", minute=0, day=26):
    """A line of a syslog; source and client port from 'src'."""
    return (f"Feb {day:2} 19:{minute:02}:{second:02} gw kernel: LOG: IN=br0 "
            f"OUT=br0 SRC={src} DST={dst} LEN=60 TOS=0x00 PREC=0x00 TTL=47 "
            f"ID=1 DF PROTO=TCP SPT={40000 + second} DPT={port} WINDOW=5840 "
            f"RES=0x00 {flags} URGP=0 \n")


# An intruder comes in by port 80; the honeypot calls an IRC and an SSH port.
NOISE = "".join(line(s, f"203.0.113.{s + 1}", f"198.51.100.{s % 9 + 1}", 445)
                for s in range(40))
FALL = (NOISE
        + line(41, "203.0.113.77", "198.51.100.7", 80)
        + line(50, "198.51.100.7", "192.0.2.6", 6667)
        + line(52, "198.51.100.7", "192.0.2.7", 22)
        + line(55, "203.0.113.200", "198.51.100.3", 445))
