#include "origin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/mem.h"
#include "content.h"
#include "daemon.h"
#include "pace.h"
#include "range.h"

enum {
    BLOCK = 64 * 1024, /* libmicrohttpd asks for no more at once */
    DAEMONS = 2,       /* IPv4, IPv6 */
    THREADS = 2,
    URL_MAX = 40,
    FIELD_MAX = 80
};

struct origin {
    /* constant after origin_new */
    char url[URL_MAX];
    struct content *content;
    struct pace *pace;
    struct MHD_Daemon *daemons[DAEMONS]; /* NULL: not there */

    struct lock lock;
    /* guarded by lock */
    struct origin_stats stats GUARDED_BY(origin_class);
};

/* A path's variant, as the header says. */
struct variant {
    const char *prefix;
    bool no_range;
    bool no_length;
    bool no_validator;
};

static const struct variant variants[] = {
    {.prefix = "/norange", .no_range = true},
    {.prefix = "/nolength", .no_range = true, .no_length = true},
    {.prefix = "/novalidator", .no_validator = true},
};

static const struct variant plain = {.prefix = ""};

/* What is being sent: the argument of the content reader. */
struct body {
    struct origin *origin;
    const struct content_file *file;
    struct paced *paced; /* the connection's */
    uint64_t first;
    uint64_t size;
};

static const struct variant *variant_of(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
        size_t len = strlen(variants[i].prefix);

        if (strncmp(path, variants[i].prefix, len) == 0 && path[len] == '/')
            return &variants[i];
    }
    return &plain;
}

static void count_bytes(struct origin *origin, size_t len)
{
    lock_take(&origin->lock, &origin_class);
    origin->stats.bytes += len;
    lock_drop(&origin->lock, &origin_class);
}

