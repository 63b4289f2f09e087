#include "content.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "avatar.h"
#include "base/mem.h"
#include "base/str.h"
#include "noise.h"
#include "post.h"

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    FILES_MAX = 96,
    IMAGE_MAX = 512 * 1024,
    HASH_STEP = 64 * 1024,
    SHA256_SIZE = 32,
    SHA256_HEX = 2 * SHA256_SIZE + 1,
    SUMS_MAX = 64 * 1024
};

const char content_date[] = "Mon, 01 Apr 2019 09:30:00 GMT";

static const char type_png[] = "image/png";
static const char type_mp4[] = "video/mp4";
static const char type_bin[] = "application/octet-stream";

/* The files that are mostly noise. An MP4 file begins with a box of type "ftyp"
 * (ISO/IEC 14496-12 section 4.3); the rest is one box "mdat" up to the end,
 * which is what its length 0 says. */
static const char film_head[] = "\0\0\0\x20"
                                "ftypisom\0\0\2\0isomiso2avc1mp41"
                                "\0\0\0\0mdat";

static const struct rule {
    const char *path;
    uint64_t size;
    bool is_film;
} rules[] = {
    {"/films/小黄人.mp4", 24 * MIB, true},
    {"/films/地心游记.mp4", 32 * MIB, true},
    {"/files/1K.bin", 1 * KIB, false},
    {"/files/10K.bin", 10 * KIB, false},
    {"/files/100K.bin", 100 * KIB, false},
    {"/files/1M.bin", 1 * MIB, false},
    {"/files/4M.bin", 4 * MIB, false},
    {"/files/16M.bin", 16 * MIB, false},
    {"/files/64M.bin", 64 * MIB, false},
    {"/files/256M.bin", 256 * MIB, false},
};

/* Names that are more than ASCII; the other pictures have a number. */
static const struct named {
    const char *path;
    const char *link;
} named[] = {
    {"/images/余婷.png", "/images/%E4%BD%99%E5%A9%B7.png"},
    {"/images/银行卡.png", "/images/%E9%93%B6%E8%A1%8C%E5%8D%A1.png"},
    {"/images/支付宝.png", "/images/%E6%94%AF%E4%BB%98%E5%AE%9D.png"},
    {"/images/小黄人.png", "/images/%E5%B0%8F%E9%BB%84%E4%BA%BA.png"},
};

struct content {
    struct content_file files[FILES_MAX];
    size_t count;
    char *links[CONTENT_IMAGES]; /* of the images, percent-encoded */
};

void content_read(const struct content_file *file, uint64_t offset, void *out,
                  size_t len)
{
    unsigned char *to = out;

    if (file->text) {
        memcpy(out, file->text + offset, len);
        return;
    }
    if (offset < file->head_len) {
        size_t left = file->head_len - (size_t)offset;
        size_t count = left < len ? left : len;

        memcpy(to, file->head + offset, count);
        to += count;
        len -= count;
        offset += count;
    }
    noise_fill(file->seed, offset, to, len);
}

const struct content_file *content_at(const struct content *content,
                                      size_t index)
{
    return index < content->count ? &content->files[index] : NULL;
}

const struct content_file *content_find(const struct content *content,
                                        const char *path)
{
    if (strcmp(path, "/") == 0)
        path = "/page.html";
    for (size_t i = 0; i < content->count; i++)
        if (strcmp(content->files[i].path, path) == 0)
            return &content->files[i];
    return NULL;
}

static bool hash(const struct content_file *file, char hex[SHA256_HEX])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char value[SHA256_SIZE];
    unsigned char *step = mem_new(HASH_STEP);
    bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

    for (uint64_t at = 0; ok && at < file->size;) {
        uint64_t left = file->size - at;
        size_t len = left < HASH_STEP ? (size_t)left : (size_t)HASH_STEP;

        content_read(file, at, step, len);
        ok = EVP_DigestUpdate(context, step, len) == 1;
        at += len;
    }
    ok = ok && EVP_DigestFinal_ex(context, value, NULL) == 1;
    for (size_t i = 0; ok && i < SHA256_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", value[i]);
    mem_free(step);
    EVP_MD_CTX_free(context);
    return ok;
}

