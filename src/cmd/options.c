#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "option_check.h"
#include "option_table.h"

static void *place(struct options *options, const struct option_row *row)
{
    return (char *)options + row->place;
}

/* The index of word among "a|b|c", or -1. */
static int word_index(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (int i = 0;; i++) {
        size_t here = strcspn(words, "|");

        if (here == len && memcmp(words, word, len) == 0)
            return i;
        if (!words[here])
            return -1;
        words += here + 1;
    }
}

static bool take_word(struct options *options, const struct option_row *row,
                      const char *value, struct err *err)
{
    int index = word_index(row->argument, value);
    unsigned *choice;
    const char **text;

    if (index < 0)
        return err_set(err, ERR_USAGE, "--%s: \"%s\" is not one of %s",
                       row->name, value, row->argument);
    if (row->kind == OPTION_CHOICE) {
        choice = place(options, row);
        *choice = (unsigned)index;
    } else {
        text = place(options, row);
        *text = value;
    }
    return true;
}

static bool take_text(struct options *options, const struct option_row *row,
                      const char *value, struct err *err)
{
    const char **text = place(options, row);

    if (!*value && !row->may_be_empty)
        return err_set(err, ERR_USAGE, "--%s: %s is empty", row->name,
                       row->argument);
    *text = value;
    return true;
}

/* RFC 9110, 5.6.2: what a field name is made of. */
static bool is_token(const char *text, size_t len)
{
    static const char more[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && !strchr(more, c))
            return false;
    }
    return len > 0;
}

static bool take_header(struct options *options, const struct option_row *row,
                        const char *value, struct err *err)
{
    size_t name = strcspn(value, ":");

    if (!value[name] || !is_token(value, name) || strpbrk(value, "\r\n"))
        return err_set(err, ERR_USAGE,
                       "--%s: \"%s\" is not a header; write for example "
                       "'Accept: image/png'",
                       row->name, value);
    options->headers = mem_resize(options->headers, options->header_count + 2,
                                  sizeof *options->headers);
    options->headers[options->header_count++] = value;
    options->headers[options->header_count] = NULL;
    options->fetch.headers = options->headers;
    return true;
}

static bool take_bytes(struct options *options, const struct option_row *row,
                       const char *value, struct err *err)
{
    uint64_t *bytes = place(options, row);

    if (!fmt_parse_bytes(value, bytes, NULL))
        return err_set(err, ERR_USAGE,
                       "--%s: \"%s\" is not a size; write for example 500K or "
                       "2M",
                       row->name, value);
    if (*bytes < (uint64_t)row->low)
        return err_set(err, ERR_USAGE, "--%s: \"%s\" is too small", row->name,
                       value);
    return true;
}

static bool take_time(struct options *options, const struct option_row *row,
                      const char *value, struct err *err)
{
    int64_t *ms = place(options, row);

    if (!fmt_parse_ms(value, ms, NULL) || *ms < 0)
        return err_set(err, ERR_USAGE,
                       "--%s: \"%s\" is not a time; write for example 15s or "
                       "2m",
                       row->name, value);
    if (*ms == 0)
        return err_set(err, ERR_USAGE, "--%s: the time must be above 0",
                       row->name);
    return true;
}

static bool take_number(struct options *options, const struct option_row *row,
                        const char *value, struct err *err)
{
    int64_t number;
    unsigned *count;
    int *integer;

    if (!fmt_parse_int(value, row->low, row->high, &number, NULL))
        return err_set(
            err, ERR_USAGE, "--%s: \"%s\" is not a number from %lld to %lld",
            row->name, value, (long long)row->low, (long long)row->high);
    if (row->kind == OPTION_COUNT) {
        count = place(options, row);
        *count = (unsigned)number;
    } else {
        integer = place(options, row);
        *integer = (int)number;
    }
    return true;
}

static bool take_rate(struct options *options, const struct option_row *row,
                      const char *value, struct err *err)
{
    double *rate = place(options, row);
    char *end;

    *rate = strtod(value, &end);
    if (end == value || *end || !isfinite(*rate) || *rate <= 0)
        return err_set(err, ERR_USAGE,
                       "--%s: \"%s\" is not a number above 0; write for "
                       "example 5 or 0.5",
                       row->name, value);
    return true;
}

static bool take(struct options *options, const struct option_row *row,
                 const char *value, struct err *err)
{
    bool *flag;
    unsigned *choice;

    switch (row->kind) {
    case OPTION_FLAG:
        flag = place(options, row);
        *flag = true;
        return true;
    case OPTION_VALUE:
        choice = place(options, row);
        *choice = (unsigned)row->low;
        return true;
    case OPTION_TEXT:
        return take_text(options, row, value, err);
    case OPTION_WORD:
    case OPTION_CHOICE:
        return take_word(options, row, value, err);
    case OPTION_HEADER:
        return take_header(options, row, value, err);
    case OPTION_BYTES:
        return take_bytes(options, row, value, err);
    case OPTION_TIME:
        return take_time(options, row, value, err);
    case OPTION_COUNT:
    case OPTION_NUMBER:
        return take_number(options, row, value, err);
    case OPTION_RATE_S:
        return take_rate(options, row, value, err);
    }
    return false;
}

static bool has_argument(const struct option_row *row)
{
    return row->kind != OPTION_FLAG && row->kind != OPTION_VALUE;
}

