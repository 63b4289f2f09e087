/* The catalogue of the embedded origin: the same bytes however they are asked
 * for, and texts that are what their types say. */
#include "origin/content.h"

#include <ctype.h>
#include <jansson.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "origin/noise.h"
#include "tap.h"

static const char base[] = "http://127.0.0.1:12345";

static char *read_all(const struct content_file *file)
{
    char *data = mem_new((size_t)file->size + 1);

    content_read(file, 0, data, (size_t)file->size);
    return data;
}

static void test_noise(void)
{
    enum { SIZE = 1000 };
    unsigned char whole[SIZE];
    unsigned char part[SIZE];
    uint64_t far = UINT64_C(1) << 40;
    bool same = true;
    bool crossed = true;

    noise_fill(7, 0, whole, SIZE);
    for (size_t at = 0; at < 40; at++)
        for (size_t len = 0; len < 60; len++) {
            memset(part, 0xa5, sizeof part);
            noise_fill(7, at, part, len);
            same = same && memcmp(part, whole + at, len) == 0;
            crossed = crossed && part[len] == 0xa5;
        }
    tap_ok(same, "noise from any offset is the same");
    tap_ok(crossed, "and no byte too many");
    noise_fill(7, far - 3, part, 16);
    noise_fill(7, far, whole, 13);
    tap_ok(memcmp(part + 3, whole, 13) == 0, "also far behind the start");
    noise_fill(8, far, part, 13);
    tap_ok(memcmp(part, whole, 13) != 0, "another seed is another file");
    /* SplitMix64 with the seed 0, as published with its first outputs. */
    tap_ok(noise_word(0, 0) == UINT64_C(0xe220a8397b1dcdaf) &&
               noise_word(0, 1) == UINT64_C(0x6e789e6aa1b965f4),
           "noise is SplitMix64");
}

static void test_slices(const struct content *content)
{
    const struct content_file *film =
        content_find(content, "/films/小黄人.mp4");
    char start[64];
    char slice[64];
    bool same = true;

    content_read(film, 0, start, sizeof start);
    for (size_t at = 0; at < 48; at++) {
        content_read(film, at, slice, 16);
        same = same && memcmp(slice, start + at, 16) == 0;
    }
    tap_ok(same, "a film's head and its rest join without a seam");
    tap_ok(memcmp(start + 4, "ftypisom", 8) == 0, "a film begins like an MP4");
    tap_ok(memcmp(start + 36, "mdat", 4) == 0, "and has its media box");
}

