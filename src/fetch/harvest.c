#include "harvest.h"

#include <string.h>
#include <strings.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "hash.h"
#include "jsonpath.h"
#include "link.h"
#include "magic.h"
#include "match.h"
#include "unescape.h"

/* What is kept of a URL is a number of 64 bits under a secret key: that two
 * URLs of a million share one has a chance of 1 in 30 million, and nobody can
 * make it happen. */
struct seen {
    struct hash_key key;
    uint64_t *slots; /* 0 is free */
    size_t room;     /* 0 or a power of two */
    size_t count;
};

struct harvest {
    struct match *match;
    struct jsonpath *path;
    struct match *base; /* finds <base href=...> */
    struct seen seen;
};

/* Spellings of the longest link: "\u0026" for each byte, and some more. */
enum { MATCH_MAX = 8 * LINK_MAX_BYTES, BASE_WITHIN = 64 * 1024 };

struct harvest *harvest_new(const char *pattern, const char *json_path,
                            struct err *err)
{
    struct harvest *harvest = mem_new(sizeof(*harvest));

    if (!pattern == !json_path) {
        err_set(err, ERR_USAGE,
                "give either a regular expression or a JSON path");
        goto fail;
    }
    if (pattern)
        harvest->match = match_new(pattern, err);
    else
        harvest->path = jsonpath_parse(json_path, err);
    if (!harvest->match && !harvest->path)
        goto fail;
    harvest->base = match_new("(?i)<base\\s[^>]{0,999}?\\bhref\\s*=\\s*"
                              "(?|\"([^\"]*)\"|'([^']*)'|([^\\s>]+))",
                              err);
    if (!harvest->base)
        goto fail;
    hash_key_random(&harvest->seen.key);
    return harvest;
fail:
    harvest_free(harvest);
    return NULL;
}

void harvest_free(struct harvest *harvest)
{
    if (!harvest)
        return;
    match_free(harvest->match);
    match_free(harvest->base);
    jsonpath_free(harvest->path);
    mem_free(harvest->seen.slots);
    mem_free(harvest);
}

void harvest_set_cpu_ms(struct harvest *harvest, int64_t ms)
{
    if (harvest->match)
        match_set_cpu_ms(harvest->match, ms);
}

/* What was seen. */

static uint64_t *find_slot(const struct seen *seen, uint64_t hash)
{
    size_t at = (size_t)hash;

    for (;; at++) {
        uint64_t *slot = &seen->slots[at & (seen->room - 1)];

        if (*slot == 0 || *slot == hash)
            return slot;
    }
}

static void grow(struct seen *seen)
{
    struct seen wider = *seen;

    wider.room = seen->room ? seen->room * 2 : 1024;
    wider.slots = mem_new(wider.room * sizeof(*wider.slots));
    for (size_t i = 0; i < seen->room; i++)
        if (seen->slots[i] != 0)
            *find_slot(&wider, seen->slots[i]) = seen->slots[i];
    mem_free(seen->slots);
    *seen = wider;
}

/* True if url is new. */
static bool remember(struct seen *seen, const struct str *url)
{
    uint64_t hash = hash_bytes(&seen->key, url->data, url->len);
    uint64_t *slot;

    if (hash == 0)
        hash = 1;
    if (seen->count >= seen->room / 4 * 3)
        grow(seen);
    slot = find_slot(seen, hash);
    if (*slot == hash)
        return false;
    if (seen->count == HARVEST_SEEN_MAX)
        return true;
    *slot = hash;
    seen->count++;
    return true;
}

/* What kind of page it is. */

static bool type_ends(const char *type, const char *suffix)
{
    size_t len = strcspn(type, "; \t");
    size_t tail = strlen(suffix);

    return len > tail && strncasecmp(type + len - tail, suffix, tail) == 0;
}

