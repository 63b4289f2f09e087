/* Journals for beancount. */
#include <inttypes.h>
#include <string.h>
#include <utf8proc.h>

#include "account_export.h"
#include "base/fmt.h"
#include "base/mem.h"

/* ---- beancount ---- */

/* What may stand in a part of a name, by Unicode's categories. */
enum letter { LETTER_NONE, LETTER_FIRST, LETTER_OTHER };

static enum letter letter_of(uint32_t code)
{
    const char *category = utf8proc_category_string((utf8proc_int32_t)code);

    if (strcmp(category, "Lu") == 0 || strcmp(category, "Nd") == 0)
        return LETTER_FIRST;
    return category[0] == 'L' || code == '-' ? LETTER_OTHER : LETTER_NONE;
}

/* One character of a name; true: it is another one now. */
static bool put_bean_letter(FILE *out, uint32_t code, const char *text,
                            size_t len, bool first)
{
    enum letter letter = letter_of(code);

    if (letter == LETTER_NONE) {
        fputs(first ? "X" : "-", out);
        return true;
    }
    if (first && code >= 'a' && code <= 'z') {
        fputc((int)(code - 'a' + 'A'), out);
        return true;
    }
    if (first && letter != LETTER_FIRST)
        fputc('X', out);
    fprintf(out, "%.*s", (int)len, text);
    return first && letter != LETTER_FIRST;
}

static bool has_root(const char *name)
{
    static const char *const roots[] = {
        "Assets:", "Liabilities:", "Equity:", "Income:", "Expenses:"};

    for (size_t i = 0; i < ARRAY_LEN(roots); i++)
        if (strncmp(name, roots[i], strlen(roots[i])) == 0)
            return true;
    return false;
}

/* "Assets:Cash": a root, then parts of letters, digits and dashes that begin
 * with a capital or a digit. A name that had to be changed gets its account's
 * number, so that no two meet. */
static void put_bean_name(FILE *out, const struct holder *holder)
{
    size_t len = strlen(holder->name);
    bool changed = false;
    bool first = true;
    uint32_t code;
    size_t used;

    if (title_is_reserved(holder->name))
        fputs("Equity:", out);
    else if (!has_root(holder->name))
        fputs("Assets:", out);
    for (size_t i = 0; i < len; i += used ? used : 1) {
        const char *at = holder->name + i;

        used = fmt_utf8(at, len - i, &code);
        if (*at == ':' && !first && i + 1 < len && at[1] != ':') {
            fputc(':', out);
            first = true;
            continue;
        }
        changed |= put_bean_letter(out, used ? code : 0, at, used, first);
        first = false;
    }
    if (changed)
        fprintf(out, "-%" PRId64, holder->id);
}

static void put_bean_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        fputc(strchr("\"\\", *text) ? '\'' : *text, out);
    fputc('"', out);
}

static void put_bean_posting(FILE *out, const struct holder *holder,
                             int64_t minor)
{
    fputs("  ", out);
    put_bean_name(out, holder);
    fputs("  ", out);
    export_amount(out, minor, holder, false);
    fputc('\n', out);
}

static void put_bean(FILE *out, const struct entry *entry,
                     const struct holder *from, const struct holder *to)
{
    char text[KEY_TEXT];
    char day[16];

    fprintf(out, "\n%s * ", export_date(entry->ts_ms, day));
    put_bean_text(out,
                  entry->memo[0] ? entry->memo : entry_kind_word(entry->kind));
    fprintf(out, "\n  entry: \"%" PRId64 "\"\n", entry->id);
    if (entry->has_key)
        fprintf(out, "  key: \"%s\"\n", key_text(text, &entry->key));
    if (entry->channel[0]) {
        fputs("  by: ", out);
        put_bean_text(out, entry->channel);
        fputc('\n', out);
    }
    put_bean_posting(out, from, -entry->minor);
    put_bean_posting(out, to, entry->minor);
}

bool export_bean(void *to, const struct entry *entry, struct holder *from,
                 struct holder *dest, struct err *err)
{
    struct exporter *export = to;
    char day[16];

    (void)err;
    export->newest_ms = entry->ts_ms;
    if (entry->kind == ENTRY_OPEN) {
        fprintf(export->out, "%s open ", export_date(entry->ts_ms, day));
        put_bean_name(export->out, dest);
        fprintf(export->out, " %s\n", dest->currency);
    } else if (entry_moves(entry->kind)) {
        put_bean(export->out, entry, from, dest);
        from->balance = entry->from_balance;
        dest->balance = entry->to_balance;
    }
    return true;
}

/* What every account holds, as of the start of the day after. */
bool export_bean_balances(struct exporter *export, struct account_walk *walk,
                          struct err *err)
{
    const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    struct holder *holder;
    char day[16];

    for (int64_t id = 1; book_by_id(&walk->book, id); id++) {
        if (!account_walk_holder(walk, id, &holder, err))
            return false;
        fprintf(export->out, "\n%s balance ",
                export_date(export->newest_ms + day_ms, day));
        put_bean_name(export->out, holder);
        fputs("  ", export->out);
        export_amount(export->out, holder->balance, holder, false);
    }
    fputc('\n', export->out);
    return true;
}
