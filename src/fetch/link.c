#include "link.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/fmt.h"

#define ACCEPTED "http, https, ftp, ftps and sftp"

/* A piece of text. */
struct piece {
    const char *data;
    size_t len;
};

static struct piece from(struct piece piece, size_t skip)
{
    return (struct piece){.data = piece.data + skip, .len = piece.len - skip};
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static size_t slashes(struct piece piece)
{
    size_t count = 0;

    while (count < piece.len && is_slash(piece.data[count]))
        count++;
    return count;
}

/* Bytes of "scheme" in "scheme:rest" (RFC 3986 section 3.1); 0 if there is no
 * scheme. */
static size_t scheme_len(struct piece piece)
{
    size_t len = 0;

    if (piece.len == 0 || !is_alpha(piece.data[0]))
        return 0;
    while (len < piece.len &&
           (is_alpha(piece.data[len]) || is_digit(piece.data[len]) ||
            memchr("+-.", piece.data[len], 3)))
        len++;
    return len < piece.len && piece.data[len] == ':' ? len : 0;
}

static bool same_scheme(struct piece piece, size_t len, const char *scheme)
{
    return strlen(scheme) == len && strncasecmp(piece.data, scheme, len) == 0;
}

static bool scheme_allowed(struct piece piece, size_t len)
{
    static const char *const allowed[] = {"http", "https", "ftp", "ftps",
                                          "sftp"};

    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        if (same_scheme(piece, len, allowed[i]))
            return true;
    return false;
}

static bool is_c0_or_space(char c)
{
    return (unsigned char)c <= ' ';
}

static struct piece trim(struct piece piece)
{
    while (piece.len > 0 && is_c0_or_space(piece.data[0]))
        piece = from(piece, 1);
    while (piece.len > 0 && is_c0_or_space(piece.data[piece.len - 1]))
        piece.len--;
    return piece;
}

/* The path and query percent-encode sets of the URL Standard, section 1.3. The
 * escapes that are there already stay. */
static bool must_encode(unsigned char c, bool query)
{
    if (c <= ' ' || c >= 0x7f)
        return true;
    return strchr(query ? "\"<>'" : "\"<>`{}^", c) != NULL;
}

static void encode(struct str *out, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";

    str_putc(out, '%');
    str_putc(out, digits[c >> 4]);
    str_putc(out, digits[c & 15]);
}

/* Copies what follows the scheme, up to the fragment. The host is not encoded:
 * it may be an internationalised name. */
static void copy_rest(struct str *out, struct piece rest, bool authority)
{
    bool query = false;

    for (size_t i = 0; i < rest.len && rest.data[i] != '#'; i++) {
        char c = rest.data[i];

        if (c == '\t' || c == '\n' || c == '\r')
            continue;
        if (c == '?')
            query = true;
        if (!query && is_slash(c))
            c = '/';
        if (c == '/' || query)
            authority = false;
        if (!authority && must_encode((unsigned char)c, query))
            encode(out, (unsigned char)c);
        else
            str_putc(out, c);
    }
}

/* Tabs and newlines may stand even inside a scheme or among the slashes. */
static void remove_breaks(struct str *out, struct piece piece)
{
    for (size_t i = 0; i < piece.len; i++)
        if (!memchr("\t\n\r", piece.data[i], 3))
            str_putc(out, piece.data[i]);
}

static bool refuse_scheme(struct piece link, size_t len, struct err *err)
{
    char clean[64];

    fmt_clean(clean, sizeof(clean), link.data, len, 20);
    return err_set(
        err, ERR_REFUSED,
        "a link to '%s:' cannot be downloaded; possible are " ACCEPTED, clean);
}

static bool same_scheme_as(struct piece link, size_t len, const char *base)
{
    return strncasecmp(link.data, base, len) == 0 && base[len] == ':';
}

/* Makes of a link what libcurl can read: an absolute URL, or else, *absolute
 * false, a reference that is relative to base. */
static bool prepare(const char *base, struct piece link, struct str *out,
                    bool *absolute, struct err *err)
{
    size_t scheme = scheme_len(link);
    struct piece rest = link;
    size_t lead;

    if (scheme > 0) {
        if (!scheme_allowed(link, scheme))
            return refuse_scheme(link, scheme, err);
        rest = from(link, scheme + 1);
    }
    lead = slashes(rest);
    /* "http:x" is a relative reference if the base is http, too. */
    *absolute = scheme > 0 &&
                (lead >= 2 || !base || !same_scheme_as(link, scheme, base));
    if (!*absolute && lead < 2) {
        copy_rest(out, rest, false);
        return true;
    }
    if (*absolute)
        str_add(out, link.data, scheme + 1);
    str_puts(out, "//");
    copy_rest(out, from(rest, lead), true);
    return true;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* libcurl undoes percent escapes in a host and then takes what comes out. These
 * are the URL Standard's forbidden domain code points, section 3.1. */
static bool host_is_clean(const char *host)
{
    if (host[0] == '[')
        return true;
    for (; *host; host++)
        if ((unsigned char)*host <= ' ' || strchr("\x7f#/:<>?@[\\]^|%", *host))
            return false;
    return true;
}

/* Hosts are compared as text later, so they are written in one way. */
static CURLUcode lower_host(CURLU *url)
{
    char *host = NULL;
    char *zone = NULL;
    CURLUcode code = curl_url_get(url, CURLUPART_HOST, &host, 0);
    bool changed = false;

    if (code != CURLUE_OK)
        return code;
    for (char *at = host; *at; at++) {
        changed = changed || lower(*at) != *at;
        *at = lower(*at);
    }
    if (!host_is_clean(host))
        code = CURLUE_BAD_HOSTNAME;
    /* Setting the host would lose the zone of an IPv6 address. */
    else if (changed &&
             curl_url_get(url, CURLUPART_ZONEID, &zone, 0) != CURLUE_OK)
        code = curl_url_set(url, CURLUPART_HOST, host, 0);
    curl_free(host);
    curl_free(zone);
    return code;
}

static CURLUcode get_url(CURLU *url, struct str *out)
{
    char *text = NULL;
    CURLUcode code =
        curl_url_get(url, CURLUPART_URL, &text, CURLU_NO_DEFAULT_PORT);

    if (code == CURLUE_OK)
        str_puts(out, text);
    curl_free(text);
    return code;
}

static bool refuse_url(const char *what, struct piece link, CURLUcode code,
                       struct err *err)
{
    char clean[160];

    fmt_clean(clean, sizeof(clean), link.data, link.len, 60);
    return err_set(err, ERR_PROTOCOL, "the %s '%s' is not a usable URL: %s",
                   what, clean, curl_url_strerror(code));
}

/* Reads url again as it would be written: libcurl undoes the percent escapes in
 * a host only after it has looked whether it is an IPv4 address, so a number
 * spelt with escapes shows what it is in a second turn only. */
static CURLUcode settle(CURLU *url)
{
    char *text = NULL;
    CURLUcode code = curl_url_get(url, CURLUPART_URL, &text, 0);

    if (code == CURLUE_OK)
        code = curl_url_set(url, CURLUPART_URL, text, 0);
    curl_free(text);
    return code;
}

/* Makes url the address of the page. It gets the same care as a link, so that
 * one file has one URL whichever way it was found. */
static bool set_page(CURLU *url, const char *base, struct err *err)
{
    struct piece page = trim((struct piece){.data = base, .len = strlen(base)});
    CURLUcode code = CURLUE_MALFORMED_INPUT;
    bool absolute = false;
    bool ok = false;
    struct str ready;

    str_init(&ready, (size_t)LINK_MAX_BYTES * 3);
    if (!prepare(NULL, page, &ready, &absolute, err))
        goto out;
    if (!ready.full)
        code = absolute ? curl_url_set(url, CURLUPART_URL, ready.data, 0)
                        : CURLUE_BAD_SCHEME;
    if (code == CURLUE_OK && strchr(ready.data, '%'))
        code = settle(url);
    ok = code == CURLUE_OK || refuse_url("page's own address", page, code, err);
out:
    str_fini(&ready);
    return ok;
}

/* Joins a prepared link with the page that url holds, if it holds any, and
 * gives the result. */
static bool join(CURLU *url, const struct str *link, struct str *out,
                 struct err *err)
{
    CURLUcode code = curl_url_set(url, CURLUPART_URL, link->data, 0);

    if (code == CURLUE_OK)
        code = curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
    if (code == CURLUE_OK)
        code = lower_host(url);
    if (code == CURLUE_OK && strchr(link->data, '%'))
        code = settle(url);
    if (code == CURLUE_OK)
        code = get_url(url, out);
    if (code != CURLUE_OK)
        return refuse_url("link",
                          (struct piece){.data = link->data, .len = link->len},
                          code, err);
    if (out->full)
        return err_set(err, ERR_LIMIT, "the link is too long when resolved");
    return true;
}

/* Resolves a link that has no breaks in it. */
static bool resolve(const char *base, struct piece link, struct str *out,
                    struct err *err)
{
    CURLU *url = curl_url();
    bool absolute = false;
    bool ok = false;
    struct str ready;

    /* Each byte may become three. */
    str_init(&ready, (size_t)LINK_MAX_BYTES * 3);
    if (!prepare(base, link, &ready, &absolute, err))
        goto out;
    if (ready.len == 0)
        err_set(err, ERR_REFUSED, "the link is empty or leads to its own page");
    else if (!absolute && !base)
        err_set(err, ERR_PROTOCOL,
                "the link is relative, and no address of its page is known");
    else if (absolute || set_page(url, base, err))
        ok = join(url, &ready, out, err);
out:
    str_fini(&ready);
    curl_url_cleanup(url);
    return ok;
}

bool link_resolve(const char *base, const char *link, struct str *out,
                  struct err *err)
{
    struct piece text = trim((struct piece){.data = link, .len = strlen(link)});
    size_t scheme = scheme_len(text);
    struct str whole;
    bool ok = false;

    str_clear(out);
    /* What a data: link is matters more than how long it is. */
    if (scheme > 0 && !scheme_allowed(text, scheme))
        return refuse_scheme(text, scheme, err);
    if (text.len > LINK_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "the link is longer than %d KiB",
                       LINK_MAX_BYTES / 1024);
    str_init(&whole, LINK_MAX_BYTES);
    remove_breaks(&whole, text);
    ok = resolve(base, (struct piece){.data = whole.data, .len = whole.len},
                 out, err);
    if (!ok)
        str_clear(out);
    str_fini(&whole);
    return ok;
}

/* "localhost:8080/x" is no scheme with a path, but a host with a port. */
static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && strchr("/?#", text[digits]);
}

bool link_check(const char *url, struct str *out, struct err *err)
{
    struct piece text = trim((struct piece){.data = url, .len = strlen(url)});
    size_t scheme = scheme_len(text);
    struct str full;
    bool ok;

    str_init(&full, text.len + sizeof("https://"));
    if (scheme == 0 || is_port(text.data + scheme + 1))
        str_puts(&full, slashes(text) == 2 ? "https:" : "https://");
    str_add(&full, text.data, text.len);
    ok = link_resolve(NULL, full.data, out, err);
    if (!ok && err)
        err->code = ERR_USAGE;
    str_fini(&full);
    return ok;
}

/* Adds one part of url in lower case. */
static bool add_part(CURLU *url, CURLUPart part, struct str *out)
{
    char *text = NULL;
    bool ok = curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK;

    for (const char *at = ok ? text : ""; *at; at++)
        str_putc(out, lower(*at));
    curl_free(text);
    return ok;
}

bool link_host_key(const char *url, struct str *key)
{
    CURLU *parsed = curl_url();
    bool ok = parsed && curl_url_set(parsed, CURLUPART_URL, url,
                                     CURLU_URLENCODE) == CURLUE_OK;

    str_clear(key);
    ok = ok && add_part(parsed, CURLUPART_SCHEME, key) &&
         str_puts(key, "://") && add_part(parsed, CURLUPART_HOST, key) &&
         str_putc(key, ':') && add_part(parsed, CURLUPART_PORT, key) &&
         !key->full;
    if (!ok)
        str_clear(key);
    curl_url_cleanup(parsed);
    return ok;
}

bool link_strip_credentials(const char *url, struct str *out)
{
    CURLU *parsed = curl_url();
    bool ok = parsed && curl_url_set(parsed, CURLUPART_URL, url,
                                     CURLU_URLENCODE) == CURLUE_OK;

    str_clear(out);
    ok = ok && curl_url_set(parsed, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
         curl_url_set(parsed, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
         curl_url_set(parsed, CURLUPART_OPTIONS, NULL, 0) == CURLUE_OK &&
         get_url(parsed, out) == CURLUE_OK && !out->full;
    if (!ok)
        str_clear(out);
    curl_url_cleanup(parsed);
    return ok;
}

/* Addresses. */

static bool private_ipv4(uint32_t address)
{
    static const struct {
        uint32_t net;
        int bits;
    } nets[] = {
        {0x00000000, 8},  /* this network */
        {0x0a000000, 8},  /* private */
        {0x64400000, 10}, /* shared by a provider's customers */
        {0x7f000000, 8},  /* loopback */
        {0xa9fe0000, 16}, /* link-local */
        {0xac100000, 12}, /* private */
        {0xc0000000, 24}, /* protocol assignments */
        {0xc0a80000, 16}, /* private */
        {0xc6120000, 15}, /* benchmarks */
        {0xe0000000, 4},  /* multicast */
        {0xf0000000, 4},  /* reserved, broadcast */
    };

    for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
        if ((address ^ nets[i].net) >> (32 - nets[i].bits) == 0)
            return true;
    return false;
}

static bool starts(const unsigned char *bytes, const char *prefix, size_t len)
{
    return memcmp(bytes, prefix, len) == 0;
}

/* Four bytes in network order. */
static uint32_t load_ipv4(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool private_ipv6(const unsigned char bytes[16])
{
    static const char zeros[12];

    /* :: and ::1 are among the IPv4-compatible ones: 0.0.0.0/8. */
    if (starts(bytes, zeros, 12) ||
        starts(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) ||
        starts(bytes, "\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12))
        return private_ipv4(load_ipv4(bytes + 12));
    if (starts(bytes, "\x20\x02", 2))
        return private_ipv4(load_ipv4(bytes + 2));
    if (starts(bytes, "\0\x64\xff\x9b\0\x01", 6)) /* local NAT64 */
        return true;
    return (bytes[0] & 0xfe) == 0xfc ||            /* unique-local */
           bytes[0] == 0xff ||                     /* multicast */
           (bytes[0] == 0xfe && bytes[1] >= 0x80); /* link- and site-local */
}

bool link_address_private(const struct sockaddr *address)
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    /* Copied, as the caller's may be aligned for bytes only. */
    if (address->sa_family == AF_INET) {
        memcpy(&ipv4, address, sizeof(ipv4));
        return private_ipv4(ntohl(ipv4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&ipv6, address, sizeof(ipv6));
        return private_ipv6(ipv6.sin6_addr.s6_addr);
    }
    return true;
}
