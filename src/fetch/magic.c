#include "magic.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/fmt.h"
#include "base/mem.h"

/* A piece of text or of bytes. */
struct piece {
    const char *data;
    size_t len;
};

static struct piece from(struct piece piece, size_t skip)
{
    if (skip > piece.len)
        skip = piece.len;
    return (struct piece){.data = piece.data + skip, .len = piece.len - skip};
}

/* What the bytes say. */

static bool has(struct piece bytes, size_t at, const char *want, size_t len)
{
    return bytes.len >= at + len && memcmp(bytes.data + at, want, len) == 0;
}

static unsigned byte_at(struct piece bytes, size_t at)
{
    return at < bytes.len ? (unsigned char)bytes.data[at] : 0;
}

static uint32_t big_endian(struct piece bytes, size_t at)
{
    return (uint32_t)byte_at(bytes, at) << 24 |
           (uint32_t)byte_at(bytes, at + 1) << 16 |
           (uint32_t)byte_at(bytes, at + 2) << 8 | byte_at(bytes, at + 3);
}

/* Signatures that say all. A second part is for RIFF and its kind. */
static const struct signature {
    const char *type;
    const char *first;
    size_t first_len;
    size_t second_at;
    const char *second;
} signatures[] = {
    {"image/png", "\x89PNG\r\n\x1a\n", 8, 0, ""},
    {"image/jpeg", "\xff\xd8\xff", 3, 0, ""},
    {"image/gif", "GIF87a", 6, 0, ""},
    {"image/gif", "GIF89a", 6, 0, ""},
    {"image/webp", "RIFF", 4, 8, "WEBP"},
    {"audio/wav", "RIFF", 4, 8, "WAVE"},
    {"video/x-msvideo", "RIFF", 4, 8, "AVI "},
    {"image/tiff", "II*\0", 4, 0, ""},
    {"image/tiff", "MM\0*", 4, 0, ""},
    {"application/pdf", "%PDF-", 5, 0, ""},
    {"application/zip", "PK\3\4", 4, 0, ""},
    {"application/zip", "PK\5\6", 4, 0, ""},
    {"application/gzip", "\x1f\x8b\x08", 3, 0, ""},
    {"application/x-bzip2", "BZh", 3, 4, "1AY&SY"},
    {"application/x-xz",
     "\xfd"
     "7zXZ\0",
     6, 0, ""},
    {"application/zstd", "\x28\xb5\x2f\xfd", 4, 0, ""},
    {"application/x-7z-compressed", "7z\xbc\xaf\x27\x1c", 6, 0, ""},
    {"application/vnd.rar", "Rar!\x1a\x07", 6, 0, ""},
    {"audio/mpeg", "ID3", 3, 0, ""},
    {"audio/flac", "fLaC", 4, 0, ""},
    {"application/ogg", "OggS", 4, 0, ""},
};

static const char *sniff_signature(struct piece bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(signatures); i++) {
        const struct signature *sig = &signatures[i];

        if (has(bytes, 0, sig->first, sig->first_len) &&
            has(bytes, sig->second_at, sig->second, strlen(sig->second)))
            return sig->type;
    }
    return NULL;
}

/* ISO base media: a box "ftyp" with a brand first (ISO/IEC 14496-12). AVIF and
 * HEIC files may have a general brand and theirs among the compatible ones. */
static const char *sniff_ftyp(struct piece bytes)
{
    size_t end = big_endian(bytes, 0);
    const char *type = "video/mp4";

    if (!has(bytes, 4, "ftyp", 4) || end < 16 || end % 4 != 0)
        return NULL;
    for (size_t at = 8; at < end && at + 4 <= bytes.len; at += 4) {
        if (has(bytes, at, "avif", 4) || has(bytes, at, "avis", 4))
            return "image/avif";
        if (has(bytes, at, "heic", 4) || has(bytes, at, "heix", 4) ||
            (at == 8 && has(bytes, at, "mif1", 4)))
            type = "image/heic";
        else if (at == 8 && has(bytes, at, "M4A ", 4))
            type = "audio/mp4";
        else if (at == 8 && has(bytes, at, "qt  ", 4))
            type = "video/quicktime";
    }
    return type;
}

