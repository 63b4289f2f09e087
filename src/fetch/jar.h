/* Cookies, kept per host and safely across the network threads. libcurl parses
 * and matches them; a handle belongs to one thread, so before a request it gets
 * what the jar holds for the URL's site and afterwards the jar takes what the
 * handle has learned. Any thread may call. */
#ifndef FETCH_JAR_H
#define FETCH_JAR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct jar;

/* Of more cookies the ones set the longest ago go, those of the domain that
 * has too many first (RFC 6265 6.1); a longer line is not kept. */
enum { JAR_COOKIES = 3000, JAR_DOMAIN = 180, JAR_LINE = 8192 };

/* load: a Netscape cookie file to begin with, or NULL. Cookies that are over
 * are left out; lines that are no cookies are counted in the log. NULL and err
 * where it cannot be read or has lines but not one cookie. */
struct jar *jar_new(const char *load, struct err *err)
    __attribute__((warn_unused_result));
void jar_free(struct jar *jar);

/* Makes easy's cookies those of the jar: all of them, since a redirect may lead
 * to any host; libcurl sends each only where it belongs. known: what was
 * returned for easy the last time, where no response has set a cookie since;
 * easy is then left alone if the jar is still the same. Else 0. Returns a mark
 * for jar_from_handle; JAR_REFUSED, and easy has none, where its last response
 * has set so many that libcurl takes no more before the next request: use
 * another handle. */
#define JAR_REFUSED UINT64_MAX
uint64_t jar_to_handle(struct jar *jar, CURL *easy, uint64_t known);

/* Takes what easy has learned: new and changed cookies, and those that are gone
 * from it, unless another thread has set them since the mark. */
void jar_from_handle(struct jar *jar, CURL *easy, uint64_t mark);

/* Writes all cookies that are not over, session cookies too, as a Netscape
 * cookie file (0600), in one step. ERR_REFUSED where path is a symlink or no
 * regular file. */
bool jar_save(struct jar *jar, const char *path, struct err *err)
    __attribute__((warn_unused_result));

#endif