static uint32_t be32(const char *data)
{
    const unsigned char *bytes = (const unsigned char *)data;

    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The chunks follow one another up to the end of the file, as ISO/IEC 15948
 * wants: their lengths are right. */
static bool is_png(const char *data, size_t size, unsigned *side)
{
    static const char *const order[] = {"IHDR", "PLTE", "IDAT", "IEND"};
    size_t at = 8;

    if (size < 8 || memcmp(data, "\x89PNG\r\n\x1a\n", 8) != 0)
        return false;
    *side = be32(data + 16);
    for (size_t i = 0; i < 4; i++) {
        if (size - at < 12 || memcmp(data + at + 4, order[i], 4) != 0 ||
            be32(data + at) > size - at - 12)
            return false;
        at += 12 + be32(data + at);
    }
    return at == size;
}

static void test_images(const struct content *content)
{
    size_t count = 0;
    size_t good = 0;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    const struct content_file *file;

    for (size_t i = 0; (file = content_at(content, i)); i++) {
        unsigned side = 0;
        char *data;

        if (strncmp(file->path, "/images/", 8) != 0)
            continue;
        count++;
        data = read_all(file);
        good += is_png(data, (size_t)file->size, &side) &&
                file->size > (uint64_t)side * side &&
                strcmp(file->type, "image/png") == 0;
        mem_free(data);
        least = file->size < least ? file->size : least;
        most = file->size > most ? file->size : most;
    }
    tap_int((long long)count, CONTENT_IMAGES, "all images are there");
    tap_int((long long)good, CONTENT_IMAGES, "each is a PNG file");
    tap_ok(least >= 2048 && most <= 102400 && least * 4 < most,
           "they are small and differ in size: %llu to %llu",
           (unsigned long long)least, (unsigned long long)most);
    /* As it was when zlib's checksums had been held against every chunk and
     * the pixels. */
    file = content_find(content, "/images/avatar-01.png");
    tap_is(file->etag, "\"12e4998134208d97\"",
           "the first one is as seen right");
}

/* The exercise's expression by hand: the links between "profile_image":"
 * and the next ", on one line. */
static size_t harvest(const char *feed, size_t *known)
{
    static const char key[] = "\"profile_image\":\"";
    size_t count = 0;

    *known = 0;
    for (const char *at = feed; (at = strstr(at, key)); count++) {
        const char *end = strstr(at += sizeof key - 1, "\",");
        json_t *text;
        const char *link;
        char quoted[256];

        if (!end || end - at > 200)
            break;
        snprintf(quoted, sizeof quoted, "\"%.*s\"", (int)(end - at), at);
        text = json_loads(quoted, JSON_DECODE_ANY, NULL);
        link = json_string_value(text);
        *known += link && strncmp(link, base, sizeof base - 1) == 0 &&
                  strstr(at, "http:\\/\\/") == at;
        json_decref(text);
    }
    return count;
}

static void test_feed(const struct content *content)
{
    const struct content_file *file = content_find(content, "/feed.json");
    char *feed = read_all(file);
    json_t *root = json_loads(feed, 0, NULL);
    json_t *data = json_object_get(root, "data");
    json_t *seen = json_object();
    bool chinese = false;
    size_t known;
    size_t index;
    json_t *post;

    tap_ok(data != NULL, "the feed is JSON with \"data\"");
    tap_int((long long)json_array_size(data), CONTENT_POSTS, "all posts");
    json_array_foreach(data, index, post)
    {
        const char *link =
            json_string_value(json_object_get(post, "profile_image"));
        const char *name = json_string_value(json_object_get(post, "username"));

        if (link)
            json_object_set_new(seen, link, json_true());
        chinese = chinese || (name && strcmp(name, "余婷") == 0);
    }
    tap_int((long long)json_object_size(seen), CONTENT_IMAGES,
            "each image is linked, some twice");
    tap_ok(chinese, "names are Chinese");
    tap_int((long long)harvest(feed, &known), CONTENT_POSTS,
            "the exercise's expression finds every link");
    tap_int((long long)known, CONTENT_POSTS,
            "links have escaped slashes and lead to the base");
    tap_ok(strchr(feed, '\n') == NULL, "the feed is one line");
    json_decref(seen);
    json_decref(root);
    mem_free(feed);
}

/* One line: 64 digits, two blanks, a name. */
static bool check_sum(const struct content *content, const char *line,
                      size_t len)
{
    unsigned char value[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    char path[128];
    const struct content_file *file;
    char *data;

    if (len < 67 || len > 160 || memcmp(line + 64, "  ", 2) != 0)
        return false;
    snprintf(path, sizeof path, "/%.*s", (int)len - 66, line + 66);
    file = content_find(content, path);
    if (!file)
        return false;
    data = read_all(file);
    SHA256((const unsigned char *)data, (size_t)file->size, value);
    mem_free(data);
    for (size_t i = 0; i < sizeof value; i++)
        snprintf(hex + 2 * i, 3, "%02x", value[i]);
    return memcmp(hex, line, 64) == 0;
}

static void test_sums(const struct content *content)
{
    char *list = read_all(content_find(content, "/SHA256SUMS"));
    size_t good = 0;
    size_t lines = 0;

    for (char *at = list, *end; (end = strchr(at, '\n')); at = end + 1) {
        lines++;
        good += check_sum(content, at, (size_t)(end - at));
    }
    tap_int((long long)lines, CONTENT_IMAGES + 2,
            "checksums of all images and both films");
    tap_int((long long)good, CONTENT_IMAGES + 2, "they are right");
    mem_free(list);
}

static void test_catalogue(const struct content *content)
{
    static const char *const paths[] = {
        "/feed.json",     "/page.html",      "/SHA256SUMS",
        "/files/1K.bin",  "/files/10K.bin",  "/files/100K.bin",
        "/files/1M.bin",  "/files/4M.bin",   "/files/16M.bin",
        "/files/64M.bin", "/files/256M.bin", "/films/地心游记.mp4",
    };
    size_t found = 0;
    bool strong = true;
    bool unique = true;
    const struct content_file *file;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        found += content_find(content, paths[i]) != NULL;
    tap_int((long long)found, ARRAY_LEN(paths), "every file is in its place");
    tap_int((long long)content_find(content, "/files/256M.bin")->size,
            256LL << 20, "256M is 256 MiB");
    tap_ok(content_find(content, "/") == content_find(content, "/page.html"),
           "/ is the page");
    tap_ok(!content_find(content, "/nothing") && !content_find(content, ""),
           "what is not there is not found");
    for (size_t i = 0; (file = content_at(content, i)); i++) {
        size_t len = strlen(file->etag);

        strong = strong && len > 2 && file->etag[0] == '"' &&
                 strchr(file->etag + 1, '"') == file->etag + len - 1;
        for (size_t j = 0; j < i; j++)
            unique =
                unique && strcmp(content_at(content, j)->etag, file->etag) != 0;
    }
    tap_ok(strong, "ETags are strong");
    tap_ok(unique, "no two files have the same");
}

static void test_same_again(const struct content *content)
{
    struct content *other = content_new("http://127.0.0.1:2", NULL);
    const struct content_file *a = content_find(content, "/images/余婷.png");
    const struct content_file *b = content_find(other, "/images/余婷.png");

    tap_is(b->etag, a->etag, "an image is the same in every run");
    a = content_find(content, "/SHA256SUMS");
    b = content_find(other, "/SHA256SUMS");
    tap_is(b->etag, a->etag, "and so are the checksums");
    a = content_find(content, "/feed.json");
    b = content_find(other, "/feed.json");
    tap_ok(strcmp(a->etag, b->etag) != 0,
           "the feed of another address is another one");
    content_free(other);
}

int main(void)
{
    struct err err = {.code = ERR_NONE};
    struct content *content = content_new(base, &err);

    test_noise();
    if (!tap_ok(content != NULL, "the catalogue is made"))
        return tap_done();
    test_catalogue(content);
    test_slices(content);
    test_images(content);
    test_feed(content);
    test_sums(content);
    test_same_again(content);
    content_free(content);
    return tap_done();
}
