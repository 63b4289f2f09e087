/* Test Anything Protocol for the unit tests: one header, no library. A test
 * program calls tap_ok and friends, and returns tap_done(). */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count;
static int tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool
tap_ok(bool ok, const char *format, ...)
{
    va_list args;

    printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    if (!ok)
        tap_failed++;
    return ok;
}

/* Strings equal; shows both where they differ. NULL equals only NULL. */
__attribute__((unused)) static bool tap_is(const char *got, const char *want,
                                           const char *what)
{
    bool ok = got && want ? strcmp(got, want) == 0 : got == want;

    tap_ok(ok, "%s", what);
    if (!ok)
        printf("#   got: %s\n#  want: %s\n", got ? got : "(null)",
               want ? want : "(null)");
    return ok;
}

__attribute__((unused)) static bool tap_int(long long got, long long want,
                                            const char *what)
{
    bool ok = got == want;

    tap_ok(ok, "%s", what);
    if (!ok)
        printf("#   got: %lld\n#  want: %lld\n", got, want);
    return ok;
}

__attribute__((format(printf, 1, 2), unused)) static void
tap_note(const char *format, ...)
{
    va_list args;

    printf("# ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* The plan, last; the exit status of the program. */
__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