static ssize_t read_body(void *arg, uint64_t at, char *out, size_t max)
{
    struct body *body = arg;
    uint64_t left = body->size - at;
    size_t len = left < max ? (size_t)left : max;

    if (len == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    switch (pace_take(body->origin->pace, body->paced, &len)) {
    case PACE_GO:
        break;
    case PACE_SUSPENDED:
        return 0;
    case PACE_CLOSING:
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    content_read(body->file, body->first + at, out, len);
    count_bytes(body->origin, len);
    return (ssize_t)len;
}

static void free_body(void *arg)
{
    mem_free(arg);
}

static const char *field(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* RFC 9110 section 13.1.5: the strong comparison, or the very same date. */
static bool still_applies(const char *if_range, const struct content_file *file)
{
    return !if_range || strcmp(if_range, file->etag) == 0 ||
           strcmp(if_range, content_date) == 0;
}

/* Answers with a sentence. extra: one more field and its value, or NULL. */
static enum MHD_Result refuse(struct MHD_Connection *connection,
                              unsigned status, const char *text,
                              const char *extra, const char *value)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type",
                            "text/plain; charset=utf-8");
    if (extra)
        MHD_add_response_header(response, extra, value);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void describe(struct MHD_Response *response, const struct body *body,
                     const struct variant *variant)
{
    MHD_add_response_header(response, "Content-Type", body->file->type);
    MHD_add_response_header(response, "Accept-Ranges",
                            variant->no_range ? "none" : "bytes");
    if (variant->no_validator)
        return;
    MHD_add_response_header(response, "ETag", body->file->etag);
    MHD_add_response_header(response, "Last-Modified", content_date);
}

static enum MHD_Result send_body(struct MHD_Connection *connection,
                                 struct body *body,
                                 const struct variant *variant, bool is_part)
{
    struct MHD_Response *response = MHD_create_response_from_callback(
        variant->no_length ? MHD_SIZE_UNKNOWN : body->size, BLOCK, read_body,
        body, free_body);
    char range[FIELD_MAX];
    enum MHD_Result result;

    if (!response) {
        free_body(body);
        return MHD_NO;
    }
    describe(response, body, variant);
    if (is_part) {
        snprintf(range, sizeof range, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                 body->first, body->first + body->size - 1, body->file->size);
        MHD_add_response_header(response, "Content-Range", range);
    }
    result = MHD_queue_response(
        connection, is_part ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* Ranges are for GET alone (RFC 9110 section 14.2). */
static enum MHD_Result serve(struct origin *origin,
                             struct MHD_Connection *connection,
                             const struct content_file *file,
                             const struct variant *variant, bool is_head)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    enum range_answer answer = RANGE_WHOLE;
    uint64_t first = 0;
    uint64_t last = file->size - 1;
    struct body *body;
    char none[FIELD_MAX];

    if (!is_head && !variant->no_range &&
        still_applies(field(connection, "If-Range"), file))
        answer =
            range_read(field(connection, "Range"), file->size, &first, &last);
    if (answer == RANGE_NONE) {
        snprintf(none, sizeof none, "bytes */%" PRIu64, file->size);
        return refuse(connection, MHD_HTTP_RANGE_NOT_SATISFIABLE,
                      "The file ends before this range.\n", "Content-Range",
                      none);
    }
    body = mem_new(sizeof *body);
    *body = (struct body){
        .origin = origin,
        .file = file,
        .paced = info->socket_context,
        .first = first,
        .size = last - first + 1,
    };
    return send_body(connection, body, variant, answer == RANGE_PART);
}

static enum MHD_Result respond(struct origin *origin,
                               struct MHD_Connection *connection,
                               const char *path, const char *method)
{
    const struct variant *variant = variant_of(path);
    const struct content_file *file =
        content_find(origin->content, path + strlen(variant->prefix));
    bool is_head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

    if (!is_head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                      "This origin only answers GET and HEAD.\n", "Allow",
                      "GET, HEAD");
    if (!file)
        return refuse(connection, MHD_HTTP_NOT_FOUND,
                      "There is no such file here; /page.html shows some.\n",
                      NULL, NULL);
    return serve(origin, connection, file, variant, is_head);
}

/* Called for each request first with its head only, then for what body it has,
 * and once more to be answered. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *upload,
                                  size_t *upload_size, void **mark)
{
    struct origin *origin = arg;

    (void)version;
    (void)upload;
    if (!*mark) {
        *mark = origin;
        lock_take(&origin->lock, &origin_class);
        origin->stats.requests++;
        lock_drop(&origin->lock, &origin_class);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    return respond(origin, connection, path, method);
}

static void on_connection(void *arg, struct MHD_Connection *connection,
                          void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct origin *origin = arg;
    bool is_new = code == MHD_CONNECTION_NOTIFY_STARTED;

    if (is_new) {
        *context = mem_new(sizeof(struct paced));
        pace_enter(origin->pace, *context, connection);
    } else {
        MEM_CLEAR(*context);
    }
    lock_take(&origin->lock, &origin_class);
    origin->stats.connections += is_new;
    origin->stats.open += is_new ? 1 : UINT64_MAX;
    lock_drop(&origin->lock, &origin_class);
}

static bool start(struct origin *origin, const struct origin_options *options,
                  int *listener, uint16_t port, struct err *err)
{
    struct daemon_calls calls = {on_request, on_connection, origin};
    unsigned threads = options->threads ? options->threads : THREADS;
    int listener6;

    origin->daemons[0] = daemon_start(*listener, false, threads, &calls, err);
    *listener = -1;
    if (!origin->daemons[0])
        return false;
    listener6 = daemon_listen6(port);
    if (listener6 >= 0)
        origin->daemons[1] = daemon_start(listener6, true, 1, &calls, NULL);
    return true;
}

struct origin *origin_new(const struct origin_options *options, struct err *err)
{
    struct origin *origin;
    uint16_t port = options->port;
    int listener = daemon_listen(&port, err);

    if (listener < 0)
        return NULL;
    origin = mem_new(sizeof *origin);
    lock_init(&origin->lock, &origin_class);
    snprintf(origin->url, sizeof origin->url, "http://127.0.0.1:%u",
             (unsigned)port);
    origin->content = content_new(origin->url, err);
    if (origin->content)
        origin->pace = pace_new(options->rate_bytes_per_s, &origin->lock, err);
    if (origin->pace && start(origin, options, &listener, port, err))
        return origin;
    if (listener >= 0)
        close(listener);
    origin_free(origin);
    return NULL;
}

void origin_free(struct origin *origin)
{
    if (origin->pace)
        pace_stop(origin->pace);
    for (size_t i = 0; i < DAEMONS; i++)
        if (origin->daemons[i])
            MHD_stop_daemon(origin->daemons[i]);
    if (origin->pace)
        pace_free(origin->pace);
    content_free(origin->content);
    lock_fini(&origin->lock);
    mem_free(origin);
}

const char *origin_url(const struct origin *origin)
{
    return origin->url;
}

void origin_stats(struct origin *origin, struct origin_stats *stats)
{
    lock_take(&origin->lock, &origin_class);
    *stats = origin->stats;
    lock_drop(&origin->lock, &origin_class);
}
