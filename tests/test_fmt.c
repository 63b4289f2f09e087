#include "base/fmt.h"

#include <locale.h>
#include <string.h>

#include "tap.h"

#define REPLACED "\xef\xbf\xbd"
#define DOTS "\xe2\x80\xa6"
#define CHINESE "\xe4\xb8\xad\xe6\x96\x87" /* two wide characters */
#define SMILE "\xf0\x9f\x98\x80"           /* one, beyond U+FFFF */
#define ACUTE "\xcc\x81"                   /* combining */

static void test_bytes(void)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } rows[] = {
        {0, "0B"},
        {999, "999B"},
        {1000, "1.0K"},
        {1023, "1.0K"},
        {1024, "1.0K"},
        {1536, "1.5K"},
        {10188, "9.9K"},
        {10189, "10K"},
        {12 << 20, "12M"},
        {1023487, "999K"},
        {1023488, "1.0M"},
        {1048575, "1.0M"},
        {UINT64_C(3) << 29, "1.5G"},
        {UINT64_C(1) << 40, "1.0T"},
        {UINT64_C(1) << 50, "1.0P"},
        {UINT64_MAX, "16E"},
    };
    char out[FMT_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tap_is(fmt_bytes(out, rows[i].bytes), rows[i].text, "fmt_bytes");
    tap_is(fmt_rate(out, 2048), "2.0K/s", "fmt_rate");
}

static void test_ms(void)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {-1, "-"},
        {0, "0:00"},
        {7999, "0:07"},
        {754000, "12:34"},
        {3599999, "59:59"},
        {3723000, "1:02:03"},
        {86399999, "23:59:59"},
        {86400000, "1d00h"},
        {INT64_C(273600000), "3d04h"},
        {INT64_MAX, "106751991167d07h"},
        {INT64_MIN, "-"},
    };
    char out[FMT_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tap_is(fmt_ms(out, rows[i].ms), rows[i].text, "fmt_ms");
}

static void test_parse_bytes(void)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"0", 0},
        {"10", 10},
        {"10B", 10},
        {"10k", 10240},
        {"10K", 10240},
        {"10kB", 10240},
        {"10KiB", 10240},
        {"1.5M", 1572864},
        {"1.5M/s", 1572864},
        {"2GiB", UINT64_C(2) << 30},
        {"2GB/s", UINT64_C(2) << 30},
        {"3T", UINT64_C(3) << 40},
        {"0.0009765625M", 1023}, /* six decimals count */
        {"9223372036854775807", INT64_MAX},
        {"8388607T", UINT64_C(8388607) << 40},
    };
    static const char *const bad[] = {
        "",
        "k",
        " 1",
        "1 ",
        "1.",
        ".5M",
        "1.5",
        "-1",
        "+1",
        "1x",
        "1kk",
        "1iB",
        "1K/",
        "1K/sx",
        "0x10",
        "1e3",
        "1,5M",
        "1.5.5M",
        "8388608T",
        "9223372036854775808",
        "8388607.999999999999T1",
        "99999999999999999999999k",
    };
    struct err err = {0};
    uint64_t bytes;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        bytes = 77;
        tap_ok(fmt_parse_bytes(good[i].text, &bytes, &err) &&
                   bytes == good[i].bytes,
               "'%s' is %llu", good[i].text, (unsigned long long)good[i].bytes);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        bytes = 77;
        err.code = ERR_NONE;
        tap_ok(!fmt_parse_bytes(bad[i], &bytes, &err) && bytes == 77 &&
                   err.code == ERR_USAGE,
               "'%s' is no size", bad[i]);
    }
    if (!fmt_parse_bytes("1x\x1b[31m", &bytes, &err))
        tap_is(err.text,
               "'1x" REPLACED "[31m' is not a size: write a number, then k, "
               "M, G or T if it is not in bytes, e.g. 1.5M",
               "the sentence, without the escape");
}

static void test_parse_ms(void)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"0", 0},
        {"500ms", 500},
        {"10", 10000},
        {"10s", 10000},
        {"1.5m", 90000},
        {"2h", 7200000},
        {"0.25", 250},
        {"0.0001s", 0},
        {"2562047788015h", 9223372036854000000},
    };
    static const char *const bad[] = {
        "", "s", "1.5ms", "1 s", "-1", "1d", "1ms5", "1.s", "2562047788016h",
    };
    struct err err = {0};
    int64_t ms;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ms = 77;
        tap_ok(fmt_parse_ms(good[i].text, &ms, &err) && ms == good[i].ms,
               "'%s' is %lld ms", good[i].text, (long long)good[i].ms);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms = 77;
        err.code = ERR_NONE;
        tap_ok(!fmt_parse_ms(bad[i], &ms, &err) && ms == 77 &&
                   err.code == ERR_USAGE,
               "'%s' is no time", bad[i]);
    }
}

