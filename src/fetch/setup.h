/* From options to libcurl's options. A handle is set up once and used for many
 * transfers; setup_request sets what differs between two. */
#ifndef FETCH_SETUP_H
#define FETCH_SETUP_H

#include "fetch/room.h"

/* libcurl's receive buffer, bytes: large for a large file's few connections,
 * since each read costs a system call; smaller where there are many. */
enum { SETUP_BUFFER_FEW = 1 << 20, SETUP_BUFFER_MANY = 256 << 10 };

/* Bytes per second; a body that comes more slowly counts as one that does not
 * come. Low, since the streams of a slow line share its speed. */
enum { SETUP_SLOW = 8 };

/* Everything that holds for all transfers of the room. */
void setup_handle(CURL *easy, const struct fetch *room);

/* A request, which lane it goes by is returned. The URL; trusted: may carry
 * what the user gave to prove who he is (a link found on a page may not, unless
 * it leads to the page's own host); h1: HTTP/1.1 only; page: to be read by us,
 * so an encoding is undone. */
enum lane setup_request(CURL *easy, const struct fetch *room, const char *url,
                        bool trusted, bool few, bool h1, bool page);

/* --stall-timeout in whole seconds, as libcurl counts it. */
int64_t setup_stall_s(const struct fetch_options *options);

/* A multi handle of a network thread, for requests of one lane. */
CURLM *setup_multi(const struct fetch *room, enum lane lane);

/* Options that name files are tried out, so that a wrong one is told before
 * anything is fetched. */
bool setup_check(const struct fetch_options *options, struct err *err)
    __attribute__((warn_unused_result));

#endif
