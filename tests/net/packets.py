# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP segments that no kernel would send of itself."""

import socket
import struct

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << i for i in range(8))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(source, to, sport, dport, flags, seq=1, ack=0):
    """An IPv4 packet with a TCP header and nothing in it."""
    src, dst = socket.inet_aton(source), socket.inet_aton(to)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 5 << 4, flags,
                      64240, 0, 0)
    pseudo = src + dst + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0)
    return ip + src + dst + tcp         # the kernel fills in its checksum


def send(ns, source, to, sport, dport, flags, **more):
    """Out of a namespace through its output hook."""
    with ns.entered():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                            socket.IPPROTO_RAW)
    with raw:
        raw.sendto(segment(source, to, sport, dport, flags, **more), (to, 0))
