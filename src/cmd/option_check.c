#include "option_check.h"

#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "option_table.h"

/* Two options that cannot both be meant. */
static const struct {
    const char *one;
    const char *other;
} clashes[] = {
    {"quiet", "json"},
    {"quiet", "verbose"},
    {"match", "json-path"},
    {"match", "input-file"},
    {"json-path", "input-file"},
    {"output", "template"},
    {"output", "input-file"},
    {"output", "match"},
    {"output", "json-path"},
    {"checksum", "input-file"},
    {"checksum", "match"},
    {"checksum", "json-path"},
    {"list-only", "on-complete"},
    {"list-only", "on-complete-shell"},
    {"list-only", "quiet"},
    {"list-only", "archive"},
    {"on-complete", "on-complete-shell"},
    {"user", "bearer-file"},
    {"ipv4", "ipv6"},
};

/* An option that says nothing without another, or one of two. */
static const struct {
    const char *one;
    const char *other;
    const char *or_else;
} needs[] = {
    {"list-only", "match", "json-path"},  {"pages", "match", "json-path"},
    {"base", "match", "json-path"},       {"password-file", "user", NULL},
    {"private-key", "certificate", NULL},
};

/* Options that speak of one file. */
static const char *const singles[] = {"output", "checksum"};

static bool is_given(const bool *given, const char *name)
{
    for (size_t i = 0; i < option_count; i++)
        if (given[i] && strcmp(option_table[i].name, name) == 0)
            return true;
    return false;
}

static bool check_pairs(const bool *given, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(clashes); i++)
        if (is_given(given, clashes[i].one) &&
            is_given(given, clashes[i].other))
            return err_set(err, ERR_USAGE,
                           "--%s and --%s cannot be used together",
                           clashes[i].one, clashes[i].other);
    for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
        if (!is_given(given, needs[i].one) || is_given(given, needs[i].other))
            continue;
        if (!needs[i].or_else)
            return err_set(err, ERR_USAGE, "--%s needs --%s", needs[i].one,
                           needs[i].other);
        if (!is_given(given, needs[i].or_else))
            return err_set(err, ERR_USAGE, "--%s needs --%s or --%s",
                           needs[i].one, needs[i].other, needs[i].or_else);
    }
    return true;
}

/* On the workbench URLs can come later. */
static bool check_count(const struct options *options, enum options_face face,
                        const bool *given, struct err *err)
{
    if (options->url_count == 0 && !options->input_file &&
        (face == OPTIONS_GET || options_harvest(options)))
        return err_set(err, ERR_USAGE,
                       options_harvest(options)
                           ? "which page? give a URL, a file, or - for the "
                             "standard input"
                           : "which URL? \"threadlab help get\" tells more");
    for (size_t i = 0; i < ARRAY_LEN(singles); i++)
        if (options->url_count > 1 && is_given(given, singles[i]))
            return err_set(err, ERR_USAGE,
                           "--%s is for one URL, and there are %zu", singles[i],
                           options->url_count);
    return true;
}

static bool is_dash(const char *text)
{
    return text && strcmp(text, "-") == 0;
}

/* The workbench's standard input is its terminal, or commands. */
static bool check_bench_input(const struct options *options, struct err *err)
{
    bool dash = is_dash(options->input_file) ||
                is_dash(options->password_file) ||
                is_dash(options->bearer_file);

    for (size_t i = 0; i < options->url_count; i++)
        dash |= is_dash(options->urls[i]);
    return !dash ||
           err_set(err, ERR_USAGE,
                   "the standard input (\"-\") is the workbench's own; name a "
                   "file");
}

static bool check_input(const struct options *options, struct err *err)
{
    size_t readers = (size_t)is_dash(options->input_file) +
                     is_dash(options->password_file) +
                     is_dash(options->bearer_file);

    for (size_t i = 0; i < options->url_count; i++) {
        if (!is_dash(options->urls[i]))
            continue;
        if (!options_harvest(options))
            return err_set(err, ERR_USAGE,
                           "\"-\" is not a URL; --input-file - reads URLs from "
                           "the standard input");
        readers++;
    }
    if (readers > 1)
        return err_set(err, ERR_USAGE,
                       "the standard input (\"-\") can be read for one thing "
                       "only");
    return true;
}

static bool check_output(const struct options *options, struct err *err)
{
    const char *name = options->output;

    if (!name)
        return true;
    if (is_dash(name))
        return err_set(err, ERR_USAGE,
                       "--output: a file is needed, since what is on the "
                       "standard output can be neither checked nor resumed");
    if (name[strlen(name) - 1] == '/')
        return err_set(err, ERR_USAGE,
                       "--output: \"%s\" names a folder; use --dir", name);
    return true;
}

