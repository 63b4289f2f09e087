#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/thread.h"
#include "demo.h"

enum { THREADS_MAX = 64, NS_PER_MS = 1000000 };

bool demo_result_good(const struct demo_result *result)
{
    return result->checked && result->check.listed > 0 &&
           result->check.good == result->check.listed && result->check.bad == 0;
}

static double seconds(int64_t ms)
{
    return (double)ms / 1000;
}

static void say_files(struct out *out, const struct demo_result *result)
{
    char bytes[FMT_MAX];

    out_line(out, OUT_RESULT,
             "feed      %" PRIu64 " links found, %" PRIu64 " of them repeats",
             result->links, result->duplicates);
    out_line(out, OUT_RESULT, "pictures  %" PRIu64 " files, %s",
             result->images.count, fmt_bytes(bytes, result->images.bytes));
    for (size_t i = 0; i < EXERCISE_FILMS; i++)
        if (result->films[i].name)
            out_line(out, OUT_RESULT, "film      %s, %s in %.2f s",
                     result->films[i].name,
                     fmt_bytes(bytes, result->films[i].bytes),
                     seconds(result->films[i].ms));
}

static void say_check(struct out *out, const struct demo_result *result)
{
    const struct demo_check *check = &result->check;
    char bytes[FMT_MAX];

    if (!result->checked)
        out_line(out, OUT_RESULT, "verified  NO: SHA256SUMS cannot be used");
    else
        out_line(out, OUT_RESULT,
                 "verified  %s%" PRIu64 " of %" PRIu64
                 " files (%s) match SHA256SUMS, %" PRIu64 " do not",
                 demo_result_good(result) ? "" : "NO: ", check->good,
                 check->listed, fmt_bytes(bytes, check->bytes), check->bad);
}

/* What a single connection needs follows from the cap alone; the files' own
 * times were measured while they ran side by side and split. */
static void say_time(struct out *out, const struct demo_result *result)
{
    uint64_t bytes = result->images.bytes;
    int64_t own_ms = result->images.ms;
    char rate[FMT_MAX];

    for (size_t i = 0; i < EXERCISE_FILMS; i++) {
        bytes += result->films[i].bytes;
        own_ms += result->films[i].ms;
    }
    out_line(out, OUT_RESULT, "time      %.2f s for all of it together",
             seconds(result->ms));
    out_line(out, OUT_RESULT,
             "          %.2f s if each file had waited for the one before "
             "(their own times added up)",
             seconds(own_ms));
    out_line(out, OUT_RESULT,
             "          %.2f s if they had come over one connection (the same "
             "bytes at %s)",
             (double)bytes / (double)result->rate_bytes_per_s,
             fmt_rate(rate, result->rate_bytes_per_s));
}

static void say_thread(struct out *out, const char *name, const char *role,
                       uint64_t cpu_ns)
{
    out_line(out, OUT_RESULT, "          %-16s %6.3f s  %s", name,
             (double)cpu_ns / 1e9, role);
}

/* The libraries' own threads are in no roster: theirs is what is left of the
 * process's time. */
static void say_threads(struct out *out)
{
    struct thread_row rows[THREADS_MAX];
    size_t count = thread_roster(rows, THREADS_MAX);
    uint64_t own_ns = 0;
    uint64_t all_ns;
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    all_ns = (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
    count = count < THREADS_MAX ? count : THREADS_MAX;
    out_line(
        out, OUT_RESULT,
        "threads   %zu of threadlab's own, and their processor time:", count);
    for (size_t i = 0; i < count; i++) {
        say_thread(out, rows[i].name, rows[i].role, rows[i].cpu_ns);
        own_ns += rows[i].cpu_ns;
    }
    say_thread(out, "(others)",
               "the libraries' own: libmicrohttpd serves, libcurl looks up",
               all_ns > own_ns ? all_ns - own_ns : 0);
}

void demo_report(struct out *out, const struct demo_result *result)
{
    char bytes[FMT_MAX];
    char rate[FMT_MAX];

    out_line(out, OUT_RESULT,
             "served    by %s, at most %s for each connection: %" PRIu64
             " requests, %" PRIu64 " connections, %s",
             result->url, fmt_rate(rate, result->rate_bytes_per_s),
             result->served.requests, result->served.connections,
             fmt_bytes(bytes, result->served.bytes));
    say_files(out, result);
    say_check(out, result);
    say_time(out, result);
    say_threads(out);
    out_line(out, OUT_RESULT, "files     %s %s", result->dir,
             result->kept ? "has them" : "had them and is removed");
}
