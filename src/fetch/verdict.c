#include "verdict.h"

#include <string.h>

#include "fetch/retry_after.h"

static bool transient_status(int status)
{
    switch (status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return true;
    default:
        return status >= 520 && status <= 527;
    }
}

static const char *status_words(int status)
{
    switch (status) {
    case 401:
        return "HTTP 401: the server wants a name and a password; give --user";
    case 403:
        return "HTTP 403: the server forbids it";
    case 404:
        return "HTTP 404: there is no such file";
    case 407:
        return "HTTP 407: the proxy wants a name and a password";
    case 410:
        return "HTTP 410: the file is gone for good";
    case 429:
        return "HTTP 429: too many requests";
    case 503:
        return "HTTP 503: the server is busy";
    default:
        return NULL;
    }
}

void verdict_status(struct verdict *verdict, const struct answer *answer,
                    int64_t now_wall_s)
{
    const char *words = status_words(answer->status);

    verdict->retry_after_ms = -1;
    if (words)
        err_set(&verdict->err, ERR_HTTP, "%s", words);
    else
        err_set(&verdict->err, ERR_HTTP, "HTTP %d: the server refused",
                answer->status);
    if (answer->status == 404 || answer->status == 410)
        verdict->err.code = ERR_MISSING;
    verdict->kind = VERDICT_FAIL;
    if (!transient_status(answer->status))
        return;
    verdict->kind = VERDICT_RETRY;
    if (answer->status == 429 || answer->status == 503)
        verdict->kind = VERDICT_REFUSED;
    if (answer->retry_after &&
        !retry_after_ms(answer->retry_after, strlen(answer->retry_after),
                        now_wall_s, &verdict->retry_after_ms))
        verdict->retry_after_ms = -1;
}

/* Nothing a later try could change. */
static bool final_code(CURLcode code, enum err_code *err)
{
    switch ((int)code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_INTERFACE_FAILED:
        *err = ERR_USAGE;
        return true;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
        *err = ERR_NET;
        return true;
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_AUTH_ERROR:
        *err = ERR_DENIED;
        return true;
    case CURLE_REMOTE_FILE_NOT_FOUND:
    case CURLE_FTP_COULDNT_RETR_FILE:
    case CURLE_FILE_COULDNT_READ_FILE:
        *err = ERR_MISSING;
        return true;
    default:
        return false;
    }
}

/* What a connection that had died in the pool, or an HTTP/2 GOAWAY, looks
 * like. */
static bool broken_connection(CURLcode code)
{
    return code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
           code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM;
}

void verdict_curl(struct verdict *verdict, CURLcode code, const char *detail,
                  bool fresh, bool untouched)
{
    enum err_code kind = ERR_NET;
    const char *words = curl_easy_strerror(code);

    verdict->retry_after_ms = -1;
    verdict->kind = VERDICT_RETRY;
    /* No status line where one should be: most likely what an earlier answer on
     * the connection had too much of. */
    if (code == CURLE_UNSUPPORTED_PROTOCOL && detail &&
        strstr(detail, "HTTP/0.9"))
        verdict->kind = fresh ? VERDICT_RETRY : VERDICT_FREE;
    else if (final_code(code, &kind))
        verdict->kind = VERDICT_FAIL;
    else if (untouched && !fresh && broken_connection(code))
        verdict->kind = VERDICT_FREE;
    if (detail && detail[0])
        err_set(&verdict->err, kind, "%s (%s)", words, detail);
    else
        err_set(&verdict->err, kind, "%s", words);
}

bool verdict_expired(int status)
{
    return status == 401 || status == 403 || status == 410;
}
