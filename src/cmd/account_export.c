/* threadlab account export: the entries for hledger, ledger and beancount, as
 * CSV, and as JSON Lines, which say all there is. And backup. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "account.h"
#include "account/money.h"
#include "account_json.h"
#include "account_walk.h"
#include "base/fmt.h"
#include "base/mem.h"

struct export
{
    FILE *out;
    int64_t newest_ms; /* of the entries so far */
};

/* ---- values ---- */

static const char *date(int64_t ts_ms, char text[16])
{
    time_t seconds = (time_t)(ts_ms / 1000);
    struct tm tm;

    text[0] = '\0';
    if (gmtime_r(&seconds, &tm))
        strftime(text, 16, "%Y-%m-%d", &tm);
    return text;
}

static void put_time(FILE *out, int64_t ts_ms)
{
    time_t seconds = (time_t)(ts_ms / 1000);
    char text[32] = "";
    struct tm tm;

    if (gmtime_r(&seconds, &tm))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    fprintf(out, "%s.%03dZ", text, (int)(ts_ms % 1000));
}

/* A code with digits would be read as an amount. */
static void put_amount(FILE *out, int64_t minor, const struct holder *holder,
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

static void put_posting(struct export *export, const struct holder *holder,
                        int64_t minor, int64_t balance)
{
    fputs("    ", export->out);
    put_name(export->out, holder->name);
    fputs("  ", export->out);
    put_amount(export->out, minor, holder, true);
    fputs(" = ", export->out);
    put_amount(export->out, balance, holder, true);
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

static void put_journal(struct export *export, const struct entry *entry,
                        const struct holder *from, const struct holder *to)
{
    char text[KEY_TEXT];
    char day[16];

    fprintf(export->out, "\n%s * (%" PRId64 ") ", date(entry->ts_ms, day),
            entry->id);
    put_title(export->out, entry);
    fputc('\n', export->out);
    if (entry->has_key)
        put_tag(export->out, "key", key_text(text, &entry->key));
    if (entry->channel[0])
        put_tag(export->out, "by", entry->channel);
    put_posting(export, from, -entry->minor, entry->from_balance);
    put_posting(export, to, entry->minor, entry->to_balance);
}

static void put_opening(struct export *export, const struct holder *holder)
{
    fputs("account ", export->out);
    put_name(export->out, holder->name);
    fputc('\n', export->out);
}

static bool take_journal(void *to, const struct entry *entry,
                         struct holder *from, struct holder *dest,
                         struct err *err)
{
    (void)err;
    if (entry->kind == ENTRY_OPEN)
        put_opening(to, dest);
    else if (entry_moves(entry->kind))
        put_journal(to, entry, from, dest);
    return true;
}

/* ---- beancount ---- */

/* "Assets:Cash": a root, then parts of letters, digits and dashes that begin
 * with a capital or a digit. A name that had to be changed gets its account's
 * number, so that no two meet. */
static void put_bean_name(FILE *out, const struct holder *holder)
{
    bool start = true;
    bool changed = false;

    fputs(title_is_reserved(holder->name) ? "Equity:" : "Assets:", out);
    for (const char *at = holder->name; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool letter =
            (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
        bool small = c >= 'a' && c <= 'z';

        if (c == ':' && !start && at[1] && at[1] != ':') {
            fputc(c, out);
            start = true;
            continue;
        }
        if (start && small)
            fputc(c - 'a' + 'A', out);
        else if (letter || small || (!start && c == '-'))
            fputc(c, out);
        else
            fputs(start ? "X" : "-", out);
        changed |= (start && small) || !(letter || small);
        start = false;
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
    put_amount(out, minor, holder, false);
    fputc('\n', out);
}

static void put_bean(FILE *out, const struct entry *entry,
                     const struct holder *from, const struct holder *to)
{
    char text[KEY_TEXT];
    char day[16];

    fprintf(out, "\n%s * ", date(entry->ts_ms, day));
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

static bool take_bean(void *to, const struct entry *entry, struct holder *from,
                      struct holder *dest, struct err *err)
{
    struct export *export = to;
    char day[16];

    (void)err;
    export->newest_ms = entry->ts_ms;
    if (entry->kind == ENTRY_OPEN) {
        fprintf(export->out, "%s open ", date(entry->ts_ms, day));
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
static bool put_bean_balances(struct export *export, struct account_walk *walk,
                              struct err *err)
{
    const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    struct holder *holder;
    char day[16];

    for (int64_t id = 1; book_by_id(&walk->book, id); id++) {
        if (!account_walk_holder(walk, id, &holder, err))
            return false;
        fprintf(export->out, "\n%s balance ",
                date(export->newest_ms + day_ms, day));
        put_bean_name(export->out, holder);
        fputs("  ", export->out);
        put_amount(export->out, holder->balance, holder, false);
    }
    fputc('\n', export->out);
    return true;
}

/* ---- CSV (RFC 4180) ---- */

/* A spreadsheet runs what begins like a formula: such a text gets an apostrophe
 * in front. */
static void put_cell(FILE *out, const char *text)
{
    fputs(",\"", out);
    if (text[0] && strchr("=+-@\t\r", text[0]))
        fputc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_csv_money(FILE *out, int64_t minor, const struct holder *holder)
{
    char text[MONEY_TEXT];

    fprintf(out, ",%s", holder ? money_plain(text, minor, holder->scale) : "");
}

static bool take_csv(void *to, const struct entry *entry, struct holder *from,
                     struct holder *dest, struct err *err)
{
    FILE *out = ((struct export *)to)->out;
    char text[KEY_TEXT];

    (void)err;
    fprintf(out, "%" PRId64 ",", entry->id);
    put_time(out, entry->ts_ms);
    fprintf(out, ",%" PRId64 ",%s", entry->group, entry_kind_word(entry->kind));
    put_cell(out, from ? from->name : "");
    put_cell(out, dest ? dest->name : "");
    put_csv_money(out, entry->minor, dest);
    fprintf(out, ",%s", dest ? dest->currency : "");
    put_csv_money(out, entry->from_balance, from);
    put_csv_money(out, entry->to_balance, dest);
    fprintf(out, ",%" PRId64 ",%s", entry->ref,
            entry->has_key ? key_text(text, &entry->key) : "");
    put_cell(out, entry->channel);
    put_cell(out, entry->memo);
    fputc(',', out);
    for (size_t i = 0; i < ENTRY_CHAIN; i++)
        fprintf(out, "%02x", entry->chain[i]);
    fputs("\r\n", out);
    return true;
}

static bool take_json(void *to, const struct entry *entry, struct holder *from,
                      struct holder *dest, struct err *err)
{
    (void)err;
    account_json_entry(((struct export *)to)->out, entry, from, dest);
    return true;
}

/* ---- which ---- */

static bool walk_format(const char *format, struct export *export,
                        struct account_walk *walk, struct err *err)
{
    if (strcmp(format, "jsonl") == 0)
        return account_walk_all(walk, take_json, export, err);
    if (strcmp(format, "csv") == 0) {
        fputs("id,time,group,kind,from,to,amount,currency,from_balance,"
              "to_balance,ref,key,by,memo,chain\r\n",
              export->out);
        return account_walk_all(walk, take_csv, export, err);
    }
    if (strcmp(format, "beancount") == 0)
        return account_walk_all(walk, take_bean, export, err) &&
               put_bean_balances(export, walk, err);
    if (strcmp(format, "hledger") == 0 || strcmp(format, "ledger") == 0)
        return account_walk_all(walk, take_journal, export, err);
    return err_set(err, ERR_USAGE,
                   "--format: there is no \"%s\": hledger, ledger, beancount, "
                   "csv or jsonl",
                   format);
}

/* A new file, private. */
static FILE *make_file(const char *path, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (!file)
        err_errno(err, errno, "cannot make %s", path);
    return file;
}

static bool finish(FILE *file, const char *path, struct err *err)
{
    bool ok = fflush(file) == 0 && fsync(fileno(file)) == 0;
    int errnum = errno;

    return (fclose(file) == 0 && ok) ||
           err_errno(err, errnum, "cannot write %s", path);
}

bool account_export(struct account_call *call, int *status, struct err *err)
{
    const char *format = call->format ? call->format : "hledger";
    struct account_walk walk = {.vault = account_view(call, err)};
    struct export export = {.out = stdout};
    bool ok;

    (void)status;
    if (!walk.vault)
        return false;
    if (call->output && !(export.out = make_file(call->output, err)))
        return false;
    ok = walk_format(format, &export, &walk, err);
    if (call->output && !finish(export.out, call->output, ok ? err : NULL))
        ok = false;
    if (!ok && call->output)
        unlink(call->output);
    account_walk_fini(&walk);
    return ok;
}

bool account_backup(struct account_call *call, int *status, struct err *err)
{
    struct vault *view = account_view(call, err);

    (void)status;
    if (!view || !view->ops->backup(view, call->words[0], err))
        return false;
    printf("%s is a whole copy: \"threadlab account verify --store\" reads "
           "it\n",
           call->words[0]);
    return true;
}
