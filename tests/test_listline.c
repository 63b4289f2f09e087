/* Lists of downloads. A list is read whole and byte by byte, and told as text
 * that the tests compare: "line|url|mirror,mirror|out|dir|checksum". */
#include "fetch/listline.h"

#include <stdlib.h>

#include "tap.h"

static void tell_entry(struct str *told, const struct list_entry *entry)
{
    str_printf(told, "%d|%s|", entry->line, entry->url);
    for (size_t i = 0; i < entry->mirrors_count; i++)
        str_printf(told, "%s%s", i > 0 ? "," : "", entry->mirrors[i]);
    str_printf(told, "|%s|%s|%s\n", entry->out ? entry->out : "",
               entry->dir ? entry->dir : "",
               entry->checksum ? entry->checksum : "");
}

/* Of a bad line "LINE!" is told. */
static void drain(struct str *told, struct list_reader *reader,
                  enum list_next last)
{
    struct list_entry entry;
    struct err err;
    enum list_next got;

    list_entry_init(&entry);
    for (;;) {
        err = (struct err){ERR_NONE, ""};
        got = list_reader_next(reader, &entry, &err);
        if (got == LIST_ENTRY) {
            tell_entry(told, &entry);
        } else if (got == LIST_BAD) {
            str_printf(told, "%d!\n", atoi(err.text + strlen("line ")));
            tap_note("%s", err.text);
        } else {
            break;
        }
    }
    if (got != last)
        str_puts(told, "unexpected end\n");
    list_entry_fini(&entry);
}

static void read_list(struct str *told, const char *list, size_t len,
                      size_t step)
{
    struct list_reader reader;

    list_reader_init(&reader);
    drain(told, &reader, LIST_MORE);
    for (size_t at = 0; at < len; at += step) {
        list_reader_feed(&reader, list + at, len - at < step ? len - at : step);
        drain(told, &reader, LIST_MORE);
    }
    list_reader_end(&reader);
    drain(told, &reader, LIST_END);
    list_reader_fini(&reader);
}

static void list_of(const char *list, size_t len, const char *want,
                    const char *what)
{
    struct str told;

    str_init(&told, 1024 * 1024);
    read_list(&told, list, len, len + 1);
    tap_is(told.data, want, what);
    str_clear(&told);
    read_list(&told, list, len, 1);
    tap_is(told.data, want, "the same byte by byte");
    str_fini(&told);
}

static void list(const char *text, const char *want, const char *what)
{
    list_of(text, strlen(text), want, what);
}

static void test_plain(void)
{
    list("", "", "nothing");
    list("http://a/b\n", "1|http://a/b||||\n", "one URL");
    list("http://a/b", "1|http://a/b||||\n", "without a newline");
    list("\n# x\n \t\n  # y\nu\n\n#z", "5|u||||\n", "comments and blank lines");
    list("u#f\nv?x=#y\n", "1|u#f||||\n2|v?x=#y||||\n", "a # inside a URL");
    list("\xef\xbb\xbfu\r\nv\r\n\r\n", "1|u||||\n2|v||||\n",
         "byte order mark, CRLF");
    list("u\n\xef\xbb\xbfv\n", "1|u||||\n2|\xef\xbb\xbfv||||\n",
         "a mark further on is no mark");
    list("  http://a/b\n\tc\n", "1|http://a/b||||\n2|c||||\n",
         "an indented URL is one");
    list("u \t \n", "1|u||||\n", "blanks at the end");
}

static void test_mirrors(void)
{
    list("u\tv\tw\n", "1|u|v,w|||\n", "mirrors");
    list("u \t v\t\tw\n", "1|u|v,w|||\n", "blanks around tabs");
    list("u\thttp://v/?out=x\n", "1|u|http://v/?out=x|||\n",
         "a URL with an equals sign is no option");
    list("u v\nw\n", "1!\n2|w||||\n", "a space is not enough for a mirror");
}

static void test_options(void)
{
    list("u out=a\n", "1|u||a||\n", "an option");
    list("u\tv out=a dir=b checksum=md5=00\n", "1|u|v|a|b|md5=00\n", "all");
    list("u\tout=a\tv\n", "1|u|v|a||\n", "behind tabs");
    list("u out=\"a b\" dir=\"c\\\"d\\\\e\"\n", "1|u||a b|c\"d\\e|\n",
         "quotes");
    list("u out=a\\b\n", "1|u||a\\b||\n", "a backslash without quotes stays");
    list("u out=a\"b\n", "1|u||a\"b||\n", "so does a quote inside");
    list("u out=a=b\n", "1|u||a=b||\n", "an equals sign in a value");
    list("u OUT=a\nv\n", "1!\n2|v||||\n", "names are lower case");
    list("u foo=a\nv\n", "1!\n2|v||||\n", "an unknown option");
    list("u out=a out=b\nv\n", "1!\n2|v||||\n", "twice the same");
    list("u out=\nv\n", "1!\n2|v||||\n", "no value");
    list("u out=\"\"\nv\n", "1!\n2|v||||\n", "an empty value");
    list("u out=\"a\nv\n", "1!\n2|v||||\n", "open quotes");
    list("u out=\"a\"b\nv\n", "1!\n2|v||||\n", "text behind quotes");
    list("u out=\"a\\\nv\n", "1!\n2|v||||\n", "a backslash at the end");
}

