/* Safe file names. */
#include "fetch/name.h"

#include "tap.h"

static struct str out;

static void safe(const char *raw, const char *want)
{
    name_safe(&out, raw, strlen(raw), NAME_REPLACE, NAME_MAX_BYTES);
    tap_is(out.data, want, "safe name");
}

static void last(const char *raw, const char *want)
{
    name_safe(&out, raw, strlen(raw), NAME_LAST, NAME_MAX_BYTES);
    tap_is(out.data, want, "last component");
}

static void test_safe(void)
{
    safe("photo.jpg", "photo.jpg");
    safe("Caf\xc3\xa9 \xe2\x82\xac.txt", "Caf\xc3\xa9 \xe2\x82\xac.txt");
    safe("a/b\\c", "a_b_c");
    safe("../../etc/passwd", "_.._.._etc_passwd");
    safe("/etc/passwd", "_etc_passwd");
    safe("", "download");
    safe(".", "download");
    safe("..", "download");
    safe(" . . ", "download");
    safe(".bashrc", "_.bashrc");
    safe("  .bashrc", "_.bashrc");
    safe("-rf", "_-rf");
    safe("--", "_--");
    safe("name.", "name");
    safe("name. . .", "name");
    safe("  two  words  ", "two  words");
    safe("a\x1b[31mb\x07.txt", "a_[31mb_.txt");
    safe("a\nb\tc\rd\x7f", "a_b_c_d_");
    safe("c1\xc2\x9b"
         "31m",
         "c1_31m");
    safe("bidi\xe2\x80\xaegpj.exe", "bidi_gpj.exe");
    safe("zero\xe2\x80\x8bwidth", "zero_width");
    safe("bad\xff\xfe.bin", "bad__.bin");
    safe("overlong\xc0\xaf"
         "x",
         "overlong__x");
    safe("surrogate\xed\xa0\x80", "surrogate___");
    safe("cut\xe2\x82", "cut__");
    safe("a:b*c?d\"e<f>g|h", "a:b*c?d\"e<f>g|h");
    safe("CON", "CON");
    safe("~", "~");
    name_safe(&out, "a\0b", 3, NAME_REPLACE, NAME_MAX_BYTES);
    tap_is(out.data, "a_b", "a NUL does not end a name");
}

static void test_last(void)
{
    last("a/b/c.txt", "c.txt");
    last("../../x", "x");
    last("C:\\Users\\x\\evil.exe", "evil.exe");
    last("..\\..\\x", "x");
    last("a/..", "download");
    last("a/", "download");
    last("/", "download");
    last("dir/.profile", "_.profile");
    last("mixed/a\\b", "b");
}

static void long_name(const char *raw, size_t len, size_t max, const char *end)
{
    size_t have;

    name_safe(&out, raw, len, NAME_REPLACE, max);
    have = strlen(end);
    tap_ok(out.len <= max && out.len > max - 4 && out.len >= have &&
               strcmp(out.data + out.len - have, end) == 0,
           "cut to %zu of %zu bytes, ends in '%s'", out.len, max, end);
}

static void test_long(void)
{
    char raw[600];
    char first[NAME_MAX_BYTES + 1];

    memset(raw, 'a', sizeof(raw));
    name_safe(&out, raw, 255, NAME_REPLACE, NAME_MAX_BYTES);
    tap_int((long long)out.len, 255, "255 bytes stay as they are");
    name_safe(&out, raw, 256, NAME_REPLACE, NAME_MAX_BYTES);
    tap_ok(out.len == 255 && out.data[246] == '-', "256 are cut");
    memcpy(first, out.data, sizeof(first));
    raw[255] = 'b';
    name_safe(&out, raw, 256, NAME_REPLACE, NAME_MAX_BYTES);
    tap_ok(strcmp(first, out.data) != 0,
           "names that differ after the cut stay two");
    memcpy(raw + 590, ".jpeg", 5);
    long_name(raw, 595, NAME_MAX_BYTES, ".jpeg");
    long_name(raw, 595, NAME_MIN, ".jpeg");
    name_safe(&out, raw, 595, NAME_REPLACE, 1);
    tap_int((long long)out.len, NAME_MIN, "a smaller ceiling is NAME_MIN");
    memcpy(raw + 580, "aaa.tar.xz  .. ", 15);
    long_name(raw, 595, NAME_MAX_BYTES, ".tar.xz");
    memset(raw + 560, '.', 1);
    memset(raw + 561, 'e', 34);
    long_name(raw, 595, NAME_MAX_BYTES, "");
    tap_ok(!strchr(out.data, '.'), "a very long extension is not kept");
    for (size_t i = 0; i + 3 <= sizeof(raw); i += 3)
        memcpy(raw + i, "\xe2\x82\xac", 3);
    memcpy(raw + 594, ".txt", 4);
    long_name(raw, 598, NAME_MAX_BYTES, ".txt");
    tap_ok(strstr(out.data, "\xe2\x82\xac-") != NULL,
           "the cut is between two code points");
}

static void url(const char *text, const char *want)
{
    bool got = name_from_url(&out, text, NAME_MAX_BYTES);

    if (!got)
        tap_ok(!want && out.len == 0, "no name in %s", text);
    else
        tap_is(out.data, want, text);
}

