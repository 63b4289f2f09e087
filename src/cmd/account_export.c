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
#include "account_export.h"
#include "account_json.h"

static void put_time(FILE *out, int64_t ts_ms)
{
    time_t seconds = (time_t)(ts_ms / 1000);
    char text[32] = "";
    struct tm tm;

    if (gmtime_r(&seconds, &tm))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    fprintf(out, "%s.%03dZ", text, (int)(ts_ms % 1000));
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
    FILE *out = ((struct exporter *)to)->out;
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
    account_json_entry(((struct exporter *)to)->out, entry, from, dest);
    return true;
}

/* ---- which ---- */

static bool walk_format(const char *format, struct exporter *export,
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
        return account_walk_all(walk, export_bean, export, err) &&
               export_bean_balances(export, walk, err);
    if (strcmp(format, "hledger") == 0 || strcmp(format, "ledger") == 0)
        return account_walk_all(walk, export_journal, export, err);
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
    struct exporter export = {.out = stdout};
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