static void test_indented(void)
{
    list("u\n out=a\nv\n", "1|u||a||\n3|v||||\n", "an indented option");
    list("u\n  out=a b c  \n\tdir=d e\n", "1|u||a b c|d e|\n",
         "the value is the rest of the line");
    list("u\n out=a b  dir=c d checksum=e\n", "1|u||a b|c d|e\n",
         "up to the next option");
    list("u\n out=a foo=b\n", "1|u||a foo=b||\n", "if there is one");
    list("u\n out=\"a b\" dir=c\n", "1|u||a b|c|\n", "quotes do as well");
    list("u\n out=\"a b\" c\nv\n", "2!\n3|v||||\n", "and end there");
    list("u dir=a\n\n# x\n out=b\n", "1|u||b|a|\n",
         "comments between do not part them");
    list(" out=a\nu\n", "1!\n2|u||||\n", "an option before any URL");
    list("out=a\nu\n", "1!\n2|u||||\n", "even at the margin");
    list("u\n split=5\n out=a\nv\n", "2!\n4|v||||\n",
         "a wrong option leaves its URL out, and is told once");
    list("u x\n out=a\nv\n out=b\n", "1!\n3|v||b||\n",
         "options of a wrong URL are left out with it");
    list("u out=a\n out=b\nv\n", "2!\n3|v||||\n", "twice, over two lines");
    list("u\n out=a\r\n", "1|u||a||\n", "CRLF");
}

static void test_bounds(void)
{
    size_t len = LIST_LINE * 3;
    char *text = malloc(len + 1);

    memset(text, 'u', len);
    text[len] = '\0';
    list("u\tv\0w\n", "1|u|v|||\n", "a C string ends at a NUL");
    list_of("u\tv\0w\nx\n", 8, "1!\n2|x||||\n", "a NUL in a line");
    text[LIST_LINE] = '\n';
    memcpy(text + len - 3, "\nz\n", 3);
    struct str told;

    str_init(&told, 1024 * 1024);
    read_list(&told, text, len, 1000);
    tap_ok(told.len > LIST_LINE &&
               strcmp(told.data + LIST_LINE + 2, "||||\n2!\n3|z||||\n") == 0,
           "a line at the ceiling is read, a longer one is not");
    text[LIST_LINE + 1] = '#';
    str_clear(&told);
    read_list(&told, text, len, len);
    tap_ok(strcmp(told.data + LIST_LINE + 2, "||||\n3|z||||\n") == 0,
           "a comment may be of any length");
    memcpy(text, "u\n ", 3);
    memcpy(text + 3, "out=", 4);
    text[LIST_LINE] = 'u';
    text[LIST_LINE + 1] = 'u';
    str_clear(&told);
    read_list(&told, text, len, 7777);
    tap_is(told.data, "2!\n3|z||||\n", "a long option leaves its URL out");
    str_clear(&told);
    read_list(&told, text + 3, 2 * LIST_LINE, 4096);
    tap_is(told.data, "1!\n", "a long line without an end");
    str_fini(&told);
    free(text);
}

static void test_many(void)
{
    struct str text;
    struct str told;

    str_init(&text, 1000);
    str_init(&told, 1000);
    str_puts(&text, "u");
    for (int i = 0; i < LIST_MIRRORS; i++)
        str_puts(&text, "\tm");
    str_puts(&text, "\n");
    read_list(&told, text.data, text.len, text.len);
    tap_ok(strncmp(told.data, "1|u|m,m", 7) == 0, "as many mirrors as may be");
    str_cut(&text, text.len - 1);
    str_puts(&text, "\tm\n");
    str_clear(&told);
    read_list(&told, text.data, text.len, text.len);
    tap_is(told.data, "1!\n", "and one more");
    str_fini(&text);
    str_fini(&told);
}

int main(void)
{
    test_plain();
    test_mirrors();
    test_options();
    test_indented();
    test_bounds();
    test_many();
    return tap_done();
}
