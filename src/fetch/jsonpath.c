#include "jsonpath.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"

enum kind { KEY, INDEX, EVERY };

struct step {
    enum kind kind;
    bool deep; /* ".." */
    char *key;
    int64_t index; /* negative: from the end, -1 is the last */
};

struct jsonpath {
    size_t count;
    struct step steps[JSONPATH_STEPS_MAX];
};

/* Paths. */

/* A path being read. */
struct scan {
    const char *start;
    const char *at;
    struct err *err;
};

static bool refuse(const struct scan *scan, const char *what)
{
    char clean[160];

    fmt_clean(clean, sizeof(clean), scan->start, strlen(scan->start), 50);
    return err_set(scan->err, ERR_USAGE, "the JSON path '%s' %s (at byte %zu)",
                   clean, what, (size_t)(scan->at - scan->start) + 1);
}

static void skip_blanks(struct scan *scan)
{
    scan->at += strspn(scan->at, " \t\r\n");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool read_name(struct scan *scan, struct step *step)
{
    const char *name = scan->at;

    if (!is_name_first(*name))
        return refuse(scan, "must have a key or '*' behind the dot; put a key "
                            "of other characters into ['...']");
    while (is_name_first(*scan->at) || is_digit(*scan->at) || *scan->at == '-')
        scan->at++;
    step->kind = KEY;
    step->key = mem_strndup(name, (size_t)(scan->at - name));
    return true;
}

/* Steps over a string in quotes and writes it to json as a JSON string. */
static bool requote(struct scan *scan, struct str *json)
{
    char quote = *scan->at++;

    str_putc(json, '"');
    for (; *scan->at != quote; scan->at++) {
        if (*scan->at == '\0')
            return refuse(scan, "has a quote that does not end");
        if (*scan->at == '"')
            str_putc(json, '\\');
        if (*scan->at == '\\' && scan->at[1] != '\0') {
            scan->at++;
            if (*scan->at != '\'')
                str_putc(json, '\\');
            else if (quote != '\'')
                return refuse(scan, "has an escape that is none");
        }
        str_putc(json, *scan->at);
    }
    scan->at++;
    str_putc(json, '"');
    return true;
}

/* The escapes are JSON's, so the JSON library undoes them. */
static bool read_quoted(struct scan *scan, struct step *step)
{
    const char *start = scan->at;
    json_t *value = NULL;
    bool ok = false;
    struct str json;

    str_init(&json, 2 * strlen(start) + 2);
    if (!requote(scan, &json))
        goto out;
    value = json_loadb(json.data, json.len, JSON_DECODE_ANY, NULL);
    if (!value) {
        scan->at = start;
        refuse(scan, "has a key in quotes with an escape or a character that "
                     "JSON does not know");
        goto out;
    }
    step->kind = KEY;
    step->key = mem_strdup(json_string_value(value));
    ok = true;
out:
    json_decref(value);
    str_fini(&json);
    return ok;
}

static bool read_index(struct scan *scan, struct step *step)
{
    bool minus = *scan->at == '-';
    const char *digits = scan->at + minus;

    if (!is_digit(digits[0]) || (digits[0] == '0' && is_digit(digits[1])) ||
        (minus && digits[0] == '0'))
        return refuse(scan, "must have a whole number, a key in quotes or '*' "
                            "in the brackets");
    step->kind = INDEX;
    for (scan->at = digits; is_digit(*scan->at); scan->at++) {
        step->index = step->index * 10 + (*scan->at - '0');
        /* The bounds of RFC 9535 section 2.1. */
        if (step->index > (INT64_C(1) << 53) - 1)
            return refuse(scan, "has a number that is too large");
    }
    if (minus)
        step->index = -step->index;
    return true;
}

static bool read_brackets(struct scan *scan, struct step *step)
{
    bool ok = true;

    scan->at++;
    skip_blanks(scan);
    if (*scan->at == '?')
        return refuse(scan, "has a filter, which is not supported");
    if (*scan->at == '*') {
        step->kind = EVERY;
        scan->at++;
    } else if (*scan->at == '\'' || *scan->at == '"') {
        ok = read_quoted(scan, step);
    } else if (*scan->at != ':') {
        ok = read_index(scan, step);
    }
    if (!ok)
        return false;
    skip_blanks(scan);
    if (*scan->at == ':')
        return refuse(scan, "has a slice, which is not supported");
    if (*scan->at == ',')
        return refuse(scan, "has a list in brackets, which is not supported");
    if (*scan->at != ']')
        return refuse(scan, "lacks a ']'");
    scan->at++;
    return true;
}

static bool read_step(struct scan *scan, struct step *step)
{
    if (*scan->at == '[')
        return read_brackets(scan, step);
    if (*scan->at != '.')
        return refuse(scan, "must go on with '.' or '['");
    scan->at++;
    if (*scan->at == '.') {
        step->deep = true;
        scan->at++;
        if (*scan->at == '[')
            return read_brackets(scan, step);
    }
    if (*scan->at == '*') {
        step->kind = EVERY;
        scan->at++;
        return true;
    }
    return read_name(scan, step);
}

static bool read_path(struct scan *scan, struct jsonpath *path)
{
    skip_blanks(scan);
    if (*scan->at != '$')
        return refuse(scan, "must begin with '$', e.g. $.data[*].image");
    scan->at++;
    for (;;) {
        skip_blanks(scan);
        if (*scan->at == '\0')
            return true;
        if (path->count == JSONPATH_STEPS_MAX)
            return refuse(scan, "has too many steps");
        if (!read_step(scan, &path->steps[path->count++]))
            return false;
    }
}

struct jsonpath *jsonpath_parse(const char *text, struct err *err)
{
    struct jsonpath *path = mem_new(sizeof(*path));
    struct scan scan = {.start = text, .at = text, .err = err};

    if (read_path(&scan, path))
        return path;
    jsonpath_free(path);
    return NULL;
}

void jsonpath_free(struct jsonpath *path)
{
    if (!path)
        return;
    for (size_t i = 0; i < path->count; i++)
        mem_free(path->steps[i].key);
    mem_free(path);
}

/* Texts. */

/* A search on its way. */
struct search {
    const struct jsonpath *path;
    jsonpath_found *found;
    void *arg;
    size_t visits;
    size_t results;
    size_t others;
    bool stopped; /* by found, or by one of our ceilings */
    bool too_much;
};

static void give(struct search *search, json_t *value)
{
    if (!json_is_string(value)) {
        search->others++;
        return;
    }
    if (search->results == JSONPATH_RESULTS_MAX) {
        search->stopped = search->too_much = true;
        return;
    }
    search->results++;
    search->stopped = !search->found(search->arg, json_string_value(value),
                                     json_string_length(value));
}

static void visit(struct search *search, json_t *value, size_t at);

/* Visits every member or item, at being the step that comes next. */
static void visit_every(struct search *search, json_t *value, size_t at)
{
    const char *key;
    json_t *child;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, key, child)
        {
            if (search->stopped)
                return;
            visit(search, child, at);
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, child)
        {
            if (search->stopped)
                return;
            visit(search, child, at);
        }
    }
}

