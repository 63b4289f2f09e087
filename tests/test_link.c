#include "fetch/link.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tap.h"

/* Shows the URL, or "!word" of the error. */
static const char *resolved(const char *base, const char *link)
{
    static char text[1024];
    struct err err = {.code = ERR_NONE};
    struct str out;

    str_init(&out, sizeof(text) - 1);
    str_puts(&out, "left over");
    if (link_resolve(base, link, &out, &err))
        snprintf(text, sizeof(text), "%s", out.data);
    else
        snprintf(text, sizeof(text), "!%s%s", err_word(err.code), out.data);
    str_fini(&out);
    return text;
}

/* RFC 3986 section 5.4, with the fragments dropped and its "g:h" left out. */
static void test_rfc3986(void)
{
    static const char base[] = "http://a/b/c/d;p?q";
    static const struct {
        const char *link;
        const char *want;
    } rows[] = {
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"g#s", "http://a/b/c/g"},
        {"g?y#s", "http://a/b/c/g?y"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"http:g", "http://a/b/c/g"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tap_is(resolved(base, rows[i].link), rows[i].want, rows[i].want);
}

static void test_page_links(void)
{
    static const char base[] = "https://Example.org:443/dir/page.html?x=/y#z";
    static const struct {
        const char *link;
        const char *want;
    } rows[] = {
        {"a.png", "https://example.org/dir/a.png"},
        {"  \t\r\n a.png \f\n", "https://example.org/dir/a.png"},
        {"a\n\t.p\rng", "https://example.org/dir/a.png"},
        {"ht\ntps://b.org/", "https://b.org/"},
        {"a b.png", "https://example.org/dir/a%20b.png"},
        {"a%20b.png", "https://example.org/dir/a%20b.png"},
        {"50%.png", "https://example.org/dir/50%.png"},
        {"\xc3\xa9.png", "https://example.org/dir/%C3%A9.png"},
        {"\xff.png", "https://example.org/dir/%FF.png"},
        {"a?b c=\xc3\xa9", "https://example.org/dir/a?b%20c=%C3%A9"},
        {"a\x01z", "https://example.org/dir/a%01z"},
        {"a\"<>`{}^z", "https://example.org/dir/a%22%3C%3E%60%7B%7D%5Ez"},
        {"?a=\"<>'`{}", "https://example.org/dir/"
                        "page.html?a=%22%3C%3E%27`{}"},
        {"\\\\b.org\\x\\y?\\z", "https://b.org/x/y?\\z"},
        {"..\\up.png", "https://example.org/up.png"},
        {"//CDN.example.org/a", "https://cdn.example.org/a"},
        {"///cdn.example.org/a", "https://cdn.example.org/a"},
        {"https:a.png", "https://example.org/dir/a.png"},
        {"https:/a.png", "https://example.org/a.png"},
        {"http:b.org/a", "http://b.org/a"},
        {"http:/b.org/a", "http://b.org/a"},
        {"HTTP://B.org:80/a", "http://b.org/a"},
        {"http://b.org:8080/A", "http://b.org:8080/A"},
        {"http://b.org", "http://b.org/"},
        {"http://b.org?q", "http://b.org/?q"},
        {"http://user:pw@b.org/a", "http://user:pw@b.org/a"},
        {"http://good.org\\@evil.org/", "http://good.org/@evil.org/"},
        {"http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"},
        {"ftp://b.org/a;type=i", "ftp://b.org/a;type=i"},
        {"sftp://b.org/~/a", "sftp://b.org/~/a"},
        {"", "!refused"},
        {" \n ", "!refused"},
        {"#top", "!refused"},
        {"data:image/png;base64,AAAA", "!refused"},
        {"DATA:,x", "!refused"},
        {"javascript:void(0)", "!refused"},
        {"java\nscript:void(0)", "!refused"},
        {"mailto:a@b.org", "!refused"},
        {"file:///etc/passwd", "!refused"},
        {"blob:https://b.org/1", "!refused"},
        {"gopher://b.org/", "!refused"},
        {"http://", "!protocol"},
        {"http://b.org:99999/", "!protocol"},
        {"http://b.org:x/", "!protocol"},
        {"http://a b/", "!protocol"},
        {"http://a<b/", "!protocol"},
        {"http://[::1/", "!protocol"},
        {"http://%31%32%37%2e1/", "http://127.0.0.1/"},
        {"http://0x7f.1/", "http://127.0.0.1/"},
        {"http://a%2fb/", "!protocol"},
        {"http://a%7fb/", "!protocol"},
        {"http://a%40b/", "!protocol"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tap_is(resolved(base, rows[i].link), rows[i].want, rows[i].want);
}

static void test_no_base(void)
{
    tap_is(resolved(NULL, "https://a.org/x"), "https://a.org/x",
           "an absolute link needs no base");
    tap_is(resolved(NULL, "x.png"), "!protocol", "a relative one does");
    tap_is(resolved(NULL, "//a.org/x"), "!protocol",
           "so does one without "
           "scheme");
    tap_is(resolved("no base", "x.png"), "!protocol", "a bad base is no base");
    tap_is(resolved("http://%31%32%37%2e1/", "x%20y"), "http://127.0.0.1/x%20y",
           "escapes in the page's host are undone");
    tap_is(resolved("ftp://a.org/d/", "x"), "ftp://a.org/d/x",
           "a folder on an FTP server is one");
}

static void test_sentences(void)
{
    struct err err;
    struct str out;

    str_init(&out, 100);
    tap_ok(!link_resolve("http://a/", "javascript:x", &out, &err) &&
               strstr(err.text, "'javascript:'") && strstr(err.text, "sftp"),
           "names the scheme and the possible ones: %s", err.text);
    tap_ok(!link_resolve("http://a/", "http://b:99999/", &out, &err) &&
               strstr(err.text, "ort"),
           "says what is wrong: %s", err.text);
    tap_ok(!link_resolve("http://a/", "http://b:x\x1b]0;/", &out, &err) &&
               !strchr(err.text, 27),
           "no control character comes through");
    str_fini(&out);
}

static void test_ceilings(void)
{
    static char link[LINK_MAX_BYTES + 100];
    struct err err;
    struct str out;

    memset(link, 'x', sizeof(link) - 1);
    str_init(&out, (size_t)LINK_MAX_BYTES * 4);
    tap_ok(!link_resolve("http://a/", link, &out, &err) &&
               err.code == ERR_LIMIT,
           "a link that is too long is refused");
    memcpy(link, "data:", 5);
    tap_ok(!link_resolve("http://a/", link, &out, &err) &&
               err.code == ERR_REFUSED,
           "a long data: link is refused for what it is");
    memset(link, 0xe9, sizeof(link));
    link[LINK_MAX_BYTES] = '\0';
    tap_ok(link_resolve("http://a/", link, &out, &err) &&
               out.len == (size_t)LINK_MAX_BYTES * 3 + strlen("http://a/"),
           "the longest one fits when every byte is encoded");
    str_fini(&out);
    str_init(&out, 20);
    tap_ok(!link_resolve("http://a/", "123456789012", &out, &err) &&
               err.code == ERR_LIMIT && out.len == 0,
           "the ceiling of the result is kept");
    str_fini(&out);
}

static const char *checked(const char *url)
{
    static char text[256];
    struct err err = {.code = ERR_NONE};
    struct str out;

    str_init(&out, sizeof(text) - 1);
    if (link_check(url, &out, &err))
        snprintf(text, sizeof(text), "%s", out.data);
    else
        snprintf(text, sizeof(text), "!%s", err_word(err.code));
    str_fini(&out);
    return text;
}

static void test_check(void)
{
    static const struct {
        const char *url;
        const char *want;
    } rows[] = {
        {"http://example.org/x", "http://example.org/x"},
        {"example.org/x", "https://example.org/x"},
        {"example.org", "https://example.org/"},
        {" Example.org:8080/x ", "https://example.org:8080/x"},
        {"localhost:8080", "https://localhost:8080/"},
        {"localhost:8080/x", "https://localhost:8080/x"},
        {"127.0.0.1:80/x", "https://127.0.0.1:80/x"},
        {"[::1]:80/x", "https://[::1]:80/x"},
        {"//example.org/x", "https://example.org/x"},
        {"https://example.org/a b\xc3\xa9#part",
         "https://example.org/a%20b%C3%A9"},
        {"sftp://example.org/x", "sftp://example.org/x"},
        {"", "!usage"},
        {"file:///etc/passwd", "!usage"},
        {"mailto:a@example.org", "!usage"},
        {"data:,x", "!usage"},
        {"http://", "!usage"},
        {"two words", "!usage"},
        {"http://example.org:99999/", "!usage"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tap_is(checked(rows[i].url), rows[i].want, rows[i].want);
    tap_ok(!link_check("file:x", &(struct str){.data = (char[]){""}, .max = 1},
                       NULL),
           "no err is fine");
}

static const char *key_of(const char *url)
{
    static char text[256];
    struct str key;

    str_init(&key, sizeof(text) - 1);
    snprintf(text, sizeof(text), "%s",
             link_host_key(url, &key) ? key.data : "!");
    str_fini(&key);
    return text;
}

static void test_host_key(void)
{
    tap_is(key_of("HTTPS://Example.ORG/x"), "https://example.org:443", "https");
    tap_is(key_of("http://u:p@example.org/x"), "http://example.org:80", "http");
    tap_is(key_of("http://example.org:8080"), "http://example.org:8080",
           "port");
    tap_is(key_of("ftp://example.org/"), "ftp://example.org:21", "ftp");
    tap_is(key_of("ftps://example.org/"), "ftps://example.org:990", "ftps");
    tap_is(key_of("sftp://example.org/"), "sftp://example.org:22", "sftp");
    tap_is(key_of("http://[::1]:81/"), "http://[::1]:81", "IPv6");
    tap_is(key_of("http://127.1/"), "http://127.0.0.1:80", "short IPv4");
    tap_is(key_of("http://ex%61mple.org/"), "http://example.org:80", "escape");
    tap_is(key_of("http://a b/"), "!", "no URL");
    tap_is(key_of("x.png"), "!", "relative");
}

static const char *stripped(const char *url)
{
    static char text[256];
    struct str out;

    str_init(&out, sizeof(text) - 1);
    snprintf(text, sizeof(text), "%s",
             link_strip_credentials(url, &out) ? out.data : "!");
    str_fini(&out);
    return text;
}

static void test_strip(void)
{
    tap_is(stripped("https://me:secret@example.org/x?y"),
           "https://example.org/x?y", "user and password go");
    tap_is(stripped("https://me@example.org/x"), "https://example.org/x",
           "a user alone goes");
    tap_is(stripped("https://example.org/@x"), "https://example.org/@x",
           "an @ in the path stays");
    tap_is(stripped("https://a:b@c:d@e:f/"), "!",
           "what is no URL is not "
           "shown");
}

static bool is_private(const char *text)
{
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};

    if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
        return link_address_private((struct sockaddr *)&ipv4);
    if (inet_pton(AF_INET6, text, &ipv6.sin6_addr) != 1)
        tap_ok(false, "%s is an address", text);
    return link_address_private((struct sockaddr *)&ipv6);
}

static void test_private(void)
{
    static const char *const privates[] = {
        "0.0.0.0",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.8",
        "::",
        "::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "fc00::1",
        "fdff::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:a00:1::1",
        "::ffff:169.254.169.254",
    };
    static const char *const publics[] = {
        "1.1.1.1",         "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
        "128.0.0.0",       "169.253.255.255", "172.15.255.255",
        "172.32.0.0",      "192.167.255.255", "192.169.0.0",
        "192.0.1.0",       "198.17.255.255",  "198.20.0.0",
        "223.255.255.255", "2001:4860::8888", "::ffff:8.8.8.8",
        "fbff::1",         "fe7f::1",         "64:ff9b::808:808",
        "2002:808:808::1",
    };
    struct sockaddr_un local = {.sun_family = AF_UNIX};

    for (size_t i = 0; i < sizeof(privates) / sizeof(privates[0]); i++)
        tap_ok(is_private(privates[i]), "%s is private", privates[i]);
    for (size_t i = 0; i < sizeof(publics) / sizeof(publics[0]); i++)
        tap_ok(!is_private(publics[i]), "%s is public", publics[i]);
    tap_ok(link_address_private((struct sockaddr *)&local),
           "a local socket is private");
}

int main(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    test_rfc3986();
    test_page_links();
    test_no_base();
    test_sentences();
    test_ceilings();
    test_check();
    test_host_key();
    test_strip();
    test_private();
    curl_global_cleanup();
    return tap_done();
}
