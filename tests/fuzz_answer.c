/* Header lines, one a line of the input: whatever they say, claims are within
 * their bounds, line ends do not matter, and a status line starts over. */
#include "fetch/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_text(const char *text)
{
    check(!text || strlen(text) <= ANSWER_FIELD);
}

static void check_answer(const struct answer *answer)
{
    check(answer->bytes <= ANSWER_MAX && answer->length >= -1);
    check(answer->status >= 0 && answer->status <= 999);
    check(!(answer->has_range && answer->bad_range));
    if (answer->has_range && answer->range.satisfied)
        check(answer->range.span.start < answer->range.span.end);
    check_text(answer->etag);
    check_text(answer->last_modified);
    check_text(answer->type);
    check_text(answer->disposition);
    check_text(answer->retry_after);
    check_text(answer->digest);
    if (answer_strong(answer->etag))
        check(answer->etag[0] == '"');
}

static void check_same(const char *a, const char *b)
{
    check(a && b ? strcmp(a, b) == 0 : a == b);
}

static void check_equal(const struct answer *a, const struct answer *b)
{
    check(a->status == b->status && a->length == b->length &&
          a->bytes == b->bytes && a->has_range == b->has_range &&
          a->encoded == b->encoded && a->chunked == b->chunked);
    check_same(a->etag, b->etag);
    check_same(a->type, b->type);
    check_same(a->disposition, b->disposition);
}

/* A copy that ends where the line does, so that a sanitizer sees one byte
 * more. */
static bool feed(struct answer *answer, const char *line, size_t len,
                 const char *end)
{
    size_t end_len = strlen(end);
    char *copy = mem_new(len + end_len);
    struct err err = {0};
    bool ok;

    memcpy(copy, line, len);
    memcpy(copy + len, end, end_len);
    ok = answer_line(answer, copy, len + end_len, &err);
    check(ok || err.code == ERR_PROTOCOL || err.code == ERR_LIMIT);
    mem_free(copy);
    return ok;
}

static void check_anew(struct answer *answer)
{
    size_t bytes = answer->bytes;

    if (!feed(answer, "HTTP/1.1 204", 12, ""))
        return;
    check(answer->status == 204 && answer->length == -1 && !answer->etag &&
          !answer->type && !answer->has_range && !answer->bad_range &&
          !answer->encoded && answer->bytes == bytes + 12);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct answer plain;
    struct answer ended;
    bool ok = true;

    answer_init(&plain);
    answer_init(&ended);
    while (ok && size > 0) {
        const char *newline = memchr(text, '\n', size);
        size_t len = newline ? (size_t)(newline - text) : size;

        ok = feed(&plain, text, len, "");
        check(ok == feed(&ended, text, len, "\r\n"));
        if (ok) {
            check_answer(&plain);
            check_equal(&plain, &ended);
        }
        text += len;
        size -= len;
        if (size > 0) {
            text++;
            size--;
        }
    }
    if (ok)
        check_anew(&plain);
    answer_fini(&plain);
    answer_fini(&ended);
    return 0;
}
