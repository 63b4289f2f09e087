/* What the embedded origin serves: a catalogue of files that exist only as a
 * rule. The bytes of every file follow from its name and an offset (those of
 * the feed also from the address they are served at), so nothing lies on a disk
 * and any range can be made on its own.
 *
 *   /feed.json        the feed of the exercise, with links to the images
 *   /images/NAME.png  CONTENT_IMAGES pictures
 *   /films/NAME.mp4   two films
 *   /files/SIZE.bin   1K, 10K, 100K, 1M, 4M, 16M, 64M, 256M
 *   /SHA256SUMS       of all images and films, names as above without the first
 *                     slash
 *   /page.html, /     relative links to some of it
 *
 * No locks, threads or I/O. A catalogue is constant once made: any number of
 * threads may read it. */
#ifndef ORIGIN_CONTENT_H
#define ORIGIN_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    CONTENT_IMAGES = 44,
    CONTENT_POSTS = 48 /* in the feed: some pictures come twice */
};

/* When every file was changed last, in the form of RFC 9110 section 5.6.7. */
extern const char content_date[];

struct content;

/* Makes the catalogue; base ("http://127.0.0.1:8080", no slash at the end) is
 * what the feed's links begin with. Reads through the films once for their
 * checksums: some tenths of a second. NULL and err if libcrypto refuses. */
struct content *content_new(const char *base, struct err *err)
    __attribute__((warn_unused_result));
void content_free(struct content *content);

struct content_file {
    char *path; /* "/films/...", as UTF-8, not percent-encoded */
    const char *type;
    uint64_t size;
    char etag[40]; /* strong (RFC 9110 section 8.8.3), with its quotes */

    /* how the bytes are made: kept here, or a head and then noise */
    char *text;
    const char *head;
    size_t head_len;
    uint64_t seed;
};

/* The file at path, or NULL. Lives as long as the catalogue. */
const struct content_file *content_find(const struct content *content,
                                        const char *path);

/* Every file, in no order: index 0..; NULL behind the last. */
const struct content_file *content_at(const struct content *content,
                                      size_t index);

/* Puts bytes offset..offset+len-1, which must lie inside the file, in out. */
void content_read(const struct content_file *file, uint64_t offset, void *out,
                  size_t len);

#endif