static json_t *item(const json_t *array, int64_t index)
{
    int64_t size = (int64_t)json_array_size(array);

    if (index < 0)
        index += size;
    return index >= 0 && index < size ? json_array_get(array, (size_t)index)
                                      : NULL;
}

/* Follows the steps from number at on. No deeper than the text is nested, plus
 * the number of steps. */
static void visit(struct search *search, json_t *value, size_t at)
{
    const struct step *step = &search->path->steps[at];
    json_t *child = NULL;

    if (search->visits++ == JSONPATH_VISITS_MAX) {
        search->stopped = search->too_much = true;
        return;
    }
    if (at == search->path->count) {
        give(search, value);
        return;
    }
    if (step->kind == EVERY)
        visit_every(search, value, at + 1);
    else if (step->kind == KEY)
        child = json_object_get(value, step->key);
    else
        child = item(value, step->index);
    if (child)
        visit(search, child, at + 1);
    if (step->deep && !search->stopped)
        visit_every(search, value, at);
}

/* What the values of a text may cost at most, in bytes: the JSON library needs
 * far more for "[[],[],..." than for the strings of a usual page, and has no
 * ceiling of its own. The numbers are rounded up from what it takes for a value
 * with its key, and for an empty array or object. */
static size_t memory_bound(const char *text, size_t len)
{
    size_t bytes = len;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ',')
            bytes += 128;
        else if (!quoted && (c == '[' || c == '{'))
            bytes += 384;
    }
    return bytes;
}

static bool fits(const char *text, size_t len, struct err *err)
{
    if (len > JSONPATH_TEXT_MAX)
        return err_set(err, ERR_LIMIT,
                       "the text is larger than %d MiB, which is too much for "
                       "a JSON path; use a regular expression",
                       JSONPATH_TEXT_MAX / 1024 / 1024);
    if (memory_bound(text, len) > JSONPATH_MEMORY_MAX)
        return err_set(err, ERR_LIMIT,
                       "the text has too many values for a JSON path; use a "
                       "regular expression");
    return true;
}

static json_t *load(const char *text, size_t len, struct err *err)
{
    /* Numbers are of no interest, so none is too large for an integer. */
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
    char clean[240];
    json_error_t why;
    json_t *root;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    root = json_loadb(text, len, flags, &why);
    if (!root) {
        fmt_clean(clean, sizeof(clean), why.text, strlen(why.text), 100);
        err_set(err, ERR_PROTOCOL,
                "the text is not JSON: line %d, column %d: %s", why.line,
                why.column, clean);
    }
    return root;
}

bool jsonpath_collect(const struct jsonpath *path, const char *text, size_t len,
                      jsonpath_found *found, void *arg, size_t *others,
                      struct err *err)
{
    struct search search = {.path = path, .found = found, .arg = arg};
    json_t *root;

    if (others)
        *others = 0;
    if (!fits(text, len, err))
        return false;
    root = load(text, len, err);
    if (!root)
        return false;
    visit(&search, root, 0);
    json_decref(root);
    if (others)
        *others = search.others;
    if (search.too_much)
        return err_set(err, ERR_LIMIT,
                       "the JSON path points at too much of the text; say "
                       "more exactly where, with fewer '..'");
    return true;
}
