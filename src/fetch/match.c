#include "match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/mem.h"

/* One compiled form of the expression. */
struct engine {
    pcre2_code *code;
    pcre2_match_data *data;
};

struct match {
    char *pattern;
    pcre2_general_context *memory;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    struct engine utf;   /* none if the pattern itself is not UTF-8 */
    struct engine bytes; /* made when first needed */
    size_t settings_len; /* of "(*UCP)(*CRLF)..." in front of the pattern */
    int64_t cpu_ms;
};

/* Memory that is there, as everywhere else. */
static void *take_memory(size_t size, void *arg)
{
    (void)arg;
    return mem_new(size);
}

static void give_memory(void *data, void *arg)
{
    (void)arg;
    mem_free(data);
}

/* PCRE2 has a ceiling for each place at which a match may begin, but none for
 * all of them together, and it tries all in one call. So the expression begins
 * with a callout, which is called once for each place and looks at the time. An
 * expression "a|b" tries a at every place, so one in front is enough. */
#define CALLOUT "(?C255)"

static bool refuse(const struct match *match, int code, size_t at,
                   struct err *err)
{
    char words[160];

    pcre2_get_error_message(code, (PCRE2_UCHAR *)words, sizeof(words));
    if (at >= match->settings_len + strlen(CALLOUT))
        at -= strlen(CALLOUT);
    return err_set(err, ERR_USAGE,
                   "the regular expression is wrong behind its byte %zu: %s",
                   at, words);
}

/* *code is PCRE2's error if it fails. */
static bool compile(struct match *match, struct engine *engine,
                    uint32_t options, int *code, struct err *err)
{
    pcre2_compile_context *context =
        pcre2_compile_context_create(match->memory);
    PCRE2_SIZE at = 0;

    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_max_pattern_length(context, MATCH_PATTERN_MAX + strlen(CALLOUT));
    /* \C could end a match inside a character. */
    engine->code =
        pcre2_compile((PCRE2_SPTR)match->pattern, PCRE2_ZERO_TERMINATED,
                      options | PCRE2_NEVER_BACKSLASH_C, code, &at, context);
    pcre2_compile_context_free(context);
    if (!engine->code)
        return refuse(match, *code, at, err);
    /* Where there is no JIT the interpreter does the same, slower. */
    pcre2_jit_compile(engine->code, PCRE2_JIT_COMPLETE);
    engine->data =
        pcre2_match_data_create_from_pattern(engine->code, match->memory);
    return true;
}

/* The text is known to be UTF-8 when this one is used, so it is not checked
 * again in every call: that would take quadratic time. */
static bool compile_utf(struct match *match, int *code, struct err *err)
{
    return compile(match, &match->utf, PCRE2_UTF, code, err);
}

/* (*UTF) in the pattern would make this one read bytes as characters. */
static bool compile_bytes(struct match *match, struct err *err)
{
    int code = 0;

    return match->bytes.code ||
           compile(match, &match->bytes, PCRE2_NEVER_UTF, &code, err);
}

/* Settings such as "(*UCP)" must stay in front. */
static size_t settings_len(const char *pattern)
{
    const char *at = pattern;

    while (at[0] == '(' && at[1] == '*' && at[2] >= 'A' && at[2] <= 'Z') {
        size_t word = strcspn(at, "):");

        /* "(*ACCEPT)" and the like are no settings, but do no harm; names with
         * arguments are never settings. */
        if (at[word] != ')')
            break;
        at += word + 1;
    }
    return (size_t)(at - pattern);
}

struct match *match_new(const char *pattern, struct err *err)
{
    struct match *match = mem_new(sizeof(*match));
    struct err why;
    int code = 0;