/* EBML: the DocType element (0x4282) stands near the start of the header. */
static const char *sniff_ebml(struct piece bytes)
{
    if (!has(bytes, 0, "\x1a\x45\xdf\xa3", 4))
        return NULL;
    for (size_t at = 4; at < 64 && at < bytes.len; at++)
        if (has(bytes, at, "\x42\x82", 2)) {
            if (has(bytes, at + 3, "webm", 4))
                return "video/webm";
            if (has(bytes, at + 3, "matroska", 8))
                return "video/x-matroska";
        }
    return NULL;
}

/* "BM" alone would make a bitmap of many a text: the reserved fields are zero
 * and the second header has one of few sizes. */
static const char *sniff_bmp(struct piece bytes)
{
    static const unsigned char sizes[] = {12, 16, 40, 52, 56, 64, 108, 124};

    if (!has(bytes, 0, "BM", 2) || !has(bytes, 6, "\0\0\0\0", 4) ||
        !has(bytes, 15, "\0\0\0", 3))
        return NULL;
    return memchr(sizes, (int)byte_at(bytes, 14), sizeof(sizes)) ? "image/bmp"
                                                                 : NULL;
}

static const char *sniff_ico(struct piece bytes)
{
    /* type 1 (2: a cursor), a count, and in the first entry a zero */
    if (has(bytes, 0, "\0\0\1\0", 4) && bytes.len >= 22 &&
        byte_at(bytes, 4) > 0 && byte_at(bytes, 9) == 0)
        return "image/vnd.microsoft.icon";
    return NULL;
}

/* An MPEG audio frame, layer III, without a tag before it: the frame header of
 * ISO/IEC 11172-3 with none of its forbidden values. */
static const char *sniff_mp3(struct piece bytes)
{
    uint32_t head = big_endian(bytes, 0);

    if (bytes.len >= 4 && head >> 21 == 0x7ff && (head >> 19 & 3) != 1 &&
        (head >> 17 & 3) == 1 && (head >> 12 & 15) != 0 &&
        (head >> 12 & 15) != 15 && (head >> 10 & 3) != 3 && (head & 3) != 2)
        return "audio/mpeg";
    return NULL;
}

/* Texts. */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct piece skip_blanks(struct piece text)
{
    while (text.len > 0 && is_blank(text.data[0]))
        text = from(text, 1);
    return text;
}

/* Does text start with word, in any case? */
static bool starts(struct piece text, const char *word)
{
    size_t len = strlen(word);

    return text.len >= len && strncasecmp(text.data, word, len) == 0;
}

/* Steps behind end, or to the end of the text if it is not there. */
static struct piece skip_past(struct piece text, const char *end)
{
    const char *at = memmem(text.data, text.len, end, strlen(end));

    return from(text, at ? (size_t)(at - text.data) + strlen(end) : text.len);
}

/* The tags by which the MIME Sniffing Standard (section 7.1) knows HTML, with
 * the character that must follow. */
static bool starts_html(struct piece text)
{
    static const char *const tags[] = {
        "<!doctype html",
        "<html",
        "<head",
        "<script",
        "<iframe",
        "<h1",
        "<div",
        "<font",
        "<table",
        "<a",
        "<style",
        "<title",
        "<b",
        "<body",
        "<br",
        "<p",
    };

    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        struct piece rest = from(text, strlen(tags[i]));

        if (starts(text, tags[i]) && rest.len > 0 &&
            (rest.data[0] == '>' || is_blank(rest.data[0])))
            return true;
    }
    return false;
}

static const char *sniff_markup(struct piece text)
{
    bool xml = starts(text, "<?xml");
    bool comment = false;

    /* What may stand before the first element. Each turn takes some text. */
    for (;;) {
        text = skip_blanks(text);
        if (starts(text, "<?")) {
            text = skip_past(text, "?>");
        } else if (starts(text, "<!--")) {
            text = skip_past(text, "-->");
            comment = true;
        } else if (starts(text, "<!doctype svg")) {
            text = skip_past(text, ">");
        } else {
            break;
        }
    }
    if (starts(text, "<svg"))
        return "image/svg+xml";
    if (starts_html(text) && !xml)
        return "text/html";
    if (xml)
        return "application/xml";
    /* The Standard takes a comment at the start for HTML. */
    return comment ? "text/html" : NULL;
}

