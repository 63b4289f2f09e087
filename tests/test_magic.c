#include "fetch/magic.h"

#include "tap.h"

#define ROW(type, text)              \
    {                                \
        type, text, sizeof(text) - 1 \
    }

struct row {
    const char *type;
    const char *bytes;
    size_t len;
};

static const struct row rows[] = {
    ROW("image/png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ROW("image/jpeg", "\xff\xd8\xff\xe0\0\x10JFIF"),
    ROW("image/gif", "GIF89a\1\0"),
    ROW("image/gif", "GIF87a\1\0"),
    ROW("image/webp", "RIFF\x24\0\0\0WEBPVP8 "),
    ROW("audio/wav", "RIFF\x24\0\0\0WAVEfmt "),
    ROW("video/x-msvideo", "RIFF\x24\0\0\0AVI LIST"),
    ROW(NULL, "RIFF\x24\0\0\0XXXX"),
    ROW("image/avif", "\0\0\0\x1c"
                      "ftypavif\0\0\0\0mif1miaf"),
    ROW("image/avif", "\0\0\0\x18"
                      "ftypmif1\0\0\0\0avifmiaf"),
    ROW("image/heic", "\0\0\0\x18"
                      "ftypheic\0\0\0\0mif1heic"),
    ROW("image/heic", "\0\0\0\x18"
                      "ftypmif1\0\0\0\0mif1heic"),
    ROW("video/mp4", "\0\0\0\x18"
                     "ftypisom\0\0\2\0isomiso2"),
    ROW("audio/mp4", "\0\0\0\x18"
                     "ftypM4A \0\0\2\0isomiso2"),
    ROW("video/quicktime", "\0\0\0\x14"
                           "ftypqt  \0\0\2\0qt  "),
    ROW(NULL, "\0\0\0\x05"
              "ftypisom"),
    ROW("image/bmp", "BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"),
    ROW(NULL, "BMW and other cars, in one line"),
    ROW("image/vnd.microsoft.icon",
        "\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0"),
    ROW(NULL, "\0\0\1\0"),
    ROW("image/tiff", "II*\0\x08\0\0\0"),
    ROW("application/pdf", "%PDF-1.7\n"),
    ROW("application/zip", "PK\3\4\x14\0"),
    ROW("application/gzip", "\x1f\x8b\x08\0"),
    ROW("application/x-bzip2", "BZh91AY&SY"),
    ROW(NULL, "BZh9 is no archive"),
    ROW("application/x-xz", "\xfd"
                            "7zXZ\0\0"),
    ROW("application/zstd", "\x28\xb5\x2f\xfd\x04"),
    ROW("application/x-7z-compressed", "7z\xbc\xaf\x27\x1c\0\4"),
    ROW("application/vnd.rar", "Rar!\x1a\x07\1\0"),
    ROW("audio/mpeg", "ID3\4\0"),
    ROW("audio/mpeg", "\xff\xfb\x90\x64"),
    ROW(NULL, "\xff\xfe<\0h\0t\0m\0l\0"),
    ROW(NULL, "\xff\xff\xff\xff"),
    ROW("audio/flac", "fLaC\0\0\0\x22"),
    ROW("application/ogg", "OggS\0\2\0"),
    ROW("video/webm", "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x84webm"),
    ROW("video/x-matroska",
        "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\x82\x88matroska"),
    ROW(NULL, "\x1a\x45\xdf\xa3\x42\x82"),
    ROW("text/html", "<!DOCTYPE html>\n<title>x</title>"),
    ROW("text/html", "\xef\xbb\xbf \r\n<HTML lang=en>"),
    ROW("text/html", "<!-- hello -->\n<body>"),
    ROW("text/html", "<!-- nothing but a comment"),
    ROW("text/html", "<p>Not found</p>"),
    ROW(NULL, "<pre>"),
    ROW(NULL, "<img"),
    ROW("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'>"),
    ROW("image/svg+xml", "<?xml version='1.0'?>\n<!-- a -->\n"
                         "<!DOCTYPE svg PUBLIC 'x'>\n<svg>"),
    ROW("application/xml", "<?xml version='1.0'?><rss>"),
    ROW("application/xml", "<?xml version='1.0'?><html>"),
    ROW("application/json", "{\"data\":[]}"),
    ROW("application/json", "\n {\n \"a\": 1}"),
    ROW("application/json", "{}"),
    ROW("application/json", "[{\"a\":1}]"),
    ROW("application/json", "[\"a\"]"),
    ROW(NULL, "[section]\nkey=value"),
    ROW(NULL, "{curly}"),
    ROW(NULL, "plain text"),
    ROW(NULL, ""),
    ROW(NULL, "<"),
    ROW(NULL, "<!"),
    ROW(NULL, "<?"),
    ROW("text/html", "<!--"),
};

static void test_sniff(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char what[80];

        snprintf(what, sizeof(what), "row %zu: %s", i,
                 rows[i].type ? rows[i].type : "unknown");
        tap_is(magic_sniff(rows[i].bytes, rows[i].len), rows[i].type, what);
    }
}