static void test_parse_int(void)
{
    static const char *const bad[] = {
        "",
        "-",
        "+1",
        "1x",
        " 1",
        "1.0",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
    };
    struct err err = {0};
    int64_t value = 0;

    tap_ok(fmt_parse_int("-5", -5, 5, &value, &err) && value == -5, "low");
    tap_ok(fmt_parse_int("5", -5, 5, &value, &err) && value == 5, "high");
    tap_ok(fmt_parse_int("007", 0, 9, &value, &err) && value == 7, "zeros");
    tap_ok(fmt_parse_int("-9223372036854775808", INT64_MIN, 0, &value, &err) &&
               value == INT64_MIN,
           "INT64_MIN");
    tap_ok(fmt_parse_int("9223372036854775807", 0, INT64_MAX, &value, &err) &&
               value == INT64_MAX,
           "INT64_MAX");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        tap_ok(!fmt_parse_int(bad[i], INT64_MIN, INT64_MAX, &value, &err) &&
                   value == INT64_MAX,
               "'%s' is no whole number", bad[i]);
    tap_ok(!fmt_parse_int("-6", -5, 5, &value, &err), "below low");
    tap_ok(!fmt_parse_int("6", -5, 5, &value, &err), "above high");
    tap_is(err.text, "'6' is not a whole number from -5 to 5", "the sentence");
    tap_int(err.code, ERR_USAGE, "its code");
}

static void test_utf8(void)
{
    static const struct {
        const char *text;
        size_t len;
        uint32_t code;
    } rows[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"", 0, 0},
        {"\x80", 0, 0},             /* a continuation */
        {"\xc1\xbf", 0, 0},         /* overlong */
        {"\xe0\x9f\xbf", 0, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0, 0}, /* overlong */
        {"\xed\xa0\x80", 0, 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond the last */
        {"\xf5\x80\x80\x80", 0, 0},
        {"\xff", 0, 0},
        {"\xe4\xb8", 0, 0},  /* short */
        {"\xe4\xb8x", 0, 0}, /* broken off */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t code = 0;
        size_t len = fmt_utf8(rows[i].text, strlen(rows[i].text), &code);

        tap_ok(len == rows[i].len && code == rows[i].code, "fmt_utf8 row %zu",
               i);
    }
}

