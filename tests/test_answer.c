/* Response headers, line by line as libcurl hands them over. */
#include "fetch/answer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"

static struct err err;

/* Feeds lines that each end in \n; false at the first that is refused. */
static bool feed(struct answer *answer, const char *lines)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n") + 1;

        if (!answer_line(answer, lines, len, &err))
            return false;
        lines += len;
    }
    return true;
}

/* A new answer of one response with these fields. */
static bool ask(struct answer *answer, const char *fields)
{
    answer_init(answer);
    return feed(answer, "HTTP/1.1 200 OK\r\n") && feed(answer, fields);
}

static void test_fields(void)
{
    struct answer answer;

    tap_ok(ask(&answer, "Content-Length: 1234\r\n"
                        "ETag: W/\"a b\"\r\n"
                        "last-modified:Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                        "CONTENT-TYPE: \t text/html; charset=utf-8 \t\r\n"
                        "Content-Disposition: attachment; filename=\"a: b\"\r\n"
                        "Retry-After: 120\r\n"
                        "Repr-Digest: sha-256=:AA==:\r\n"
                        "Accept-Ranges: bytes\r\n"
                        "Transfer-Encoding: chunked\r\n"
                        "Content-Encoding: gzip\r\n"
                        "Content-Range: bytes 0-99/1234\r\n"
                        "X-Other: 1\r\n"
                        "\r\n"),
           "a response with everything");
    tap_int(answer.status, 200, "status");
    tap_int(answer.length, 1234, "Content-Length");
    tap_is(answer.etag, "W/\"a b\"", "ETag");
    tap_is(answer.last_modified, "Sun, 06 Nov 1994 08:49:37 GMT",
           "Last-Modified, without a blank, in lower case");
    tap_is(answer.type, "text/html; charset=utf-8",
           "Content-Type, without the blanks around it");
    tap_is(answer.disposition, "attachment; filename=\"a: b\"",
           "Content-Disposition, with its colon");
    tap_is(answer.retry_after, "120", "Retry-After");
    tap_is(answer.digest, "sha-256=:AA==:", "Repr-Digest");
    tap_ok(answer.accepts_ranges && !answer.refuses_ranges, "Accept-Ranges");
    tap_ok(answer.chunked && answer.encoded, "encodings");
    tap_ok(answer.has_range && !answer.bad_range &&
               answer.range.span.end == 100 && answer.range.total == 1234,
           "Content-Range");
    answer_fini(&answer);
    tap_ok(!answer.etag && !answer.type && answer.length == -1,
           "nothing after _fini");
}

static void test_none(void)
{
    struct answer answer;

    tap_ok(ask(&answer, "\r\n"), "a response with nothing");
    tap_ok(answer.length == -1 && !answer.has_range && !answer.bad_range &&
               !answer.accepts_ranges && !answer.refuses_ranges &&
               !answer.encoded && !answer.chunked,
           "claims nothing");
    answer_fini(&answer);
    answer_init(&answer);
    tap_ok(feed(&answer, "220 Welcome: here\r\n230 In\r\n") &&
               answer.status == 0,
           "lines of FTP are no status");
    answer_fini(&answer);
}

static void test_status(void)
{
    static const struct {
        const char *line;
        int status;
    } rows[] = {
        {"HTTP/1.1 404 Not Found\r\n", 404},
        {"HTTP/2 200\r\n", 200},
        {"HTTP/2 200 \r\n", 200},
        {"http/1.0 200\n", 200},
        {"HTTP/1.1   206 Partial\r\n", 206},
        {"HTTP/1.1 2000 x\r\n", 200},
        {"HTTP/1.1 2\r\n", 2},
        {"HTTP/1.1 \r\n", 0},
        {"HTTP/1.1 OK 200\r\n", 0},
        {"HTTP/1.1\r\n", 0},
    };
    struct answer answer;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        answer_init(&answer);
        tap_int(feed(&answer, rows[i].line) ? answer.status : -1,
                rows[i].status, rows[i].line);
        answer_fini(&answer);
    }
}

static void test_last_response(void)
{
    struct answer answer;

    answer_init(&answer);
    tap_ok(feed(&answer, "HTTP/1.1 302 Found\r\n"
                         "Content-Length: 5\r\n"
                         "ETag: \"old\"\r\n"
                         "Content-Range: bytes 0-0/1\r\n"
                         "Accept-Ranges: none\r\n"
                         "Content-Encoding: br\r\n"
                         "\r\n"
                         "HTTP/1.1 100 Continue\r\n\r\n"
                         "HTTP/2 200\r\n"
                         "Content-Length: 7\r\n\r\n"),
           "a redirect and a 100 before the answer");
    tap_ok(answer.status == 200 && answer.length == 7 && !answer.etag &&
               !answer.has_range && !answer.refuses_ranges && !answer.encoded,
           "only the last one counts");
    answer_fini(&answer);
}

