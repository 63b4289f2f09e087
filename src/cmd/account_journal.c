/* Journals for hledger and ledger. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "account/money.h"
#include "account_export.h"

/* ---- values ---- */

const char *export_date(int64_t ts_ms, char text[16])
{
    time_t seconds = (time_t)(ts_ms / 1000);
    struct tm tm;

    text[0] = '\0';
    if (gmtime_r(&seconds, &tm))
        strftime(text, 16, "%Y-%m-%d", &tm);
    return text;
}

void export_amount(FILE *out, int64_t minor, const struct holder *holder,
                   bool quotes)
{
    char text[MONEY_TEXT];
    const char *quote =
        quotes && strpbrk(holder->currency, "0123456789") ? "\"" : "";

    fprintf(out, "%s %s%s%s", money_plain(text, minor, holder->scale), quote,
            holder->currency, quote);
}

/* ---- hledger and ledger ---- */

/* In a journal a posting begins with its account's name; what has a meaning
 * there becomes a low line. */
static void put_name(FILE *out, const char *name)
{
    for (size_t i = 0; name[i]; i++)
        fputc(strchr(";\"|", name[i]) ||
                      (i == 0 && strchr("([{*!=~<#%@&", *name))
                  ? '_'
                  : name[i],
              out);
}

static void put_posting(struct exporter *export, const struct holder *holder,
                        int64_t minor, int64_t balance)
{
    fputs("    ", export->out);
    put_name(export->out, holder->name);
    fputs("  ", export->out);
    export_amount(export->out, minor, holder, true);
    fputs(" = ", export->out);
    export_amount(export->out, balance, holder, true);
    fputc('\n', export->out);
}

/* Words behind a semicolon, in which a comma would end a tag's value. */
static void put_tag(FILE *out, const char *tag, const char *value)
{
    fprintf(out, "    ; %s: ", tag);
    for (; *value; value++)
        fputc(*value == ',' ? ' ' : *value, out);
    fputc('\n', out);
}

static void put_title(FILE *out, const struct entry *entry)
{
    const char *text =
        entry->memo[0] ? entry->memo : entry_kind_word(entry->kind);

    for (; *text; text++)
        fputc(strchr(";|", *text) ? ',' : *text, out);
}

static void put_journal(struct exporter *export, const struct entry *entry,
                        const struct holder *from, const struct holder *to)
{
    char text[KEY_TEXT];
    char day[16];

    fprintf(export->out, "\n%s * (%" PRId64 ") ",
            export_date(entry->ts_ms, day), entry->id);
    put_title(export->out, entry);
    fputc('\n', export->out);
    if (entry->has_key)
        put_tag(export->out, "key", key_text(text, &entry->key));
    if (entry->channel[0])
        put_tag(export->out, "by", entry->channel);
    put_posting(export, from, -entry->minor, entry->from_balance);
    put_posting(export, to, entry->minor, entry->to_balance);
}

static void put_opening(struct exporter *export, const struct holder *holder)
{
    fputs("account ", export->out);
    put_name(export->out, holder->name);
    fputc('\n', export->out);
}

bool export_journal(void *to, const struct entry *entry, struct holder *from,
                    struct holder *dest, struct err *err)
{
    (void)err;
    if (entry->kind == ENTRY_OPEN)
        put_opening(to, dest);
    else if (entry_moves(entry->kind))
        put_journal(to, entry, from, dest);
    return true;
}
