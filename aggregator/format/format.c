/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/format/format_impl.h"
#include "common/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define FORMAT(n) extern const struct format format_##n;
#include "formats.h"
#undef FORMAT
static const struct format *const formats[] = {
#define FORMAT(n) &format_##n,
#include "formats.h"
#undef FORMAT
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

struct printer {
	const struct format *format;
	FILE *to;
	void *state;
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const char *
format_name(const struct format *f)
{
	return f->name;
}

bool
format_get(size_t i, const char **name, const char **doc)
{
	if (i >= FORMATS)
		return false;
	*name = formats[i]->name;
	*doc = formats[i]->doc;
	return true;
}

struct printer *
printer_new(const struct format *f, FILE *to, const struct layout *layout,
    bool color, struct err *e)
{
	struct printer *p;

	if (f->takes != NULL && !f->takes(layout)) {
		err_set(e, EX_USAGE,
		    "-o %s: it shows records and connections only", f->name);
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		goto fail;
	p->format = f;
	p->to = to;
	p->state = f->new (to, layout, color);
	if (p->state == NULL)
		goto fail;
	return p;
fail:
	err_set(e, EX_OSERR, "out of memory");
	printer_free(p);
	return NULL;
}

void
printer_free(struct printer *p)
{
	int saved = errno;

	if (p == NULL)
		return;
	if (p->state != NULL)
		p->format->free(p->state);
	free(p);
	errno = saved;
}

int
output_check(FILE *to, struct err *e)
{
	if (!ferror(to))
		return 0;
	if (errno == EPIPE)
		return err_set(e, EX_OK, "%s", "");
	return err_sys(e, EX_IOERR, "cannot write the output");
}

int
printer_row(struct printer *p, const struct cell *cell, struct err *e)
{
	if (p->format->row(p->state, cell) == -1)
		return err_set(e, EX_OSERR, "out of memory");
	return output_check(p->to, e);
}

int
printer_flush(struct printer *p, struct err *e)
{
	p->format->flush(p->state);
	fflush(p->to);
	return output_check(p->to, e);
}
