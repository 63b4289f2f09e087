/* File names out of Content-Disposition, by the table beside the tests. */
#include "fetch/disposition.h"

#include <stdlib.h>

#include "tap.h"

enum { LEAST_CASES = 100 };

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Undoes the escapes of the table in place; returns the length. */
static size_t unescape(char *text)
{
    char *to = text;

    for (char *from = text; *from; from++) {
        if (from[0] == '\\' && from[1] == 'x') {
            *to++ = (char)(digit(from[2]) << 4 | digit(from[3]));
            from += 3;
        } else {
            if (from[0] == '\\' && from[1])
                from++;
            *to++ = *from;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

static void check(const char *what, char *header, char *want)
{
    size_t len = unescape(header);
    struct str name;
    bool none = strcmp(want, "-") == 0;
    bool got;

    unescape(want);
    str_init(&name, 1000);
    got = disposition_name(header, len, &name);
    if (none)
        tap_ok(!got && name.len == 0, "%s", what);
    else
        tap_is(got ? name.data : NULL, want, what);
    str_fini(&name);
}

static void test_table(void)
{
    const char *folder = getenv("srcdir");
    char path[4096];
    char line[2000];
    FILE *file;
    int cases = 0;

    snprintf(path, sizeof(path), "%s/tests/data/disposition.tsv",
             folder ? folder : ".");
    file = fopen(path, "r");
    if (!tap_ok(file != NULL, "the table is there"))
        return;
    while (fgets(line, sizeof(line), file)) {
        char *header = strchr(line, '\t');
        char *want = header ? strchr(header + 1, '\t') : NULL;

        if (line[0] == '#' || !want)
            continue;
        *header++ = '\0';
        *want++ = '\0';
        want[strcspn(want, "\n")] = '\0';
        check(line, header, want);
        cases++;
    }
    fclose(file);
    tap_ok(cases >= LEAST_CASES, "%d cases", cases);
}

static void test_ceiling(void)
{
    static const char nul[] = "attachment; filename=\"a\0b\"";
    static const char large[] = "a; filename=01234567890";
    static const char both[] =
        "a; filename=0123456789; filename*=utf-8''0123456789";
    struct str name;

    str_init(&name, 10);
    tap_ok(disposition_name(nul, sizeof(nul) - 1, &name) && name.len == 3,
           "a NUL does not end a header");
    tap_ok(!disposition_name(large, sizeof(large) - 1, &name) &&
               name.len == 0 && !name.full,
           "a name that does not fit is none");
    tap_ok(disposition_name(both, sizeof(both) - 1, &name) && name.len == 10,
           "a plain name does not take the extended one's room");
    str_fini(&name);
}

int main(void)
{
    test_table();
    test_ceiling();
    return tap_done();
}
