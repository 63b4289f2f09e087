/* The harvest: from a page to the URLs that it names.
 *
 * A regular expression (match.h) or a JSON path (jsonpath.h) picks pieces of a
 * page; each is unescaped, resolved against the page's address and given away,
 * in the page's order, if it has not been given before. One harvest serves many
 * pages and remembers over all of them. Takes time in proportion to the page
 * and its matches. Pure; a harvest belongs to one thread at a time.
 *
 * What is undone in a match of a regular expression (unescape.h):
 * - the page is like JSON if its type is that of JSON or JavaScript, or if its
 *   first character is '{' or '[': JSON's escapes;
 * - the page is like HTML if its type is that of HTML, XML or a kind of XML, or
 *   if its first character is '<': HTML's character references. A match that
 *   holds "\/" or "\uXXXX" comes from a script in it: JSON's escapes before
 *   that;
 * - both may be true (JSON that the server calls text/html), or none: then the
 *   match is taken as it is.
 * The results of a JSON path have no escapes any more and are taken as they
 * are. In a page like HTML, <base href=...> counts as the page's address. */
#ifndef FETCH_HARVEST_H
#define FETCH_HARVEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    HARVEST_SAMPLES = 10,
    /* Different URLs that are remembered; what comes after is given away, but
     * not remembered. They cost 8 to 16 bytes each, and half as much again for
     * a moment while the table grows. */
    HARVEST_SEEN_MAX = 4 * 1024 * 1024
};

struct harvest;

/* Exactly one of pattern and json_path is given, the other is NULL. ERR_USAGE
 * if that is not so, or if it cannot be read. */
struct harvest *harvest_new(const char *pattern, const char *json_path,
                            struct err *err)
    __attribute__((warn_unused_result));
void harvest_free(struct harvest *harvest); /* NULL is fine */

/* Another ceiling than MATCH_CPU_MS for an expression and a page. */
void harvest_set_cpu_ms(struct harvest *harvest, int64_t ms);

struct harvest_page {
    const char *base; /* the page's address, or NULL */
    const char *type; /* its Content-Type, or NULL */
    const char *text;
    size_t len;
};

/* What became of one page. */
struct harvest_counts {
    uint64_t found;      /* matches, or strings at the path */
    uint64_t duplicates; /* of them, given before */
    uint64_t bad;        /* of them, no usable URL; the rest was given away */
    uint64_t others;     /* at the path, but no strings; not in found */
    struct err samples[HARVEST_SAMPLES]; /* why the first bad ones are bad */
    size_t sample_count;
};

/* Gets one URL; false ends the harvest of this page. */
typedef bool harvest_found(void *arg, const char *url);

/* Harvests one page. counts is filled in any case. True when the end was
 * reached or found said false. ERR_LIMIT if the expression is too slow or the
 * page too large for it, ERR_PROTOCOL if a JSON path is given and the page is
 * not JSON: what found was given before stays right. */
bool harvest_run(struct harvest *harvest, const struct harvest_page *page,
                 harvest_found *found, void *arg, struct harvest_counts *counts,
                 struct err *err) __attribute__((warn_unused_result));

#endif
