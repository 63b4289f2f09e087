/* The words behind "threadlab get". */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "cmd/option_table.h"
#include "cmd/options.h"
#include "tap.h"

enum { WORDS = 24 };

/* Reads "get ...", words up to a NULL. argv lives as long as the options. */
struct words {
    char *argv[WORDS + 1];
    int argc;
    struct options options;
    struct err err;
    bool ok;
};

static void read_for(struct words *words, enum options_face face,
                     const char *const *list)
{
    memset(words, 0, sizeof *words);
    words->argv[words->argc++] = mem_strdup("threadlab");
    for (; *list; list++)
        words->argv[words->argc++] = mem_strdup(*list);
    words->ok = options_parse(&words->options, face, words->argc, words->argv,
                              &words->err);
}

static void read_words(struct words *words, const char *const *list)
{
    read_for(words, OPTIONS_GET, list);
}

static void forget(struct words *words)
{
    options_fini(&words->options);
    for (int i = 0; i < words->argc; i++)
        mem_free(words->argv[i]);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_values(void)
{
    struct words words;
    const struct fetch_options *fetch = &words.options.fetch;

    read_words(&words, LIST("-d", "films", "http://a/x", "--limit-rate=1.5M",
                            "--retries", "0", "-t", "3", "--stall-timeout=90",
                            "--on-exists", "resume", "--request-rate", "0.5",
                            "-4", "--tls-min", "1.3", "http://b/y"));
    tap_ok(words.ok, "options before, between and after URLs");
    tap_int((long long)words.options.url_count, 2, "two URLs");
    tap_is(words.options.urls[0], "http://a/x", "the first URL");
    tap_is(words.options.urls[1], "http://b/y", "the second URL");
    tap_is(fetch->dir, "films", "a text");
    tap_int((long long)fetch->limit_rate, 3 << 19, "a size");
    tap_int(fetch->retries, 0, "a number that may be 0");
    tap_int(fetch->max_redirects, -1, "a number that was not given");
    tap_int((long long)fetch->threads, 3, "a count");
    tap_int(fetch->stall_ms, 90000, "a time");
    tap_int(fetch->on_exists, FETCH_RESUME, "a choice");
    tap_ok(fetch->request_rate > 0.49 && fetch->request_rate < 0.51, "a rate");
    tap_int(fetch->ip, FETCH_IP_4, "a flag that is a value");
    tap_is(fetch->tls_min, "1.3", "a word");
    tap_ok(fetch->events, "events are kept");
    forget(&words);
}

static void test_follows(void)
{
    struct words words;

    read_words(&words, LIST("-H", "Accept: image/png", "-H", "X-A:", "u://x"));
    tap_ok(words.ok && words.options.header_count == 2 &&
               !words.options.fetch.headers[2],
           "headers gather, with a NULL behind");
    tap_is(words.options.fetch.headers[1], "X-A:", "the second header");
    forget(&words);

    read_words(&words, LIST("--netrc-file", "n", "u://x"));
    tap_int(words.options.fetch.netrc, FETCH_NETRC_YES,
            "--netrc-file means --netrc");
    forget(&words);

    read_words(&words, LIST("--match", "x", "--pages=2-20", "u://x?{page}"));
    tap_ok(words.ok && words.options.page_first == 2 &&
               words.options.page_last == 20 && options_harvest(&words.options),
           "pages are a range");
    forget(&words);

    read_words(&words, LIST("--checksum",
                            "md5=d41d8cd98f00b204e9800998ecf8427e", "u://x"));
    tap_int(words.options.digest.algo, DIGEST_MD5, "a checksum is read");
    forget(&words);

    read_words(&words, LIST("--json", "--help", "--quiet"));
    tap_ok(words.ok && words.options.help, "--help wins");
    forget(&words);

    read_words(&words, LIST("--", "--json"));
    tap_ok(words.ok && !words.options.json && words.options.url_count == 1,
           "-- ends the options");
    forget(&words);

    read_words(&words, LIST("--proxy", "", "--user-agent=", "u://x"));
    tap_is(words.options.fetch.proxy, "", "an empty text that says something");
    forget(&words);
}

static const struct refusal {
    const char *list[WORDS];
    const char *text;
} refusals[] = {
    {{NULL}, "which URL? \"threadlab help get\" tells more"},
    {{"--match", "x"},
     "which page? give a URL, a file, or - for the standard input"},
    {{"--limit-rate", "12q", "u"},
     "--limit-rate: \"12q\" is not a size; write for example 500K or 2M"},
    {{"--max-size", "0", "u"}, "--max-size: \"0\" is too small"},
    {{"--stall-timeout", "soon", "u"},
     "--stall-timeout: \"soon\" is not a time; write for example 15s or 2m"},
    {{"--stall-timeout", "0", "u"},
     "--stall-timeout: the time must be above 0"},
    {{"-t", "65", "u"}, "--threads: \"65\" is not a number from 1 to 64"},
    {{"--retries=-1", "u"},
     "--retries: \"-1\" is not a number from 0 to 1000000"},
    {{"--request-rate", "0", "u"},
     "--request-rate: \"0\" is not a number above 0; write for example 5 or "
     "0.5"},
    {{"--request-rate", "nan", "u"},
     "--request-rate: \"nan\" is not a number above 0; write for example 5 or "
     "0.5"},
    {{"--on-exists", "ask", "u"},
     "--on-exists: \"ask\" is not one of rename|skip|overwrite|fail|resume"},
    {{"--on-exists", "", "u"},
     "--on-exists: \"\" is not one of rename|skip|overwrite|fail|resume"},
    {{"--tls-min", "1.1", "u"}, "--tls-min: \"1.1\" is not one of 1.2|1.3"},
    {{"-d", "", "u"}, "--dir: DIR is empty"},
    {{"-H", "Accept", "u"},
     "--header: \"Accept\" is not a header; write for example 'Accept: "
     "image/png'"},
    {{"-H", "A B: c", "u"},
     "--header: \"A B: c\" is not a header; write for example 'Accept: "
     "image/png'"},
    {{"-H", "A: c\r\nB: d", "u"},
     "--header: \"A: c\r\nB: d\" is not a header; write for example 'Accept: "
     "image/png'"},
    {{"-U", "a\nb", "u"}, "--user-agent, --referer: no line breaks, please"},
    {{"--dri", "u"}, "there is no option --dri; did you mean --dir?"},
    {{"--frobnicate=3", "u"},
     "there is no option --frobnicate; \"threadlab help get\" lists them"},
    {{"--max", "3", "u"}, "--max is short for several options"},
    {{"-qZ", "u"}, "there is no option -Z; \"threadlab help get\" lists them"},
    {{"u", "--dir"}, "--dir needs an argument: DIR"},
    {{"u", "-d"}, "--dir needs an argument: DIR"},
    {{"--json=1", "u"}, "--json takes no argument"},
    {{"-q", "--json", "u"}, "--quiet and --json cannot be used together"},
    {{"-4", "-6", "u"}, "--ipv4 and --ipv6 cannot be used together"},
    {{"-o", "f", "u", "v"}, "--output is for one URL, and there are 2"},
    {{"-o", "f", "-i", "l"},
     "--output and --input-file cannot be used together"},
    {{"-o", "-", "u"},
     "--output: a file is needed, since what is on the standard output can be "
     "neither checked nor resumed"},
    {{"-o", "d/", "u"}, "--output: \"d/\" names a folder; use --dir"},
    {{"--checksum", "md5=00", "u"}, NULL},
    {{"--pages", "1-2", "u"}, "--pages needs --match or --json-path"},
    {{"--pages", "3-2", "--match", "x", "{page}"},
     "--pages: \"3-2\" is not a range; write for example 1-20"},
    {{"--pages", "7", "--match", "x", "{page}"},
     "--pages: \"7\" is not a range; write for example 1-20"},
    {{"--pages", "1-2000000", "--match", "x", "{page}"},
     "--pages: at most 1000000 pages"},
    {{"--pages", "1-2", "--match", "x", "u"},
     "--pages: \"u\" has no {page} in it"},
    {{"-"},
     "\"-\" is not a URL; --input-file - reads URLs from the standard input"},
    {{"-i", "-", "--user", "n", "--password-file", "-"},
     "the standard input (\"-\") can be read for one thing only"},
    {{"--password-file", "f", "u"}, "--password-file needs --user"},
    {{"--user", "a:b", "u"},
     "--user: the name alone; a password among the arguments could be read by "
     "everybody here (--password-file)"},
    {{"--pinned-key", "x", "u"},
     "--pinned-key: \"x\" does not start with sha256//"},
    {{"--expect-type", "image/png,image", "u"},
     "--expect-type: \"image\" is not a type; write for example image/png or "
     "image/*"},
    {{"--redirect-protocols", "https,file", "u"},
     "--redirect-protocols: \"file\" is not one of http, https, ftp, ftps, "
     "sftp"},
    {{"--min-size", "2K", "--max-size", "1K", "u"},
     "--min-size is above --max-size: no file can be both"},
};

static void test_refusals(void)
{
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        const struct refusal *refusal = &refusals[i];
        struct words words;

        read_words(&words, refusal->list);
        tap_ok(!words.ok && words.err.code == ERR_USAGE, "%s is refused",
               refusal->list[0] ? refusal->list[0] : "nothing");
        if (refusal->text)
            tap_is(words.err.text, refusal->text, "with these words");
        forget(&words);
    }
}