static void test_unsafe(void)
{
    static const uint32_t bad[] = {
        0,       0x1b,   0x1f,   0x7f,    0x80,   0x9b,   0x9f,
        0x61c,   0x180e, 0x200b, 0x200d,  0x200f, 0x2028, 0x2029,
        0x202a,  0x202e, 0x2060, 0x2066,  0x2069, 0x206f, 0xfeff,
        0xe0001, 0xfff9, 0xfffb, 0xe007f,
    };
    static const uint32_t good[] = {
        ' ',    '~',    0xa0,   0x61b,  0x200a, 0x2010, 0x2027,  0x202f,
        0x205f, 0x2070, 0xfefe, 0xfffc, 0x4e2d, 0xfff8, 0xe0100, 0x1f600,
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        tap_ok(fmt_unsafe(bad[i]), "U+%04X is unsafe", bad[i]);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        tap_ok(!fmt_unsafe(good[i]), "U+%04X is not", good[i]);
}

/* text cleaned to columns in size bytes; checks the columns reported. */
static void clean(const char *text, size_t size, size_t columns,
                  const char *want, const char *what)
{
    char out[64];
    size_t used;

    memset(out, 'Z', sizeof(out));
    used = fmt_clean(out, size, text, strlen(text), columns);
    tap_is(out, want, what);
    if (used != fmt_columns(out))
        tap_int((long long)used, (long long)fmt_columns(out), "columns used");
}

static void test_clean(void)
{
    static const char nul[3] = {'a', '\0', 'b'};
    char out[16];

    clean("abc", 64, SIZE_MAX, "abc", "plain");
    clean("a\tb\nc", 64, SIZE_MAX, "a b c", "tab and newline");
    clean("a\rb\x1b[2Jc\x7f", 64, SIZE_MAX,
          "a" REPLACED "b" REPLACED "[2Jc" REPLACED, "C0, ESC, DEL");
    clean("\xc2\x9b"
          "31m",
          64, SIZE_MAX, REPLACED "31m", "C1");
    clean("\x9b"
          "31m",
          64, SIZE_MAX, REPLACED "31m", "C1 as a raw byte");
    clean("a\xe2\x80\xaetxt.exe", 64, SIZE_MAX, "a" REPLACED "txt.exe",
          "right-to-left override");
    clean("a\xe2\x80\xa8"
          "b",
          64, SIZE_MAX, "a" REPLACED "b", "line separator");
    clean("a\xef\xbb\xbf\xe2\x80\x8b"
          "b",
          64, SIZE_MAX, "a" REPLACED REPLACED "b", "invisible");
    clean("\xe4\xb8"
          "a\xff",
          64, SIZE_MAX, REPLACED REPLACED "a" REPLACED,
          "bytes that are not UTF-8, each");
    clean("\xed\xa0\x80", 64, SIZE_MAX, REPLACED REPLACED REPLACED,
          "a surrogate");
    clean("\xf3\xbf\xbf\xbf", 64, SIZE_MAX, REPLACED, "no character");
    clean(CHINESE SMILE, 64, SIZE_MAX, CHINESE SMILE, "wide ones");
    clean("e" ACUTE, 64, SIZE_MAX, "e" ACUTE, "combining");
    clean(ACUTE "e", 64, SIZE_MAX, REPLACED "e", "combining without a base");
    clean("", 64, SIZE_MAX, "", "nothing");
    tap_int((long long)fmt_clean(out, sizeof(out), nul, 3, SIZE_MAX), 3,
            "a NUL inside takes a column");
    tap_is(out, "a" REPLACED "b", "and is replaced");
    tap_int((long long)fmt_clean(out, sizeof(out), NULL, 0, 5), 0,
            "no text at all");
}

static void test_clip(void)
{
    clean("abcdef", 64, 6, "abcdef", "fits to the column");
    clean("abcdef", 64, 5, "abcd" DOTS, "clipped");
    clean("abcdef", 64, 4, "abc" DOTS, "clipped to four");
    clean("abcdef", 64, 3, "abc", "no dots below four");
    clean("abcdef", 64, 0, "", "no columns");
    clean(CHINESE CHINESE, 64, 8, CHINESE CHINESE, "wide, fits");
    clean(CHINESE CHINESE, 64, 7, CHINESE "\xe4\xb8\xad" DOTS, "wide, odd");
    clean(CHINESE CHINESE, 64, 6, CHINESE DOTS, "wide, the last cell stays");
    clean(CHINESE CHINESE, 64, 3, "\xe4\xb8\xad", "half a cell stays free");
    clean(SMILE, 64, 1, "", "no half of one");
    clean("abce" ACUTE "f", 64, 4, "abc" DOTS, "a mark goes with its base");
    clean("abcde" ACUTE, 64, 5, "abcde" ACUTE, "a mark needs no column");
    clean("abe" ACUTE "fgh", 64, 4, "abe" ACUTE DOTS, "or stays with it");
}

static void test_room(void)
{
    char out[1] = {'Z'};

    clean("abcdef", 7, SIZE_MAX, "abcdef", "fits to the byte");
    clean("abcdef", 6, SIZE_MAX, "ab" DOTS, "too long for the room");
    clean("abcdef", 4, SIZE_MAX, DOTS, "room for dots only");
    clean("abcdef", 3, SIZE_MAX, "ab", "no room for dots");
    clean("abcdef", 1, SIZE_MAX, "", "room for nothing");
    clean(CHINESE, 6, SIZE_MAX, DOTS, "a wide one that does not fit");
    clean("ae" ACUTE ACUTE ACUTE, 7, 3, "a", "a base whose marks do not fit");
    tap_ok(fmt_clean(out, 0, "abc", 3, SIZE_MAX) == 0 && out[0] == 'Z',
           "no room at all");
}

static void test_columns(void)
{
    tap_int((long long)fmt_columns(""), 0, "no columns");
    tap_int((long long)fmt_columns("ae" ACUTE CHINESE DOTS), 7, "columns");
}

static void test_plain_locale(void)
{
    setlocale(LC_ALL, "C");
    clean("a\x1b" CHINESE "\xff"
          "e" ACUTE,
          64, SIZE_MAX, "a????e?", "what the C locale cannot show");
    clean("abcdef", 64, 5, "ab...", "dots there");
    clean("abcdef", 64, 3, "abc", "no dots below four");
    tap_int((long long)fmt_columns("abc"), 3, "columns");
    setlocale(LC_ALL, "C.UTF-8");
}

int main(void)
{
    if (!setlocale(LC_ALL, "C.UTF-8")) {
        printf("1..0 # SKIP there is no locale C.UTF-8\n");
        return 0;
    }
    test_bytes();
    test_ms();
    test_parse_bytes();
    test_parse_ms();
    test_parse_int();
    test_utf8();
    test_unsafe();
    test_clean();
    test_clip();
    test_room();
    test_columns();
    test_plain_locale();
    return tap_done();
}