static bool check_pages(struct options *options, struct err *err)
{
    enum { PAGES_MAX = 1000000 };
    const char *dash;
    char *first;
    bool ok;

    if (!options->pages)
        return true;
    dash = strchr(options->pages, '-');
    first =
        mem_strndup(options->pages, dash ? (size_t)(dash - options->pages) : 0);
    ok = dash &&
         fmt_parse_int(first, 0, INT64_MAX / 2, &options->page_first, NULL) &&
         fmt_parse_int(dash + 1, 0, INT64_MAX / 2, &options->page_last, NULL);
    mem_free(first);
    if (!ok || options->page_first > options->page_last ||
        options->page_last == 0)
        return err_set(err, ERR_USAGE,
                       "--pages: \"%s\" is not a range; write for example 1-20",
                       options->pages);
    if (options->page_last - options->page_first >= PAGES_MAX)
        return err_set(err, ERR_USAGE, "--pages: at most %d pages", PAGES_MAX);
    for (size_t i = 0; i < options->url_count; i++)
        if (!strstr(options->urls[i], "{page}"))
            return err_set(err, ERR_USAGE,
                           "--pages: \"%s\" has no {page} in it",
                           options->urls[i]);
    return true;
}

static bool check_types(const char *list, struct err *err)
{
    while (list && *list) {
        size_t len = strcspn(list, ",");
        const char *slash = memchr(list, '/', len);

        if (!slash || slash == list || slash == list + len - 1)
            return err_set(err, ERR_USAGE,
                           "--expect-type: \"%.*s\" is not a type; write for "
                           "example image/png or image/*",
                           (int)len, list);
        list += len + (list[len] == ',');
    }
    return true;
}

static bool check_protocols(const char *list, struct err *err)
{
    static const char *const known[] = {"http", "https", "ftp", "ftps", "sftp"};

    while (list && *list) {
        size_t len = strcspn(list, ",");
        bool found = false;

        for (size_t i = 0; i < ARRAY_LEN(known); i++)
            found |=
                strlen(known[i]) == len && strncmp(list, known[i], len) == 0;
        if (!found)
            return err_set(err, ERR_USAGE,
                           "--redirect-protocols: \"%.*s\" is not one of http, "
                           "https, ftp, ftps, sftp",
                           (int)len, list);
        list += len + (list[len] == ',');
    }
    return true;
}

static bool check_http(const struct options *options, struct err *err)
{
    const struct fetch_options *fetch = &options->fetch;

    if ((fetch->user_agent && strpbrk(fetch->user_agent, "\r\n")) ||
        (fetch->referer && strpbrk(fetch->referer, "\r\n")))
        return err_set(err, ERR_USAGE,
                       "--user-agent, --referer: no line breaks, please");
    if (fetch->user && strchr(fetch->user, ':'))
        return err_set(err, ERR_USAGE,
                       "--user: the name alone; a password among the arguments "
                       "could be read by everybody here (--password-file)");
    if (fetch->pinned_key && strncmp(fetch->pinned_key, "sha256//", 8) != 0)
        return err_set(err, ERR_USAGE,
                       "--pinned-key: \"%s\" does not start with sha256//",
                       fetch->pinned_key);
    if (fetch->doh_url && strncmp(fetch->doh_url, "https://", 8) != 0)
        return err_set(err, ERR_USAGE,
                       "--doh-url: \"%s\" does not start with https://",
                       fetch->doh_url);
    return check_types(fetch->expect_type, err) &&
           check_protocols(fetch->redirect_protocols, err);
}

static bool check_sizes(const struct fetch_options *fetch, struct err *err)
{
    if (fetch->max_size && fetch->min_size > fetch->max_size)
        return err_set(err, ERR_USAGE,
                       "--min-size is above --max-size: no file can be both");
    return true;
}

bool option_check(struct options *options, enum options_face face,
                  const bool *given, struct err *err)
{
    if (!check_pairs(given, err) || !check_count(options, face, given, err) ||
        !(face == OPTIONS_GET ? check_input(options, err)
                              : check_bench_input(options, err)) ||
        !check_output(options, err) || !check_pages(options, err) ||
        !check_http(options, err) || !check_sizes(&options->fetch, err))
        return false;
    if (options->fetch.netrc_file)
        options->fetch.netrc = FETCH_NETRC_YES;
    /* Only these tell of beginnings, and every event costs. */
    options->fetch.starts =
        face == OPTIONS_BENCH || options->json || options->verbose;
    if (options->checksum &&
        !digest_parse(options->checksum, &options->digest, err)) {
        err_prefix(err, "--checksum");
        return false;
    }
    return true;
}