/* An object, or an array of things that no other kind of text puts there. */
static const char *sniff_json(struct piece text)
{
    char open = text.len > 0 ? text.data[0] : '\0';
    char next;

    if (open != '{' && open != '[')
        return NULL;
    text = skip_blanks(from(text, 1));
    next = text.len > 0 ? text.data[0] : '\0';
    if (next == '"' || (open == '[' && next == '{') ||
        (open == '{' && next == '}') || (open == '[' && next == ']'))
        return "application/json";
    return NULL;
}

static const char *sniff_text(struct piece bytes)
{
    struct piece text = bytes;
    const char *type;

    if (starts(text, "\xef\xbb\xbf"))
        text = from(text, 3);
    text = skip_blanks(text);
    type = sniff_markup(text);
    return type ? type : sniff_json(text);
}

const char *magic_sniff(const void *bytes, size_t len)
{
    static const char *(*const sniffers[])(struct piece) = {
        sniff_signature, sniff_ftyp, sniff_ebml, sniff_bmp,
        sniff_ico,       sniff_mp3,  sniff_text,
    };
    struct piece piece = {.data = bytes,
                          .len = len < MAGIC_BYTES ? len : MAGIC_BYTES};

    for (size_t i = 0; i < ARRAY_LEN(sniffers); i++) {
        const char *type = piece.len > 0 ? sniffers[i](piece) : NULL;

        if (type)
            return type;
    }
    return NULL;
}

/* Types and patterns. */

static const struct {
    const char *other;
    const char *type;
} names[] = {
    {"image/jpg", "image/jpeg"},
    {"image/pjpeg", "image/jpeg"},
    {"image/x-png", "image/png"},
    {"image/svg", "image/svg+xml"},
    {"image/x-icon", "image/vnd.microsoft.icon"},
    {"image/x-ms-bmp", "image/bmp"},
    {"image/x-bmp", "image/bmp"},
    {"image/heif", "image/heic"},
    {"application/x-pdf", "application/pdf"},
    {"application/x-zip", "application/zip"},
    {"application/x-zip-compressed", "application/zip"},
    {"application/x-gzip", "application/gzip"},
    {"application/bzip2", "application/x-bzip2"},
    {"application/x-bzip", "application/x-bzip2"},
    {"application/xz", "application/x-xz"},
    {"application/x-zstd", "application/zstd"},
    {"application/x-rar-compressed", "application/vnd.rar"},
    {"application/x-rar", "application/vnd.rar"},
    {"video/avi", "video/x-msvideo"},
    {"video/matroska", "video/x-matroska"},
    {"video/x-m4v", "video/mp4"},
    {"audio/mp3", "audio/mpeg"},
    {"audio/x-mp3", "audio/mpeg"},
    {"audio/x-mpeg", "audio/mpeg"},
    {"audio/x-m4a", "audio/mp4"},
    {"audio/x-flac", "audio/flac"},
    {"audio/x-wav", "audio/wav"},
    {"audio/wave", "audio/wav"},
    {"audio/vnd.wave", "audio/wav"},
    {"text/xml", "application/xml"},
    {"text/json", "application/json"},
};

/* What else may be kept in a file of such bytes. */
static const struct {
    const char *type;
    const char *also;
} containers[] = {
    {"application/zip", "application/*,model/*,font/*"},
    {"application/gzip", "application/*,text/*,image/svg+xml,model/*"},
    {"application/x-bzip2", "application/*"},
    {"application/x-xz", "application/*"},
    {"application/zstd", "application/*"},
    {"application/x-7z-compressed", "application/*"},
    {"application/vnd.rar", "application/*"},
    {"application/ogg", "audio/*,video/*"},
    {"application/pdf", "application/*"},
    {"video/mp4", "audio/*,video/*,application/mp4"},
    {"audio/mp4", "audio/*,video/*,application/mp4"},
    {"video/quicktime", "audio/*,video/*"},
    {"video/webm", "audio/*,video/*"},
    {"video/x-matroska", "audio/*,video/*,application/x-matroska"},
    {"image/avif", "image/heic,image/heic-sequence,image/avif-sequence"},
    {"image/heic", "image/*"},
    {"image/tiff", "image/*"},
    {"image/svg+xml", "application/xml,text/*"},
    {"text/html", "text/*,application/xhtml+xml"},
    {"application/xml", "application/*,text/*,image/svg+xml,model/*"},
    {"application/json", "application/*,text/*,model/*"},
};