static char first_char(const struct harvest_page *page)
{
    size_t at = 0;

    if (page->len >= 3 && memcmp(page->text, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    while (at < page->len && strchr(" \t\r\n", page->text[at]) &&
           page->text[at] != '\0')
        at++;
    return at < page->len ? page->text[at] : '\0';
}

static bool like_json(const struct harvest_page *page)
{
    const char *type = page->type ? page->type : "";
    char first = first_char(page);

    return first == '{' || first == '[' || type_ends(type, "+json") ||
           type_match("application/json,application/x-ndjson,"
                      "text/javascript,application/javascript,"
                      "application/x-javascript",
                      type);
}

static bool like_html(const struct harvest_page *page)
{
    const char *type = page->type ? page->type : "";

    return first_char(page) == '<' || type_ends(type, "+xml") ||
           type_match("text/html,application/xml", type);
}

/* A harvest of one page on its way. */
struct run {
    struct harvest *harvest;
    const struct harvest_page *page;
    struct str base; /* the address that links are relative to */
    bool json;
    bool html;
    harvest_found *found;
    void *arg;
    struct harvest_counts *counts;
    struct str link; /* as it is unescaped, step by step */
    struct str spare;
    struct str url;
};

static const char *base_of(const struct run *run)
{
    return run->base.len > 0 ? run->base.data : NULL;
}

static void note_bad(struct run *run, struct err *why)
{
    struct harvest_counts *counts = run->counts;
    char clean[160];

    counts->bad++;
    if (counts->sample_count == HARVEST_SAMPLES)
        return;
    fmt_clean(clean, sizeof(clean), run->link.data, run->link.len, 40);
    if (!strstr(why->text, clean))
        err_prefix(why, "'%s'", clean);
    counts->samples[counts->sample_count++] = *why;
}

static void swap(struct str *a, struct str *b)
{
    struct str other = *a;

    *a = *b;
    *b = other;
}

/* None of these makes a text longer, so none fails. */
static void undo_escapes(struct run *run)
{
    if ((run->json ||
         (run->html && unescape_is_json(run->link.data, run->link.len))) &&
        unescape_json(run->link.data, run->link.len, &run->spare))
        swap(&run->link, &run->spare);
    if (run->html && unescape_html(run->link.data, run->link.len, &run->spare))
        swap(&run->link, &run->spare);
}

/* Makes run->url of run->link. */
static bool resolve(struct run *run, bool cut, struct err *why)
{
    if (strlen(run->link.data) != run->link.len)
        return err_set(why, ERR_PROTOCOL, "the link has a NUL byte in it");
    if (!link_resolve(base_of(run), run->link.data, &run->url, why))
        return false;
    if (cut)
        return err_set(why, ERR_LIMIT, "the link is too long");
    return true;
}

/* Takes one piece of the page. */
static bool take(struct run *run, const char *text, size_t len, bool escaped)
{
    bool cut = len > MATCH_MAX;
    struct err why;

    run->counts->found++;
    str_clear(&run->link);
    str_add(&run->link, text, cut ? MATCH_MAX : len);
    if (escaped)
        undo_escapes(run);
    if (!resolve(run, cut, &why)) {
        note_bad(run, &why);
        return true;
    }
    if (!remember(&run->harvest->seen, &run->url)) {
        run->counts->duplicates++;
        return true;
    }
    return run->found(run->arg, run->url.data);
}

static bool take_match(void *arg, const char *text, size_t len)
{
    return take(arg, text, len, true);
}

static bool take_string(void *arg, const char *text, size_t len)
{
    return take(arg, text, len, false);
}

/* Keeps the first one. */
static bool take_base(void *arg, const char *text, size_t len)
{
    struct run *run = arg;

    str_clear(&run->link);
    str_add(&run->link, text, len);
    undo_escapes(run);
    if (strlen(run->link.data) == run->link.len &&
        link_resolve(base_of(run), run->link.data, &run->url, NULL))
        swap(&run->base, &run->url);
    return false;
}

/* An element that cannot be found or used leaves the page's own address. */
static void find_base(struct run *run)
{
    size_t len = run->page->len < BASE_WITHIN ? run->page->len : BASE_WITHIN;

    if (run->html && !match_each(run->harvest->base, run->page->text, len,
                                 take_base, run, NULL))
        return;
}

bool harvest_run(struct harvest *harvest, const struct harvest_page *page,
                 harvest_found *found, void *arg, struct harvest_counts *counts,
                 struct err *err)
{
    struct run run = {.harvest = harvest,
                      .page = page,
                      .json = like_json(page),
                      .html = like_html(page),
                      .found = found,
                      .arg = arg,
                      .counts = counts};
    size_t others = 0;
    bool ok;

    *counts = (struct harvest_counts){0};
    str_init(&run.base, MATCH_MAX);
    str_init(&run.link, MATCH_MAX);
    str_init(&run.spare, MATCH_MAX);
    str_init(&run.url, MATCH_MAX);
    if (page->base)
        str_puts(&run.base, page->base);
    if (harvest->match) {
        find_base(&run);
        ok = match_each(harvest->match, page->text, page->len, take_match, &run,
                        err);
    } else {
        ok = jsonpath_collect(harvest->path, page->text, page->len, take_string,
                              &run, &others, err);
        counts->others = others;
    }
    str_fini(&run.base);
    str_fini(&run.link);
    str_fini(&run.spare);
    str_fini(&run.url);
    return ok;
}
