/* Output names by a pattern, e.g. "{host}/{index:04}-{name}".
 *
 *   {name}   the file name      {host}   the URL's host
 *   {stem}   ... up to {ext}    {path}   the folders of the URL's path
 *   {ext}    without its dot    {index}  the download's number; {index:04}
 *   {date}   YYYY-MM-DD, UTC             fills up with zeros to 4 digits
 *   {{ }}    a brace
 *
 * What comes out is a relative path of safe components (name.h): a slash in a
 * field never makes a folder, except in {path}. Pure; a template may be used by
 * any number of threads at once. */
#ifndef FETCH_TEMPLATE_H
#define FETCH_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
    TEMPLATE_TEXT = 4096,     /* bytes of a pattern */
    TEMPLATE_COMPONENTS = 16, /* of a path */
    TEMPLATE_PATH = 4096      /* no path is longer */
};

struct template;

/* ERR_USAGE, with the place in the pattern, for an unknown field or a brace
 * without its partner; also for a pattern that is absolute, climbs with "..",
 * ends in a slash or has more than TEMPLATE_COMPONENTS components. */
struct template *template_parse(const char *text, struct err *err)
    __attribute__((warn_unused_result));
void template_free(struct template *template);

/* What the fields become; a NULL is empty text. */
struct template_values {
    const char *name;
    const char *host;
    const char *path; /* percent-encoded, with the file: "/a/b%20c/d.jpg" */
    uint64_t index;
    int64_t date_s; /* since 1970 */
};

/* Replaces path (initialised, ceiling TEMPLATE_PATH or more) by the expanded
 * pattern: never empty, each component at most NAME_MAX_BYTES. ERR_LIMIT where
 * {path} brings more than TEMPLATE_COMPONENTS components in all. */
bool template_expand(const struct template *template,
                     const struct template_values *values, struct str *path,
                     struct err *err) __attribute__((warn_unused_result));

#endif