/* A file whose bytes are kept; takes text over. */
static bool add_text(struct content *content, const char *path,
                     const char *type, char *text, size_t size)
{
    struct content_file *file = &content->files[content->count++];
    char hex[SHA256_HEX];

    *file = (struct content_file){
        .path = mem_strdup(path),
        .type = type,
        .size = size,
        .text = text,
    };
    if (!hash(file, hex))
        return false;
    snprintf(file->etag, sizeof file->etag, "\"%.16s\"", hex);
    return true;
}

static void add_noise(struct content *content, const struct rule *rule,
                      uint64_t seed)
{
    struct content_file *file = &content->files[content->count++];

    *file = (struct content_file){
        .path = mem_strdup(rule->path),
        .type = rule->is_film ? type_mp4 : type_bin,
        .size = rule->size,
        .head = rule->is_film ? film_head : NULL,
        .head_len = rule->is_film ? sizeof film_head - 1 : 0,
        .seed = seed,
    };
    snprintf(file->etag, sizeof file->etag, "\"%" PRIx64 "-%" PRIx64 "\"",
             noise_word(seed, 0), file->size);
}

static bool add_image(struct content *content, size_t index)
{
    unsigned side = 64 + 8 * (unsigned)(index * 7 % 32);
    size_t plain = CONTENT_IMAGES - ARRAY_LEN(named);
    struct str png;
    char path[64];

    if (index < plain)
        snprintf(path, sizeof path, "/images/avatar-%02zu.png", index + 1);
    else
        snprintf(path, sizeof path, "%s", named[index - plain].path);
    content->links[index] =
        mem_strdup(index < plain ? path : named[index - plain].link);
    str_init(&png, IMAGE_MAX);
    avatar_png(&png, (unsigned)index, side);
    size_t size = png.len;
    return add_text(content, path, type_png, str_take(&png), size);
}

static bool add_texts(struct content *content, const char *base)
{
    const char *images[CONTENT_POSTS];
    char *feed;
    char *page;

    /* Every twelfth post has a picture that was there before. */
    for (size_t i = 0, next = 0; i < CONTENT_POSTS; i++)
        images[i] = i % 12 == 11 ? content->links[i / 2]
                                 : content->links[next++ % CONTENT_IMAGES];
    feed = post_feed(base, images, CONTENT_POSTS);
    page = post_page(images, CONTENT_POSTS);
    bool ok =
        add_text(content, "/feed.json", "application/json", feed, strlen(feed));
    return add_text(content, "/page.html", "text/html; charset=utf-8", page,
                    strlen(page)) &&
           ok;
}

/* The list is made of what comes before it in the catalogue. */
static bool add_sums(struct content *content)
{
    struct str list;
    bool ok = true;

    str_init(&list, SUMS_MAX);
    for (size_t i = 0; ok && i < content->count; i++) {
        const struct content_file *file = &content->files[i];
        char hex[SHA256_HEX];

        if (file->type != type_png && file->type != type_mp4)
            continue;
        ok = hash(file, hex) &&
             str_printf(&list, "%s  %s\n", hex, file->path + 1);
    }
    size_t size = list.len;
    return add_text(content, "/SHA256SUMS", "text/plain; charset=utf-8",
                    str_take(&list), size) &&
           ok;
}

struct content *content_new(const char *base, struct err *err)
{
    struct content *content = mem_new(sizeof *content);
    bool ok = true;

    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        add_noise(content, &rules[i], i + 1);
    for (size_t i = 0; i < CONTENT_IMAGES; i++)
        ok = add_image(content, i) && ok;
    if (ok && add_texts(content, base) && add_sums(content))
        return content;
    content_free(content);
    err_set(err, ERR_IO, "libcrypto cannot make SHA-256 checksums");
    return NULL;
}

void content_free(struct content *content)
{
    if (!content)
        return;
    for (size_t i = 0; i < content->count; i++) {
        mem_free(content->files[i].path);
        mem_free(content->files[i].text);
    }
    for (size_t i = 0; i < CONTENT_IMAGES; i++)
        mem_free(content->links[i]);
    mem_free(content);
}