    match->settings_len = settings_len(pattern);
    match->pattern = mem_printf("%.*s" CALLOUT "%s", (int)match->settings_len,
                                pattern, pattern + match->settings_len);
    match->cpu_ms = MATCH_CPU_MS;
    match->memory =
        pcre2_general_context_create(take_memory, give_memory, NULL);
    match->context = pcre2_match_context_create(match->memory);
    pcre2_set_heap_limit(match->context, MATCH_HEAP_KIB);
    /* A negative code says that the pattern is not UTF-8. */
    if (!compile_utf(match, &code, &why) &&
        (code > 0 || !compile_bytes(match, &why))) {
        match_free(match);
        err_set(err, why.code, "%s", why.text);
        return NULL;
    }
    match->stack = pcre2_jit_stack_create(
        32 * 1024, (size_t)MATCH_STACK_KIB * 1024, match->memory);
    if (match->stack)
        pcre2_jit_stack_assign(match->context, NULL, match->stack);
    return match;
}

void match_free(struct match *match)
{
    if (!match)
        return;
    pcre2_match_data_free(match->utf.data);
    pcre2_match_data_free(match->bytes.data);
    pcre2_code_free(match->utf.code);
    pcre2_code_free(match->bytes.code);
    pcre2_jit_stack_free(match->stack);
    pcre2_match_context_free(match->context);
    pcre2_general_context_free(match->memory);
    mem_free(match->pattern);
    mem_free(match);
}

void match_set_cpu_ms(struct match *match, int64_t ms)
{
    match->cpu_ms = ms;
}

/* Most text is ASCII: takes it by words. */
static bool is_utf8(const char *text, size_t len)
{
    uint32_t code;

    for (size_t i = 0; i < len;) {
        uint64_t word;
        size_t used;

        if (len - i >= sizeof(word)) {
            memcpy(&word, text + i, sizeof(word));
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof(word);
                continue;
            }
        }
        used = fmt_utf8(text + i, len - i, &code);
        if (used == 0)
            return false;
        i += used;
    }
    return true;
}

/* A search on its way. */
struct search {
    struct match *match;
    const struct engine *engine;
    const char *text;
    size_t len;
    size_t at;        /* where the next call begins */
    bool after_empty; /* the last match was empty, and its end is at */
    /* What PCRE2 has cost so far: what found does is not counted. */
    int64_t spent_ns;
    int64_t limit_ns;
    /* Up to where it was counted; the processor time only if ticked. */
    int64_t mark_ns;
    int64_t cpu_mark_ns;
    bool ticked;
    unsigned places;
};

/* Asking for the processor time costs a system call, so it is asked only when
 * a call takes longer than this. What is shorter is counted by the cheap clock,
 * which would also count a stop by ^Z, but never more than this. */
enum { TICK_NS = 20 * 1000 * 1000 };

static int64_t cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void tick(struct search *search)
{
    int64_t now_ns = clock_ns();
    int64_t now_cpu_ns;

    if (now_ns - search->mark_ns < TICK_NS)
        return;
    now_cpu_ns = cpu_ns();
    search->spent_ns +=
        search->ticked ? now_cpu_ns - search->cpu_mark_ns : TICK_NS;
    search->mark_ns = now_ns;
    search->cpu_mark_ns = now_cpu_ns;
    search->ticked = true;
}

/* A place may cost a good part of a second, so not too many go unseen. */
static int on_place(pcre2_callout_block *block, void *arg)
{
    struct search *search = arg;

    (void)block;
    if (++search->places % 16 == 0)
        tick(search);
    return search->spent_ns > search->limit_ns ? PCRE2_ERROR_CALLOUT : 0;
}

static int call(struct search *search)
{
    uint32_t options = PCRE2_NO_UTF_CHECK;
    int64_t rest_ns;
    int code;

    if (search->after_empty)
        options |= PCRE2_NOTEMPTY_ATSTART;
    search->mark_ns = clock_ns();
    search->ticked = false;
    code = pcre2_match(search->engine->code, (PCRE2_SPTR)search->text,
                       search->len, search->at, options, search->engine->data,
                       search->match->context);
    rest_ns = clock_ns() - search->mark_ns;
    search->spent_ns += rest_ns < TICK_NS ? rest_ns : TICK_NS;
    return code;
}

