#include "setup.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

static void set_http(CURL *easy, const struct fetch_options *options)
{
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)options->max_redirects);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT,
                     options->user_agent ? options->user_agent : "threadlab");
    curl_easy_setopt(easy, CURLOPT_REFERER, options->referer);
    if (options->load_cookies || options->save_cookies)
        curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
    if (options->netrc == FETCH_NETRC_YES || options->netrc_file)
        curl_easy_setopt(easy, CURLOPT_NETRC, CURL_NETRC_OPTIONAL);
    curl_easy_setopt(easy, CURLOPT_NETRC_FILE, options->netrc_file);
}

static void set_tls(CURL *easy, const struct fetch_options *options)
{
    long version = CURL_SSLVERSION_TLSv1_2;

    if (options->tls_min && options->tls_min[2] == '3')
        version = CURL_SSLVERSION_TLSv1_3;
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, version);
    if (options->ca_certificate)
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_certificate);
    if (options->ca_directory)
        curl_easy_setopt(easy, CURLOPT_CAPATH, options->ca_directory);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, options->certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEY, options->private_key);
    curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, options->pinned_key);
    if (options->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* Without a list of known hosts libcurl would believe any SFTP server. */
static void set_ssh(CURL *easy, const struct fetch_options *options)
{
    char *known;

    if (options->insecure)
        return;
    known = path_expand("~/.ssh/known_hosts");
    curl_easy_setopt(easy, CURLOPT_SSH_KNOWNHOSTS, known);
    mem_free(known);
}

static bool limited(const struct fetch_options *options)
{
    return options->limit_rate || options->limit_rate_host ||
           options->limit_rate_file;
}

/* In whole seconds, as libcurl counts. */
int64_t setup_stall_s(const struct fetch_options *options)
{
    return (options->stall_ms + 999) / 1000;
}

/* A limit of the user's may be lower than what we call slow. */
static long slow_bytes(const struct fetch_options *options)
{
    return limited(options) ? 1L : (long)SETUP_SLOW;
}

static void set_network(CURL *easy, const struct fetch_options *options)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)options->connect_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, slow_bytes(options));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                     (long)setup_stall_s(options));
    curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
                     options->ip == FETCH_IP_4   ? CURL_IPRESOLVE_V4
                     : options->ip == FETCH_IP_6 ? CURL_IPRESOLVE_V6
                                                 : CURL_IPRESOLVE_WHATEVER);
    curl_easy_setopt(easy, CURLOPT_INTERFACE, options->interface);
    if (options->doh_url)
        curl_easy_setopt(easy, CURLOPT_DOH_URL, options->doh_url);
    if (options->proxy)
        curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy);
    if (options->no_proxy)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, options->no_proxy);
}

void setup_handle(CURL *easy, const struct fetch *room)
{
    const struct fetch_options *options = &room->options;

    set_network(easy, options);
    set_http(easy, options);
    set_tls(easy, options);
    set_ssh(easy, options);
    curl_easy_setopt(easy, CURLOPT_SHARE, room->share);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,ftp,ftps,sftp");
    curl_easy_setopt(easy, CURLOPT_FILETIME, 1L);
}

/* A limited transfer is paused between two reads: small ones keep to the rate
 * more evenly. */
static long buffer_bytes(const struct fetch_options *options, bool few)
{
    if (limited(options))
        return 16384;
    return few ? SETUP_BUFFER_FEW : SETUP_BUFFER_MANY;
}

static bool https(const char *url)
{
    return strncasecmp(url, "https:", 6) == 0;
}

/* The ways to say who the user is. Where NTLM is among them libcurl looks at
 * all connections before it takes one, each look a system call: only where
 * there is a name to be said. */
static long auth(const struct fetch_options *options, const char *url)
{
    bool named = options->user || options->netrc == FETCH_NETRC_YES ||
                 options->netrc_file || strchr(url, '@');

    if (options->bearer)
        return CURLAUTH_BEARER;
    if (options->auth == FETCH_AUTH_BASIC)
        return CURLAUTH_BASIC;
    if (options->auth == FETCH_AUTH_DIGEST)
        return CURLAUTH_DIGEST;
    return (long)(named ? CURLAUTH_ANY
                        : CURLAUTH_ANY & ~(CURLAUTH_NTLM | CURLAUTH_NTLM_WB));
}

/* With a rate limit a stream of a shared connection cannot be held back without
 * the library storing what comes for it; so HTTP/1.1 then. */
static long http_version(const struct fetch *room, bool h1)
{
    const struct fetch_options *options = &room->options;

    if (options->http == FETCH_HTTP_2)
        return CURL_HTTP_VERSION_2TLS;
    if (h1 || options->http == FETCH_HTTP_1_1 || limited(options))
        return CURL_HTTP_VERSION_1_1;
    return CURL_HTTP_VERSION_2TLS;
}

enum lane setup_request(CURL *easy, const struct fetch *room, const char *url,
                        bool trusted, bool few, bool h1, bool page)
{
    const struct fetch_options *options = &room->options;
    const char *redirect = options->redirect_protocols;
    long version = http_version(room, h1);
    enum lane lane =
        version == CURL_HTTP_VERSION_2TLS && https(url) ? LANE_H2 : LANE_H1;

    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_bytes(options, few));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, auth(options, url));
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, lane == LANE_H2 ? 1L : 0L);
    if (!redirect)
        redirect = https(url) ? "https" : "http,https";
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, redirect);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER,
                     trusted ? room->headers : room->headers_public);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, page ? "" : NULL);
    /* What a URL says of itself ("user:password@") comes from its own text and
     * is libcurl's to use. */
    if (options->user)
        curl_easy_setopt(easy, CURLOPT_USERNAME,
                         trusted ? options->user : NULL);
    if (options->password)
        curl_easy_setopt(easy, CURLOPT_PASSWORD,
                         trusted ? options->password : NULL);
    if (options->bearer)
        curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER,
                         trusted ? options->bearer : NULL);
    return lane;
}

/* One HTTP/2 connection to a host, never two: the second might turn out to
 * speak HTTP/1.1 only, and the requests of the first might be put on it
 * (poller.h). */
static long host_connections(const struct fetch *room, enum lane lane)
{
    if (lane == LANE_H2)
        return 1;
    return room->options.max_connections ? (long)room->options.max_connections
                                         : 64;
}

CURLM *setup_multi(const struct fetch *room, enum lane lane)
{
    CURLM *multi = curl_multi_init();

    curl_multi_setopt(multi, CURLMOPT_PIPELINING,
                      lane == LANE_H2 ? (long)CURLPIPE_MULTIPLEX
                                      : (long)CURLPIPE_NOTHING);
    /* The pool: enough that no connection in use is ever closed to make
     * room. */
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 256L);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      host_connections(room, lane));
    return multi;
}

static bool readable(const char *path, const char *option, const char *what,
                     struct err *err)
{
    if (!path || access(path, R_OK) == 0)
        return true;
    err_set(err, ERR_USAGE, "%s %s: there is no such readable %s", option, path,
            what);
    return false;
}

bool setup_check(const struct fetch_options *options, struct err *err)
{
    return readable(options->ca_certificate, "--ca-certificate", "file", err) &&
           readable(options->ca_directory, "--ca-directory", "folder", err) &&
           readable(options->certificate, "--certificate", "file", err) &&
           readable(options->private_key, "--private-key", "file", err) &&
           readable(options->netrc_file, "--netrc-file", "file", err) &&
           readable(options->load_cookies, "--load-cookies", "file", err);
}
