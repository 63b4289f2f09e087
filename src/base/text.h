/* Words for a person, translated: gettext(3). _("...") gives them in the
 * language of the locale; N_("...") only marks them, for a constant table whose
 * reader says _() later. Any thread. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <libintl.h>

#define _(words) gettext(words)
#define N_(words) words

#endif