static size_t next_char(const struct search *search, size_t at)
{
    at++;
    while (search->engine == &search->match->utf && at < search->len &&
           ((unsigned char)search->text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

/* Gives one match away; groups is one more than the last group that took part.
 * False if found says so. */
static bool give(const struct search *search, int groups, match_found *found,
                 void *arg)
{
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(search->engine->data);
    bool has_groups = pcre2_get_ovector_count(search->engine->data) > 1;
    size_t start = pairs[0];
    size_t end = has_groups ? pairs[0] : pairs[1];

    for (int i = groups - 1; i > 0; i--)
        if (pairs[2 * i] != PCRE2_UNSET) {
            start = pairs[2 * i];
            end = pairs[2 * i + 1];
        }
    return found(arg, search->text + start, end > start ? end - start : 0);
}

/* Moves behind the match. Not every end is a step forward: \K and lookbehinds
 * can put it where it was. False at the end of the text. */
static bool step(struct search *search)
{
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(search->engine->data);
    size_t end = pairs[1];
    bool moved =
        end > search->at || (end == search->at && !search->after_empty);

    if (!moved && search->at == search->len)
        return false;
    search->after_empty = moved && pairs[0] >= pairs[1];
    search->at = moved ? end : next_char(search, search->at);
    return true;
}

static bool stop(const struct search *search, int code, struct err *err)
{
    char words[160];

    switch (code) {
    case PCRE2_ERROR_CALLOUT:
        return err_set(err, ERR_LIMIT,
                       "the regular expression is too slow for this text and "
                       "was stopped after %lld s, behind byte %zu of %zu; say "
                       "more exactly what it may run over, e.g. [^\"]+ instead "
                       "of .+",
                       (long long)(search->match->cpu_ms + 999) / 1000,
                       search->at, search->len);
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return err_set(err, ERR_LIMIT,
                       "the regular expression has too many ways to match "
                       "behind byte %zu of the text; say more exactly what it "
                       "may run over, e.g. [^\"]+ instead of .+",
                       search->at);
    default:
        pcre2_get_error_message(code, (PCRE2_UCHAR *)words, sizeof(words));
        return err_set(err, ERR_LIMIT,
                       "the regular expression cannot be used on this text: "
                       "%s",
                       words);
    }
}

static bool run(struct search *search, match_found *found, void *arg,
                struct err *err)
{
    for (;;) {
        int code = call(search);

        if (code == PCRE2_ERROR_NOMATCH)
            return true;
        if (code < 0)
            return stop(search, code, err);
        if (!give(search, code, found, arg) || !step(search))
            return true;
        if (search->spent_ns > search->limit_ns)
            return stop(search, PCRE2_ERROR_CALLOUT, err);
    }
}

/* How many steps one place may cost: enough to run over the whole text a few
 * times. */
static uint32_t step_limit(size_t len)
{
    size_t limit = 10 * 1000 * 1000;

    return len < (UINT32_MAX - limit) / 2 ? (uint32_t)(limit + 2 * len)
                                          : UINT32_MAX;
}

bool match_each(struct match *match, const char *text, size_t len,
                match_found *found, void *arg, struct err *err)
{
    struct search search = {.match = match,
                            .engine = &match->utf,
                            .text = text,
                            .len = len,
                            .limit_ns = match->cpu_ms * 1000000};

    if (!match->utf.code || !is_utf8(text, len)) {
        if (!compile_bytes(match, err)) {
            err_prefix(err, "the text is not UTF-8, and for bytes");
            return false;
        }
        search.engine = &match->bytes;
    }
    pcre2_set_callout(match->context, on_place, &search);
    pcre2_set_match_limit(match->context, step_limit(len));
    pcre2_set_depth_limit(match->context, step_limit(len));
    return run(&search, found, arg, err);
}
