#include "answer.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* Everything but the byte count, which bounds all responses of one transfer
 * together: a server could send 100s for ever. */
static void forget(struct answer *answer)
{
    size_t bytes = answer->bytes;

    MEM_CLEAR(answer->etag);
    MEM_CLEAR(answer->last_modified);
    MEM_CLEAR(answer->type);
    MEM_CLEAR(answer->disposition);
    MEM_CLEAR(answer->retry_after);
    MEM_CLEAR(answer->digest);
    *answer = (struct answer){.length = -1, .bytes = bytes};
}

void answer_init(struct answer *answer)
{
    *answer = (struct answer){.length = -1};
}

void answer_fini(struct answer *answer)
{
    forget(answer);
    answer_init(answer);
}

/* "HTTP/1.1 200 OK", "HTTP/2 200". */
static bool status_line(struct answer *answer, const char *line, size_t len)
{
    const char *end = line + len;
    const char *at = memchr(line, ' ', len);
    int status = 0;

    if (len < 8 || strncasecmp(line, "HTTP/", 5) != 0 || !at)
        return false;
    while (at < end && *at == ' ')
        at++;
    for (; at < end && *at >= '0' && *at <= '9' && status < 100; at++)
        status = status * 10 + (*at - '0');
    forget(answer);
    answer->status = status;
    return true;
}

static bool token_in(const char *value, size_t len, const char *token)
{
    size_t want = strlen(token);

    for (size_t at = 0; at + want <= len; at++)
        if (strncasecmp(value + at, token, want) == 0)
            return true;
    return false;
}

/* The last of a repeated field counts, as in libcurl. */
static void keep(char **place, const char *value, size_t len)
{
    if (len > ANSWER_FIELD)
        return;
    mem_free(*place);
    *place = mem_strndup(value, len);
}

static bool length_field(struct answer *answer, const char *value, size_t len,
                         struct err *err)
{
    int64_t length;

    if (!content_length(value, len, &length))
        return err_set(err, ERR_PROTOCOL,
                       "the server sent a Content-Length that is no number");
    if (answer->length >= 0 && answer->length != length)
        return err_set(err, ERR_PROTOCOL,
                       "the server sent two different Content-Lengths");
    answer->length = length;
    return true;
}

static void range_field(struct answer *answer, const char *value, size_t len)
{
    answer->has_range = content_range(value, len, &answer->range);
    answer->bad_range = !answer->has_range;
}

static bool named(const char *line, size_t len, const char *name)
{
    return len == strlen(name) && strncasecmp(line, name, len) == 0;
}

static bool field(struct answer *answer, const char *name, size_t name_len,
                  const char *value, size_t len, struct err *err)
{
    const struct {
        const char *name;
        char **place;
    } kept[] = {
        {"ETag", &answer->etag},
        {"Last-Modified", &answer->last_modified},
        {"Content-Type", &answer->type},
        {"Content-Disposition", &answer->disposition},
        {"Retry-After", &answer->retry_after},
        {"Repr-Digest", &answer->digest},
    };

    if (named(name, name_len, "Content-Length"))
        return length_field(answer, value, len, err);
    if (named(name, name_len, "Content-Range"))
        range_field(answer, value, len);
    else if (named(name, name_len, "Accept-Ranges")) {
        answer->accepts_ranges = token_in(value, len, "bytes");
        answer->refuses_ranges = token_in(value, len, "none");
    } else if (named(name, name_len, "Content-Encoding"))
        answer->encoded |= len > 0 && !named(value, len, "identity");
    else if (named(name, name_len, "Transfer-Encoding"))
        answer->chunked = token_in(value, len, "chunked");
    else
        for (size_t i = 0; i < ARRAY_LEN(kept); i++)
            if (named(name, name_len, kept[i].name))
                keep(kept[i].place, value, len);
    return true;
}

bool answer_line(struct answer *answer, const char *line, size_t len,
                 struct err *err)
{
    size_t name_len;
    const char *colon;
    const char *value;

    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
        len--;
    answer->bytes += len;
    if (answer->bytes > ANSWER_MAX)
        return err_set(err, ERR_LIMIT,
                       "the server's response header passes %d KiB",
                       ANSWER_MAX / 1024);
    if (status_line(answer, line, len))
        return true;
    colon = memchr(line, ':', len);
    if (!colon)
        return true;
    name_len = (size_t)(colon - line);
    value = colon + 1;
    len -= name_len + 1;
    while (len > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        len--;
    }
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    return field(answer, line, name_len, value, len, err);
}

bool answer_strong(const char *etag)
{
    return etag && etag[0] == '"' && etag[1] != '\0';
}
