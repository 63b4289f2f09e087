/* One download with all that is known of it. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "fetch/download.h"
#include "fetch/snapshot.h"
#include "fetch/target.h"

static char *without_credentials(const char *url)
{
    struct str text;

    if (!url)
        return NULL;
    str_init(&text, JOURNAL_URL);
    (void)journal_strip(&text, url);
    return str_take(&text);
}

static char *likely_path(const struct fetch *room,
                         const struct download *download) REQUIRES(fetch_class)
{
    const char *dir = download->dir ? download->dir : room->options.dir;
    char *name;
    char *path;

    if (download->path)
        return mem_strdup(download->path);
    name = download->name ? mem_strdup(download->name) : target_guess(download);
    if (!dir)
        return name;
    path = path_join(dir, name);
    mem_free(name);
    return path;
}

static char *digest_text(const struct download *download) REQUIRES(fetch_class)
{
    const struct digest *digest =
        download->has_digest ? &download->digest : &download->got;
    char hex[DIGEST_HEX_MAX];

    if (digest->algo == DIGEST_NONE)
        return NULL;
    return mem_printf("%s=%s", digest_name(digest->algo),
                      digest_hex(digest, hex));
}

static void fill_segments(struct fetch_detail *detail,
                          struct download *download, int64_t now_ms)
    REQUIRES(fetch_class)
{
    for (struct lease *lease = download->leases;
         lease && detail->segment_count < FETCH_SEGMENTS; lease = lease->next) {
        struct fetch_segment *segment =
            &detail->segments[detail->segment_count++];

        *segment = (struct fetch_segment){
            .start = lease->start,
            .pos = lease->pos,
            .end = lease->end,
            .speed = (uint64_t)meter_rate(&lease->meter, now_ms),
            .port = lease->port,
            .mirror = lease->mirror};
        snprintf(segment->thread, sizeof(segment->thread), "fetch-%u",
                 lease->worker->index + 1);
        memcpy(segment->peer, lease->peer, sizeof(segment->peer));
    }
}

/* Segments in the file's order. */
static void sort_segments(struct fetch_detail *detail)
{
    for (size_t i = 1; i < detail->segment_count; i++) {
        struct fetch_segment moved = detail->segments[i];
        size_t at = i;

        for (; at > 0 && detail->segments[at - 1].pos > moved.pos; at--)
            detail->segments[at] = detail->segments[at - 1];
        detail->segments[at] = moved;
    }
}

/* How many bytes of start .. end-1 are in spans from *at on; *at moves past
 * what ends before end. */
static uint64_t bytes_in(const struct spans *spans, size_t *at, uint64_t start,
                         uint64_t end)
{
    uint64_t bytes = 0;

    for (; *at < spans->count && spans->list[*at].start < end; ++*at) {
        struct span span = spans->list[*at];
        uint64_t from = span.start > start ? span.start : start;
        uint64_t to = span.end < end ? span.end : end;

        if (from < to)
            bytes += to - from;
        if (span.end > end)
            break;
    }
    return bytes;
}

static void fill_map(struct fetch_detail *detail,
                     const struct download *download) REQUIRES(fetch_class)
{
    uint64_t length =
        download->seen.length > 0 ? (uint64_t)download->seen.length : 0;
    size_t at = 0;

    for (size_t i = 0; length > 0 && i < FETCH_MAP; i++) {
        uint64_t start = (uint64_t)((double)length * (double)i / FETCH_MAP);
        uint64_t end = (uint64_t)((double)length * (double)(i + 1) / FETCH_MAP);

        if (download->state == FETCH_DONE)
            detail->map[i] = 255;
        else if (end > start)
            detail->map[i] = (unsigned char)((double)bytes_in(&download->done,
                                                              &at, start, end) *
                                             255 / (double)(end - start));
    }
}

bool fetch_detail(struct fetch *room, uint64_t id, struct fetch_detail *detail)
{
    int64_t now_ms = clock_ms();
    struct roll_entry *entry;
    struct download *download;

    *detail = (struct fetch_detail){.segment_count = 0};
    room_take(room);
    entry = roll_find(&room->all, id);
    download = entry ? DOWNLOAD_OF(entry) : NULL;
    if (download) {
        snapshot_row(&detail->row, download, now_ms);
        detail->url = without_credentials(download->mirrors[0].url);
        detail->final_url = without_credentials(download->seen.final_url);
        detail->path = likely_path(room, download);
        detail->etag = mem_strdup(download->seen.etag);
        detail->last_modified = mem_strdup(download->seen.last_modified);
        detail->digest = digest_text(download);
        detail->declared = download->has_digest;
        detail->ranges = download->ranges;
        detail->mirrors = download->count;
        detail->rate_bytes_per_s = (uint64_t)download->bucket.rate;
        fill_segments(detail, download, now_ms);
        fill_map(detail, download);
    }
    room_drop(room);
    sort_segments(detail);
    return download != NULL;
}

void fetch_detail_fini(struct fetch_detail *detail)
{
    mem_free(detail->url);
    mem_free(detail->final_url);
    mem_free(detail->path);
    mem_free(detail->etag);
    mem_free(detail->last_modified);
    mem_free(detail->digest);
}