static void test_match(void)
{
    tap_ok(type_match("image/png", "image/png"), "the same");
    tap_ok(type_match("image/*", "Image/PNG; charset=x"), "case, parameters");
    tap_ok(type_match("a/b, image/* ,c/d", "image/gif"), "one of a list");
    tap_ok(type_match("*/*", "x/y"), "everything");
    tap_ok(type_match("image/jpeg", "image/jpg"), "another name");
    tap_ok(type_match("image/jpg", " image/pjpeg "), "two other names");
    tap_ok(!type_match("image/*", "text/html"), "not");
    tap_ok(!type_match("image/*", "image/"), "half a type");
    tap_ok(!type_match("image/*", "imagex/png"), "a longer word");
    tap_ok(!type_match("image/png", "image/pngx"), "a longer type");
    tap_ok(!type_match("", "image/png"), "an empty list");
    tap_ok(!type_match("image/png", ""), "an empty type");
}

static void test_patterns(void)
{
    struct err err = {.code = ERR_NONE};

    tap_ok(type_patterns("image/*", NULL), "a family");
    tap_ok(type_patterns("image/svg+xml, application/vnd.rar,*/*", NULL),
           "a list");
    tap_ok(!type_patterns("image", &err) && err.code == ERR_USAGE,
           "half a type: %s", err.text);
    tap_ok(!type_patterns("", NULL), "nothing");
    tap_ok(!type_patterns("image/png,,a/b", NULL), "a hole");
    tap_ok(!type_patterns("image/p*", NULL), "a piece and an asterisk");
    tap_ok(!type_patterns("*/png", NULL), "an asterisk in front");
    tap_ok(!type_patterns("image/png;q=1", NULL), "a parameter");
    tap_ok(!type_patterns("/png", NULL), "no family");
}

#define PNG "\x89PNG\r\n\x1a\n"
#define JPEG "\xff\xd8\xff\xe0"
#define HTML "<html><title>Log in</title>"
#define ZIP "PK\3\4"

static void test_check(void)
{
    static const struct {
        const char *patterns;
        const char *declared;
        const char *bytes;
        bool ok;
    } checks[] = {
        {"image/*", "image/png", PNG, true},
        {"image/*", "image/png", JPEG, true},
        {"image/png", "image/png", JPEG, false},
        {"image/*", "text/html; charset=utf-8", HTML, false},
        {"image/*", "text/html", PNG, false},
        {"image/*", "image/png", HTML, false},
        {"image/*", NULL, HTML, false},
        {"image/*", "", HTML, false},
        {"image/*", "application/octet-stream", HTML, false},
        {"image/*", "application/octet-stream", PNG, true},
        {"image/*", "Application/Octet-Stream", PNG, true},
        {"image/*", NULL, PNG, true},
        {"image/*", NULL, "what is this?", true},
        {"image/*", "image/x-new", "what is this?", true},
        {"image/*", "image/svg+xml", "<?xml version='1.0'?><x/>", true},
        {"image/*", "image/png", "<?xml version='1.0'?><x/>", false},
        {"image/*", "image/svg+xml", "<svg>", true},
        {"image/*", "image/svg+xml", HTML, false},
        {"image/jpeg", "image/jpg", JPEG, true},
        {"application/epub+zip", "application/epub+zip", ZIP, true},
        {"application/epub+zip", "application/octet-stream", ZIP, true},
        {"application/epub+zip", "application/octet-stream", HTML, false},
        {"image/*", "application/octet-stream", ZIP, false},
        {"application/x-tar", "application/x-tar", "\x1f\x8b\x08", true},
        {"text/*", "text/plain", HTML, true},
        {"audio/*", "audio/ogg", "OggS", true},
        {"audio/ogg", "audio/ogg", "OggS", true},
        {"application/pdf", "application/pdf", HTML, false},
        {"image/*,text/html", "text/html", HTML, true},
        {"image/*", "image/png", "", true},
    };

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        struct err err = {.code = ERR_NONE};
        bool ok = type_check(checks[i].patterns, checks[i].declared,
                             checks[i].bytes, strlen(checks[i].bytes), &err);

        tap_ok(ok == checks[i].ok && (ok || err.code == ERR_MISMATCH),
               "row %zu: %s", i, ok ? "wanted" : err.text);
    }
}

int main(void)
{
    test_sniff();
    test_match();
    test_patterns();
    test_check();
    return tap_done();
}
