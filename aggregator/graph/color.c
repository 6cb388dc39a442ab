/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "aggregator/graph/color.h"

#include <stdlib.h>
#include <string.h>

/* The names of X11, as in Graphviz; those with a '1' have shades 1 to 4. */
static const char names[] =
    " aliceblue antiquewhite1 aquamarine1 azure1 beige bisque1 black "
    "blanchedalmond blue1 blueviolet brown1 burlywood1 cadetblue1 "
    "chartreuse1 chocolate1 coral1 cornflowerblue cornsilk1 crimson cyan1 "
    "darkgoldenrod1 darkgreen darkkhaki darkolivegreen1 darkorange1 "
    "darkorchid1 darksalmon darkseagreen1 darkslateblue darkslategray1 "
    "darkslategrey darkturquoise darkviolet deeppink1 deepskyblue1 dimgray "
    "dimgrey dodgerblue1 firebrick1 floralwhite forestgreen gainsboro "
    "ghostwhite gold1 goldenrod1 gray green1 greenyellow grey honeydew1 "
    "hotpink1 indianred1 indigo ivory1 khaki1 lavender lavenderblush1 "
    "lawngreen lemonchiffon1 lightblue1 lightcoral lightcyan1 "
    "lightgoldenrod1 lightgoldenrodyellow lightgray lightgrey lightpink1 "
    "lightsalmon1 lightseagreen lightskyblue1 lightslateblue lightslategray "
    "lightslategrey lightsteelblue1 lightyellow1 limegreen linen magenta1 "
    "maroon1 mediumaquamarine mediumblue mediumorchid1 mediumpurple1 "
    "mediumseagreen mediumslateblue mediumspringgreen mediumturquoise "
    "mediumvioletred midnightblue mintcream mistyrose1 moccasin "
    "navajowhite1 navy navyblue oldlace olivedrab1 orange1 orangered1 "
    "orchid1 palegoldenrod palegreen1 paleturquoise1 palevioletred1 "
    "papayawhip peachpuff1 peru pink1 plum1 powderblue purple1 red1 "
    "rosybrown1 royalblue1 saddlebrown salmon1 sandybrown seagreen1 "
    "seashell1 sienna1 skyblue1 slateblue1 slategray1 snow1 springgreen1 "
    "steelblue1 tan1 thistle1 tomato1 transparent turquoise1 violet "
    "violetred1 wheat1 white whitesmoke yellow1 yellowgreen ";

static bool
is_hex(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return s[n] == '\0' && (n == 6 || n == 8);
}

static bool
is_shade(const char *digits, bool gray, bool shades)
{
	size_t n = strspn(digits, "0123456789");

	if (digits[n] != '\0' || n > 3 || (n > 1 && digits[0] == '0'))
		return false;
	if (gray)
		return atoi(digits) <= 100;
	return shades && n == 1 && digits[0] >= '1' && digits[0] <= '4';
}

bool
color_is_known(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz");
	const char *at = names;
	bool gray;

	if (name[0] == '#')
		return is_hex(name + 1);
	if (len == 0 || len > 24)
		return false;
	gray = len == 4 &&
	       (strncmp(name, "gray", 4) == 0 || strncmp(name, "grey", 4) == 0);
	while ((at = strchr(at, ' ')) != NULL && *++at != '\0') {
		if (strncmp(at, name, len) != 0 ||
		    (at[len] != ' ' && at[len] != '1'))
			continue;
		return name[len] == '\0' ||
		       is_shade(name + len, gray, at[len] == '1');
	}
	return false;
}