static struct piece trim(struct piece text)
{
    text = skip_blanks(text);
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

static struct piece piece_of(const char *text)
{
    return (struct piece){.data = text, .len = strlen(text)};
}

/* Takes the next item off *rest, a list with commas. */
static struct piece next_item(struct piece *rest)
{
    const char *comma = memchr(rest->data, ',', rest->len);
    struct piece item = *rest;

    if (comma)
        item.len = (size_t)(comma - rest->data);
    *rest = from(*rest, item.len + 1);
    return trim(item);
}

static bool same(struct piece a, struct piece b)
{
    return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

/* The name under which a type is known here. */
static struct piece proper(struct piece type)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (same(type, piece_of(names[i].other)))
            return piece_of(names[i].type);
    return type;
}

/* The type in a Content-Type, without its parameters. */
static struct piece bare(const char *type)
{
    struct piece piece = {.data = type, .len = strcspn(type, ";")};

    return trim(piece);
}

static bool item_matches(struct piece item, struct piece type)
{
    if (item.len >= 2 && item.data[item.len - 1] == '*' &&
        item.data[item.len - 2] == '/')
        return same(item, piece_of("*/*")) ||
               (type.len > item.len - 1 &&
                strncasecmp(item.data, type.data, item.len - 1) == 0);
    return same(proper(item), proper(type));
}

static bool list_matches(const char *patterns, struct piece type)
{
    struct piece rest = piece_of(patterns);

    while (rest.len > 0)
        if (item_matches(next_item(&rest), type))
            return true;
    return false;
}

bool type_match(const char *patterns, const char *type)
{
    return list_matches(patterns, bare(type));
}

/* RFC 6838 section 4.2, and the asterisk. */
static bool is_name(struct piece name)
{
    static const char marks[] = "!#$&-^_.+";

    if (name.len == 0 || name.len > 127)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || memchr(marks, c, sizeof(marks) - 1)))
            return false;
    }
    return true;
}

static bool is_pattern(struct piece item)
{
    const char *slash = memchr(item.data, '/', item.len);
    struct piece head = {.data = item.data};
    struct piece tail;

    if (!slash)
        return false;
    head.len = (size_t)(slash - item.data);
    tail = from(item, head.len + 1);
    if (same(tail, piece_of("*")))
        return is_name(head) || same(head, piece_of("*"));
    return is_name(head) && is_name(tail);
}

bool type_patterns(const char *patterns, struct err *err)
{
    struct piece rest = piece_of(patterns);
    char clean[160];

    do {
        struct piece item = next_item(&rest);

        if (is_pattern(item))
            continue;
        fmt_clean(clean, sizeof(clean), item.data, item.len, 40);
        return err_set(err, ERR_USAGE,
                       "'%s' is not a file type: write types like image/png "
                       "or image/*, with commas between them",
                       clean);
    } while (rest.len > 0);
    return true;
}

/* May a file whose bytes are of type sniffed be one that patterns ask for, the
 * server calling it declared (an empty piece: it does not say)? */
static bool plausible(const char *patterns, struct piece declared,
                      const char *sniffed)
{
    struct piece rest = piece_of(patterns);
    const char *also = "";

    if (list_matches(patterns, piece_of(sniffed)))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(containers); i++)
        if (strcmp(sniffed, containers[i].type) == 0)
            also = containers[i].also;
    if (declared.len > 0)
        return list_matches(also, declared);
    while (rest.len > 0)
        if (list_matches(also, next_item(&rest)))
            return true;
    return false;
}

bool type_check(const char *patterns, const char *declared, const void *bytes,
                size_t len, struct err *err)
{
    struct piece type = bare(declared ? declared : "");
    const char *sniffed = magic_sniff(bytes, len);
    char clean[160];
    char wanted[160];

    if (same(type, piece_of("application/octet-stream")) ||
        same(type, piece_of("binary/octet-stream")))
        type.len = 0;
    fmt_clean(wanted, sizeof(wanted), patterns, strlen(patterns), 40);
    if (type.len > 0 && !list_matches(patterns, type)) {
        fmt_clean(clean, sizeof(clean), type.data, type.len, 40);
        return err_set(err, ERR_MISMATCH,
                       "the server sends '%s', but %s was asked for", clean,
                       wanted);
    }
    if (sniffed && !plausible(patterns, type, sniffed))
        return err_set(err, ERR_MISMATCH,
                       "the content is %s, but %s was asked for", sniffed,
                       wanted);
    return true;
}