/* Long options answer with this plus their row, letters with themselves. */
enum { LONG = 256 };

static const struct option_row *row_of(int answer)
{
    if (answer >= LONG && (size_t)(answer - LONG) < option_count)
        return &option_table[answer - LONG];
    for (size_t i = 0; i < option_count; i++)
        if (answer && option_table[i].letter == answer)
            return &option_table[i];
    return NULL;
}

/* What getopt_long(3) wants, made from the table. */
struct spelling {
    struct option *longs;
    char *letters;
};

/* Those of other faces, too: "--json" must not be short for "--json-path". */
static void spelling_init(struct spelling *spelling)
{
    char *letter;

    spelling->longs = mem_new((option_count + 1) * sizeof *spelling->longs);
    /* ':' tells a missing argument from an unknown option; two bytes each. */
    letter = spelling->letters = mem_new(2 * option_count + 2);
    *letter++ = ':';
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_table[i];

        spelling->longs[i] = (struct option){
            .name = row->name,
            .has_arg = has_argument(row) ? required_argument : no_argument,
            .val = LONG + (int)i,
        };
        if (!row->letter)
            continue;
        *letter++ = row->letter;
        if (has_argument(row))
            *letter++ = ':';
    }
}

static void spelling_fini(struct spelling *spelling)
{
    mem_free(spelling->longs);
    mem_free(spelling->letters);
}

static const char *lists(enum options_face face)
{
    return face == OPTIONS_GET ? "get" : "workbench";
}

/* An option that there is elsewhere. */
static bool elsewhere(const struct option_row *row, enum options_face face,
                      struct err *err)
{
    return face == OPTIONS_GET
               ? err_set(err, ERR_USAGE,
                         "--%s is for the workbench: threadlab, without get",
                         row->name)
               : err_set(err, ERR_USAGE,
                         "--%s is for \"threadlab get\"; the workbench shows "
                         "and asks on its screen",
                         row->name);
}

/* word: "--foo" or "--foo=bar", which getopt_long did not take. */
static bool unknown_long(const char *word, enum options_face face,
                         struct err *err)
{
    int len = (int)strcspn(word, "=");
    size_t prefixes = 0;
    size_t count = 0;
    const char **names = mem_new(option_count * sizeof *names);
    char *name = mem_strndup(word + 2, (size_t)len - 2);
    const char *guess;

    for (size_t i = 0; i < option_count; i++) {
        const char *other = option_table[i].name;

        prefixes += strncmp(other, name, (size_t)len - 2) == 0;
        if (option_is_for(&option_table[i], face))
            names[count++] = other;
    }
    guess = nearest(name, names, count);
    if (prefixes > 1)
        err_set(err, ERR_USAGE, "%.*s is short for several options", len, word);
    else if (guess)
        err_set(err, ERR_USAGE, "there is no option %.*s; did you mean --%s?",
                len, word, guess);
    else
        err_set(err, ERR_USAGE,
                "there is no option %.*s; \"threadlab help %s\" lists them",
                len, word, lists(face));
    mem_free(name);
    mem_free(names);
    return false;
}

static bool refused(int answer, const char *word, enum options_face face,
                    struct err *err)
{
    const struct option_row *row = row_of(optopt);

    if (row && !option_is_for(row, face))
        return elsewhere(row, face, err);
    if (answer == ':')
        return err_set(err, ERR_USAGE, "--%s needs an argument: %s", row->name,
                       row->argument);
    if (row)
        return err_set(err, ERR_USAGE, "--%s takes no argument", row->name);
    if (!optopt)
        return unknown_long(word, face, err);
    return err_set(err, ERR_USAGE,
                   "there is no option -%c; \"threadlab help %s\" lists them",
                   optopt, lists(face));
}

static bool read_words(struct options *options, enum options_face face,
                       int argc, char **argv, bool *given, struct err *err)
{
    struct spelling spelling;
    bool ok = true;
    int answer;

    spelling_init(&spelling);
    opterr = 0;
    optind = 0; /* starts anew, where it is not the first time */
    while (ok && (answer = getopt_long(argc, argv, spelling.letters,
                                       spelling.longs, NULL)) != -1) {
        const struct option_row *row;

        if (answer == '?' || answer == ':') {
            ok = refused(answer, argv[optind - 1], face, err);
            continue;
        }
        row = row_of(answer);
        ok = option_is_for(row, face) || elsewhere(row, face, err);
        if (!ok)
            break;
        given[row - option_table] = true;
        ok = take(options, row, optarg, err);
    }
    options->urls = (const char *const *)(argv + optind);
    options->url_count = (size_t)(argc - optind);
    spelling_fini(&spelling);
    return ok;
}

bool options_parse(struct options *options, enum options_face face, int argc,
                   char **argv, struct err *err)
{
    bool *given = mem_new(option_count * sizeof *given);
    bool ok;

    *options = (struct options){
        .fetch = {.retries = -1, .max_redirects = -1, .events = true},
    };
    ok = read_words(options, face, argc, argv, given, err);
    if (ok && !options->help)
        ok = option_check(options, face, given, err);
    mem_free(given);
    return ok;
}

void options_fini(struct options *options)
{
    MEM_CLEAR(options->headers);
    options->fetch.headers = NULL;
    options->header_count = 0;
}

bool options_harvest(const struct options *options)
{
    return options->match || options->json_path;
}