static void bench_refuses(const char *const *list, const char *sentence)
{
    struct words words;

    read_for(&words, OPTIONS_BENCH, list);
    tap_ok(!words.ok && words.err.code == ERR_USAGE, "refused: %s", list[0]);
    tap_is(words.err.text, sentence, "with these words");
    forget(&words);
}

static void test_bench(void)
{
    struct words words;

    read_for(&words, OPTIONS_BENCH, LIST(NULL));
    tap_ok(words.ok && words.options.url_count == 0, "no URL is needed");
    forget(&words);
    read_for(&words, OPTIONS_BENCH,
             LIST("--plain", "http://a/x", "-d", "films", "--limit-rate", "2M",
                  "--proxy", "http://p:1", "--input-file", "list", "--theme",
                  "mono", "--match", "x"));
    tap_ok(!words.ok, "what get refuses is refused: %s", words.err.text);
    forget(&words);
    read_for(&words, OPTIONS_BENCH,
             LIST("--plain", "http://a/x", "-d", "films", "--limit-rate", "2M",
                  "--proxy", "http://p:1", "--input-file", "list", "--theme",
                  "mono", "--ascii"));
    tap_ok(words.ok && words.options.plain && words.options.ascii, "its own");
    tap_is(words.options.theme, "mono", "a word");
    tap_int((long long)words.options.fetch.limit_rate, 2 << 20, "one of get's");
    tap_ok(words.options.fetch.starts, "it hears of beginnings");
    forget(&words);
    bench_refuses(LIST("--json"), "--json is for \"threadlab get\"; the "
                                  "workbench shows and asks on its screen");
    bench_refuses(LIST("-o", "x"), "--output is for \"threadlab get\"; the "
                                   "workbench shows and asks on its screen");
    bench_refuses(LIST("--input-file", "-"),
                  "the standard input (\"-\") is the workbench's own; name a "
                  "file");
    bench_refuses(LIST("--frob"), "there is no option --frob; \"threadlab help "
                                  "workbench\" lists them");
    bench_refuses(LIST("--match", "x"),
                  "which page? give a URL, a file, or - for the standard "
                  "input");
    read_words(&words, LIST("--plain", "http://a/"));
    tap_is(words.err.text,
           "--plain is for the workbench: threadlab, without get",
           "get refuses the workbench's");
    forget(&words);
}