static void test_url(void)
{
    url("http://h/a/b.txt", "b.txt");
    url("http://h/a/b.txt?x=/c.txt", "b.txt");
    url("http://h/b.txt#/d", "b.txt");
    url("http://h/%e2%82%ac%20rates.txt", "\xe2\x82\xac rates.txt");
    url("http://h/a%2Fb", "a_b");
    url("http://h/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "_.._.._etc_passwd");
    url("http://h/%2e%2e", NULL);
    url("http://h/a/.", NULL);
    url("http://h/a/", NULL);
    url("http://h/", NULL);
    url("http://h", NULL);
    url("http://h?a/b", NULL);
    url("", NULL);
    url("http://h/100%", "100%");
    url("http://h/%zz%4", "%zz%4");
    url("http://h/%41%00b", "A_b");
    url("http://h/caf%e9.txt", "caf%e9.txt");
    url("http://h/%1b%5b31m", "_[31m");
    url("http://h/%e2%80%aetxt.exe", "_txt.exe");
    url("http://h/.bashrc", "_.bashrc");
    url("http://u:p@h/x.bin", "x.bin");
    url("h/x.bin", "x.bin");
    url("http://h/a/x;v=1", "x;v=1");
    url("http://h/a?u=http://i/j", "a");
    url("http://h/a//", NULL);
    url("http://h/a\\b", "a_b");
}

static void ext(const char *name, const char *want)
{
    tap_is(name + name_ext(name), want, name);
}

static void numbered(const char *name, unsigned n, const char *want)
{
    name_numbered(&out, name, n, NAME_MAX_BYTES);
    tap_is(out.data, want, name);
}

static void test_numbered(void)
{
    ext("a.txt", ".txt");
    ext("a.TAR.gz", ".TAR.gz");
    ext(".tar.gz", ".gz");
    ext("README", "");
    ext("v1.2", "");
    ext("a.7z", ".7z");
    ext("a.", "");
    ext("Dr. Who", "");
    ext(".txt", "");
    ext("a.abcdefghijklmno", ".abcdefghijklmno");
    ext("a.abcdefghijklmnop", "");
    numbered("f.txt", 1, "f.1.txt");
    numbered("a.tar.gz", 2, "a.2.tar.gz");
    numbered("README", 1, "README.1");
    numbered("f.1.txt", 4294967295U, "f.1.4294967295.txt");
}

static void test_numbered_long(void)
{
    char raw[256];

    memset(raw, 'x', 255);
    memcpy(raw + 248, "\xe2\x82\xac.txt", 8);
    name_numbered(&out, raw, 12, NAME_MAX_BYTES);
    tap_ok(out.len == 255 && strcmp(out.data + 247, "x.12.txt") == 0,
           "a number may take the place of a code point, not of half of it");
}

static void test_part(void)
{
    char raw[256];
    char part[256];

    name_part(&out, "f.bin", "http://h/f.bin", ".part");
    tap_ok(out.len == 19 && strncmp(out.data, "f.bin-", 6) == 0 &&
               strcmp(out.data + 14, ".part") == 0,
           "part name: %s", out.data);
    memcpy(part, out.data, 20);
    name_part(&out, "f.bin", "http://h/f.bin", ".journal");
    tap_ok(strncmp(out.data, part, 14) == 0, "the journal lies beside it");
    name_part(&out, "f.bin", "http://i/f.bin", ".part");
    tap_ok(strcmp(out.data, part) != 0, "another URL has another part");
    memset(raw, 'x', 255);
    raw[255] = '\0';
    name_part(&out, raw, "http://h/", ".journal");
    tap_ok(out.len <= 255, "a long name leaves room for the suffix");
    memcpy(part, out.data, out.len + 1);
    raw[254] = 'y';
    name_part(&out, raw, "http://h/", ".journal");
    tap_ok(strcmp(out.data, part) != 0, "two long names have two parts");
}

static void test_hash(void)
{
    tap_ok(name_hash("d", "a.txt") == name_hash("d", "a.txt"),
           "one name has one hash");
    tap_ok(name_hash("d", "a.txt") != name_hash("d", "A.txt"), "case counts");
    tap_ok(name_hash("da", ".txt") != name_hash("d", "a.txt"),
           "the folder is apart from the name");
    tap_ok(name_fold_hash("D", "A.txt") == name_fold_hash("d", "a.TXT"),
           "case does not count when folded");
    tap_ok(name_fold_hash("d", "\xc3\x89.txt") ==
               name_fold_hash("d", "e\xcc\x81.txt"),
           "a composed and a decomposed accent are one when folded");
    tap_ok(name_fold_hash("d", "a") != name_fold_hash("d", "b"),
           "other names are others");
    tap_ok(name_fold_hash("d\xff", "A") == name_fold_hash("D\xff", "a"),
           "bytes that are not UTF-8 fold as ASCII");
    tap_ok(name_fold_hash("d", "\xff") != name_fold_hash("d", "\xfe"),
           "and differ otherwise");
}

int main(void)
{
    str_init(&out, NAME_MAX_BYTES);
    test_safe();
    test_last();
    test_long();
    test_url();
    test_numbered();
    test_numbered_long();
    test_part();
    test_hash();
    str_fini(&out);
    return tap_done();
}
