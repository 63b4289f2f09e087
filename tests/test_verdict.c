/* What the end of a transfer means for its download. */
#include "fetch/verdict.h"

#include "base/mem.h"
#include "tap.h"

enum { NOW_S = 1700000000 };

static struct verdict judge(int status, const char *retry_after)
{
    struct verdict verdict = {.kind = VERDICT_NONE};
    struct answer answer;

    answer_init(&answer);
    answer.status = status;
    answer.retry_after = mem_strdup(retry_after);
    verdict_status(&verdict, &answer, NOW_S);
    answer_fini(&answer);
    return verdict;
}

/* All statuses against the list of those that may work the next time. */
static void test_transient(void)
{
    static const int transient[] = {408, 425, 429, 500, 502, 503, 504, 520,
                                    521, 522, 523, 524, 525, 526, 527};
    bool ok = true;

    for (int status = 100; status < 600; status++) {
        struct verdict verdict = judge(status, NULL);
        enum verdict_kind want = VERDICT_FAIL;

        for (size_t i = 0; i < ARRAY_LEN(transient); i++)
            if (transient[i] == status)
                want = VERDICT_RETRY;
        if (status == 429 || status == 503)
            want = VERDICT_REFUSED;
        if (verdict.kind != want)
            tap_note("HTTP %d is %d", status, verdict.kind);
        ok = ok && verdict.kind == want && verdict.retry_after_ms == -1 &&
             strstr(verdict.err.text, "HTTP ");
    }
    tap_ok(ok, "each status is final, for later, or asks for fewer requests");
}

static void test_words(void)
{
    struct verdict verdict = judge(404, NULL);

    tap_is(verdict.err.text, "HTTP 404: there is no such file", "404");
    tap_int(verdict.err.code, ERR_MISSING, "is a missing file");
    verdict = judge(410, NULL);
    tap_int(verdict.err.code, ERR_MISSING, "so is 410");
    verdict = judge(401, NULL);
    tap_ok(verdict.err.code == ERR_HTTP && strstr(verdict.err.text, "--user"),
           "401 says what to do: %s", verdict.err.text);
    verdict = judge(418, NULL);
    tap_is(verdict.err.text, "HTTP 418: the server refused",
           "any other tells its number");
}

static void test_retry_after(void)
{
    tap_int(judge(503, "120").retry_after_ms, 120000, "503: in two minutes");
    tap_int(judge(429, "0").retry_after_ms, 0, "429: at once");
    tap_int(judge(500, "3").retry_after_ms, 3000, "500, too");
    tap_int(judge(503, "Tue, 14 Nov 2023 22:14:20 GMT").retry_after_ms, 60000,
            "a date is a time from now");
    tap_int(judge(503, "soon").retry_after_ms, -1, "words are none");
    tap_int(judge(404, "120").retry_after_ms, -1,
            "where no try will help nobody waits");
}

static struct verdict curl(CURLcode code, bool fresh, bool untouched)
{
    struct verdict verdict = {.kind = VERDICT_NONE};

    verdict_curl(&verdict, code, "", fresh, untouched);
    return verdict;
}

static void test_final(void)
{
    static const struct {
        CURLcode code;
        enum err_code err;
    } rows[] = {
        {CURLE_UNSUPPORTED_PROTOCOL, ERR_USAGE},
        {CURLE_INTERFACE_FAILED, ERR_USAGE},
        {CURLE_URL_MALFORMAT, ERR_USAGE},
        {CURLE_TOO_MANY_REDIRECTS, ERR_NET},
        {CURLE_PEER_FAILED_VERIFICATION, ERR_NET},
        {CURLE_SSL_PINNEDPUBKEYNOTMATCH, ERR_NET},
        {CURLE_SSL_CERTPROBLEM, ERR_NET},
        {CURLE_SSL_CACERT_BADFILE, ERR_NET},
        {CURLE_LOGIN_DENIED, ERR_DENIED},
        {CURLE_REMOTE_ACCESS_DENIED, ERR_DENIED},
        {CURLE_REMOTE_FILE_NOT_FOUND, ERR_MISSING},
        {CURLE_FTP_COULDNT_RETR_FILE, ERR_MISSING},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct verdict verdict = curl(rows[i].code, false, true);

        tap_ok(verdict.kind == VERDICT_FAIL &&
                   verdict.err.code == rows[i].err &&
                   verdict.retry_after_ms == -1,
               "final: %s", verdict.err.text);
    }
}

static void test_retry(void)
{
    static const CURLcode codes[] = {
        CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE,
        CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR};

    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct verdict verdict = curl(codes[i], false, true);

        tap_ok(verdict.kind == VERDICT_RETRY && verdict.err.code == ERR_NET,
               "for later: %s", verdict.err.text);
    }
}

/* A connection of the pool that had died costs no try, but only then. */
static void test_free(void)
{
    static const CURLcode codes[] = {CURLE_SEND_ERROR, CURLE_RECV_ERROR,
                                     CURLE_GOT_NOTHING, CURLE_HTTP2,
                                     CURLE_HTTP2_STREAM};

    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        tap_ok(curl(codes[i], false, true).kind == VERDICT_FREE &&
                   curl(codes[i], true, true).kind == VERDICT_RETRY &&
                   curl(codes[i], false, false).kind == VERDICT_RETRY,
               "free on an old connection before any byte: %s",
               curl_easy_strerror(codes[i]));
}

static void test_detail(void)
{
    const char *words = curl_easy_strerror(CURLE_COULDNT_CONNECT);
    struct verdict verdict;
    char want[200];

    snprintf(want, sizeof(want), "%s (no route to h:1)", words);
    verdict_curl(&verdict, CURLE_COULDNT_CONNECT, "no route to h:1", true,
                 true);
    tap_is(verdict.err.text, want, "libcurl's words, and what it knows more");
    verdict_curl(&verdict, CURLE_COULDNT_CONNECT, NULL, true, true);
    tap_is(verdict.err.text, words, "or no more");
}

static void test_expired(void)
{
    bool ok = true;

    for (int status = 100; status < 600; status++)
        ok = ok && verdict_expired(status) ==
                       (status == 401 || status == 403 || status == 410);
    tap_ok(ok, "what a signed link that has run out answers");
}

int main(void)
{
    test_transient();
    test_words();
    test_retry_after();
    test_final();
    test_retry();
    test_free();
    test_detail();
    test_expired();
    return tap_done();
}