static void refuse(const char *fields, enum err_code code, const char *what)
{
    struct answer answer;

    err = (struct err){0};
    tap_ok(!ask(&answer, fields) && err.code == code, "%s: %s", what, err.text);
    answer_fini(&answer);
}

static void length(const char *fields, int64_t want, const char *what)
{
    struct answer answer;

    tap_int(ask(&answer, fields) ? answer.length : -2, want, what);
    answer_fini(&answer);
}

static void test_length(void)
{
    refuse("Content-Length: 5\r\nContent-Length: 6\r\n", ERR_PROTOCOL,
           "two lengths");
    refuse("Content-Length: 5, 6\r\n", ERR_PROTOCOL, "two in one");
    refuse("Content-Length: -5\r\n", ERR_PROTOCOL, "a negative length");
    refuse("Content-Length:\r\n", ERR_PROTOCOL, "an empty length");
    refuse("Content-Length: five\r\n", ERR_PROTOCOL, "words");
    refuse("Content-Length: 99999999999999999999\r\n", ERR_PROTOCOL,
           "a length over all bounds");
    length("Content-Length: 5\r\nContent-Length: 5\r\n", 5, "the same twice");
    length("Content-Length: 0\r\n", 0, "nothing is a length");
    length("Content-Length : 5\r\n", -1,
           "a blank before the colon makes another name");
    length("Content-Length\r\n", -1, "a line without a colon is none");
}

static void test_ranges(void)
{
    struct answer answer;

    tap_ok(ask(&answer, "Content-Range: bytes 5-3/9\r\n") &&
               !answer.has_range && answer.bad_range,
           "a range that cannot be read is told");
    answer_fini(&answer);
    tap_ok(ask(&answer, "Content-Range: bytes */9\r\n") && answer.has_range &&
               !answer.range.satisfied && answer.range.total == 9,
           "one that is not satisfied");
    answer_fini(&answer);
    tap_ok(ask(&answer, "Accept-Ranges: none\r\n") && !answer.accepts_ranges &&
               answer.refuses_ranges,
           "no ranges");
    answer_fini(&answer);
}

static bool encoded(const char *fields)
{
    struct answer answer;
    bool result = ask(&answer, fields) && answer.encoded;

    answer_fini(&answer);
    return result;
}

static void test_encoding(void)
{
    tap_ok(encoded("Content-Encoding: gzip\r\n"), "gzip is an encoding");
    tap_ok(!encoded("Content-Encoding: Identity\r\n"), "identity is none");
    tap_ok(!encoded("Content-Encoding:\r\n"), "nor is an empty field");
    tap_ok(encoded("Content-Encoding: gzip\r\nContent-Encoding: identity\r\n"),
           "a second field takes nothing back");
}

static void test_large(void)
{
    struct answer answer;
    char *line = malloc(ANSWER_FIELD + 10);
    int lines = 0;

    memset(line, 'x', ANSWER_FIELD + 10);
    memcpy(line, "ETag: ", 6);
    answer_init(&answer);
    tap_ok(answer_line(&answer, line, ANSWER_FIELD + 6, &err) && answer.etag &&
               strlen(answer.etag) == ANSWER_FIELD,
           "a field at its ceiling");
    answer_fini(&answer);
    answer_init(&answer);
    tap_ok(answer_line(&answer, line, ANSWER_FIELD + 7, &err) && !answer.etag,
           "a longer one is not used");
    free(line);
    while (lines < 100000 && feed(&answer, "HTTP/1.1 100 Continue\r\n"))
        lines++;
    tap_ok(err.code == ERR_LIMIT && lines < 100000,
           "responses without end are ended: %s", err.text);
    answer_fini(&answer);
}

static void test_strong(void)
{
    tap_ok(answer_strong("\"a\"") && answer_strong("\"\""), "strong");
    tap_ok(!answer_strong("W/\"a\""), "weak");
    tap_ok(!answer_strong(NULL) && !answer_strong("") && !answer_strong("\"") &&
               !answer_strong("a"),
           "none");
}

int main(void)
{
    test_fields();
    test_none();
    test_status();
    test_last_response();
    test_length();
    test_ranges();
    test_encoding();
    test_large();
    test_strong();
    return tap_done();
}
