/* Links: from what stands in a page, or what a person types, to a URL that can
 * be fetched.
 *
 * libcurl's URL parser takes URLs apart and puts them together, so that what is
 * checked here is what is connected to later. In front of it stands what the
 * WHATWG URL Standard (section 4.4) does to a text before it is a URL: blanks
 * and control characters around it go, tabs and newlines inside it go, "\"
 * counts as "/", bytes that cannot stand in a URL are percent-encoded.
 *
 * Pure; any thread may call, after curl_global_init. */
#ifndef FETCH_LINK_H
#define FETCH_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct sockaddr;

/* Ceiling: bytes of a link or a URL. */
enum { LINK_MAX_BYTES = 64 * 1024 };

/* Resolves link against base (an absolute URL, or NULL if there is none) and
 * puts the URL into out, whose content it replaces. The fragment is dropped, a
 * default port too; the host is in lower case. On failure out is empty:
 * ERR_REFUSED for a scheme other than http, https, ftp, ftps, sftp (data:,
 * javascript:, mailto:, ...) and for a link that leads nowhere but to its own
 * page, ERR_PROTOCOL for what is no URL, ERR_LIMIT for one that is too long. */
bool link_resolve(const char *base, const char *link, struct str *out,
                  struct err *err) __attribute__((warn_unused_result));

/* A URL that a person gave. A bare "example.org/x" becomes
 * "https://example.org/x": curl's guess would be http, but today every server
 * worth trusting speaks https, and the guess must not be the weaker one. Else
 * like link_resolve without a base, with ERR_USAGE for all that is refused. */
bool link_check(const char *url, struct str *out, struct err *err)
    __attribute__((warn_unused_result));

/* "scheme://host:port" of an absolute URL, in lower case and with the port
 * always there: equal keys mean one server, which is what limits, connections
 * and credentials go by. False, and key empty, if url is not usable. */
bool link_host_key(const char *url, struct str *key)
    __attribute__((warn_unused_result));

/* The URL without user and password, for screens, logs and journals. False,
 * and out empty, if url is not usable: then it must not be shown either, for
 * what cannot be parsed may hold a password anywhere. */
bool link_strip_credentials(const char *url, struct str *out)
    __attribute__((warn_unused_result));

/* True for addresses that are not of the public internet: loopback, private
 * (RFC 1918), link-local, unique-local (RFC 4193), shared (RFC 6598),
 * unspecified, multicast, reserved (RFC 6890); for IPv4 addresses of this kind
 * inside IPv6 ones (mapped, compatible, NAT64, 6to4); and for whatever is not
 * an internet address at all. */
bool link_address_private(const struct sockaddr *address);

#endif