static void test_table(void)
{
    size_t letters[128] = {0};
    size_t wrong = 0;

    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_table[i];
        bool flag = row->kind == OPTION_FLAG || row->kind == OPTION_VALUE;

        wrong += row->letter && letters[(unsigned char)row->letter]++ > 0;
        wrong += flag != !row->argument;
        wrong += !row->summary;
        for (size_t j = 0; j < i; j++) {
            wrong += strcmp(row->name, option_table[j].name) == 0;
            wrong += row->kind != OPTION_VALUE && row->place &&
                     row->place == option_table[j].place;
        }
    }
    tap_ok(wrong == 0, "no two rows share a name, a letter or a place");
}

static void test_nearest(void)
{
    static const char *const names[] = {"get", "demo", "origin", "help"};

    tap_is(nearest("gte", names, 4), "get", "two letters swapped");
    tap_is(nearest("hlep", names, 4), "help", "the same in the middle");
    tap_is(nearest("orign", names, 4), "origin", "a letter left out");
    tap_is(nearest("demoo", names, 4), "demo", "a letter too many");
    tap_is(nearest("xyz", names, 4), NULL, "nothing near");
    tap_is(nearest("", names, 4), NULL, "nothing at all");
    tap_is(nearest("a-word-that-is-longer-than-any-name-could-ever-be-here",
                   names, 4),
           NULL, "a long word");
}

static void test_help(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    size_t missing = 0;
    size_t wide = 0;

    options_help(file);
    fclose(file);
    for (size_t i = 0; i < option_count; i++) {
        char *name = mem_printf("--%s", option_table[i].name);

        missing += option_is_for(&option_table[i], OPTIONS_GET) !=
                   (strstr(text, name) != NULL);
        mem_free(name);
    }
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
        wide += strcspn(at, "\n") > 80;
    tap_ok(missing == 0, "the help has every option");
    tap_ok(wide == 0, "the help is 80 columns wide");
    free(text);
}

int main(void)
{
    test_values();
    test_follows();
    test_refusals();
    test_bench();
    test_table();
    test_nearest();
    test_help();
    return tap_done();
}
