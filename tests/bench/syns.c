/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syns N few|many >PCAP: N SYNs between strangers and a honeynet, no two with
 * the same ends.  "few": 10,000 strangers call 64 honeypots; "many": every
 * stranger is another, and 65,536 addresses are called.  One in eight goes out.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRANGERS 10000

static uint64_t seed = 1;

static uint32_t
draw(void)
{
	seed = seed * UINT64_C(6364136223846793005) +
	       UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 32);
}

struct ends {
	uint32_t src, dst;
	uint16_t sport, dport;
};

static struct ends
next_ends(bool many, const uint32_t *strangers)
{
	static const uint16_t ports[] = {22, 23, 80, 443, 445, 3389, 8080, 6667,
	    22, 22, 23, 445, 5900, 1433, 25, 21};
	uint32_t peer = many ? draw() : strangers[draw() % STRANGERS];
	uint32_t pot =
	    many ? 0x0b0b0000 | (draw() & 0xffff) : 0x0b0b4f00 | draw() % 64;
	struct ends out = {peer, pot, 0, 0};

	out.dport = (uint16_t)(draw() % 8 != 0 ? ports[draw() % 16] : draw());
	out.sport = (uint16_t)(1024 + draw() % 64512);
	if (draw() % 8 == 0) {
		out.src = pot;
		out.dst = peer;
	}
	return out;
}

static void
put_16(uint8_t *p, uint16_t v)
{
	v = htons(v);
	memcpy(p, &v, 2);
}

static void
put_32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static void
put_packet(uint64_t us, const struct ends *x)
{
	uint32_t head[4] = {
	    (uint32_t)(us / 1000000), (uint32_t)(us % 1000000), 54, 54};
	uint8_t p[54] = {[12] = 8, [14] = 0x45, [17] = 40, [22] = 64, [23] = 6};

	put_32(p + 26, x->src);
	put_32(p + 30, x->dst);
	put_16(p + 34, x->sport);
	put_16(p + 36, x->dport);
	put_32(p + 38, draw());
	p[46] = 0x50;
	p[47] = 2;
	put_16(p + 48, 64240);
	fwrite(head, sizeof(head), 1, stdout);
	fwrite(p, sizeof(p), 1, stdout);
}

int
main(int argc, char **argv)
{
	static uint32_t strangers[STRANGERS];
	const uint32_t head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
	uint64_t us = UINT64_C(1109444452000000);
	bool many = argc == 3 && strcmp(argv[2], "many") == 0;

	if (argc != 3) {
		fprintf(stderr, "usage: syns N few|many >PCAP\n");
		return 64;
	}
	for (size_t i = 0; i < STRANGERS; i++)
		strangers[i] = draw();
	fwrite(head, sizeof(head), 1, stdout);
	for (uint64_t n = strtoull(argv[1], NULL, 10); n > 0; n--) {
		struct ends x = next_ends(many, strangers);

		us += draw() % 800;
		put_packet(us, &x);
	}
	return ferror(stdout) || fflush(stdout) != 0 ? 74 : 0;
}
