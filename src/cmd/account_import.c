/* threadlab account import: statements of banks become deposits and
 * withdrawals; an export in JSON Lines becomes the ledger it was. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "account/ledger.h"
#include "account/money.h"
#include "account/statement.h"
#include "account/verify.h"
#include "account_line.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/str.h"
#include "cmd.h"

enum { FILE_MAX = 1 << 30 };

/* ---- the file ---- */

static bool read_whole(const char *path, struct str *text, struct err *err)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                    : open(path, O_RDONLY | O_CLOEXEC);
    char piece[65536];
    ssize_t got;

    if (fd < 0)
        return err_errno(err, errno, "cannot read %s", path);
    while ((got = read(fd, piece, sizeof(piece))) > 0)
        str_add(text, piece, (size_t)got);
    if (got < 0)
        err_errno(err, errno, "cannot read %s", path);
    else if (text->full)
        err_set(err, ERR_LIMIT, "%s is too large", path);
    close(fd);
    return got == 0 && !text->full;
}

/* By --format, or else by how the name ends. */
static const char *format_of(const struct account_call *call)
{
    const char *dot = strrchr(call->words[0], '.');

    if (call->format)
        return call->format;
    if (dot && (strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".json") == 0))
        return "jsonl";
    return dot && (strcmp(dot, ".ofx") == 0 || strcmp(dot, ".qfx") == 0)
               ? "ofx"
               : "csv";
}

/* ---- statements ---- */

/* A line as a request, with all it points to. */
struct item {
    struct request request;
    struct request_leg leg;
    size_t number;
    char memo[ENTRY_MEMO];
};

struct items {
    const struct holder *holder;
    const char *channel;
    struct item **list;
    size_t count;
    size_t room;
    size_t empty; /* lines about nothing */
};

/* The same line of the same account has the same key, in any file. */
static struct key key_of_line(const struct holder *holder,
                              const struct statement_line *line)
{
    char words[TITLE_MAX + STATEMENT_ID + 16];
    int len = snprintf(words, sizeof(words), "import\n%s\n%s", holder->name,
                       line->id);

    return key_of(words, (size_t)len);
}

static void add(struct items *items, const struct statement_line *line,
                int64_t minor)
{
    struct item *item = mem_new(sizeof(*item));
    char memo[sizeof(line->date) + sizeof(line->memo) + 1];
    int len = snprintf(memo, sizeof(memo), "%s%s%s", line->date,
                       line->date[0] && line->memo[0] ? " " : "", line->memo);

    fmt_clean(item->memo, sizeof(item->memo), memo, (size_t)len, SIZE_MAX);
    item->number = line->number;
    item->leg = (struct request_leg){
        .from = minor > 0 ? REQUEST_WORLD : items->holder->name,
        .to = minor > 0 ? items->holder->name : REQUEST_WORLD,
        .minor = minor > 0 ? minor : -minor,
        .currency = items->holder->currency,
    };
    item->request = (struct request){
        .verb = REQUEST_POST,
        .has_key = true,
        .key = key_of_line(items->holder, line),
        .legs = &item->leg,
        .leg_count = 1,
        .memo = item->memo,
        .channel = items->channel,
    };
    if (items->count == items->room) {
        items->room = 2 * items->room + 64;
        items->list =
            mem_resize(items->list, items->room, sizeof(*items->list));
    }
    items->list[items->count++] = item;
}

static bool take_line(void *to, const struct statement_line *line,
                      struct err *err)
{
    struct items *items = to;
    const char *amount = line->amount + (line->amount[0] == '+');
    int64_t minor;

    if (!money_parse(amount, items->holder->currency, items->holder->scale,
                     &minor, err) ||
        (minor == INT64_MIN && !err_set(err, ERR_USAGE, "too large"))) {
        err_prefix(err, "record %zu", line->number);
        return false;
    }
    if (minor == 0) {
        items->empty++;
        return true;
    }
    add(items, line, minor);
    return request_check(&items->list[items->count - 1]->request, err);
}

static bool read_items(struct account_call *call, const char *format,
                       const struct str *text, struct items *items,
                       struct err *err)
{
    const struct statement_sink sink = {.take = take_line, .to = items};
    struct statement_columns columns;

    if (strcmp(format, "ofx") == 0)
        return statement_read_ofx(text->data, text->len, &sink, err);
    if (strcmp(format, "csv") != 0)
        return err_set(err, ERR_USAGE,
                       "--format: \"%s\" cannot be imported: csv, ofx or jsonl",
                       format);
    return statement_columns_read(call->columns ? call->columns : "", &columns,
                                  err) &&
           statement_read_csv(text->data, text->len, &columns, &sink, err);
}

/* ---- posting them ---- */

struct tally {
    size_t done;
    size_t again;
    size_t refused;
};

static void count(struct tally *tally, const struct items *items,
                  const struct posting *postings)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct outcome *outcome = &postings[i].outcome;

        tally->again += outcome->again;
        if (outcome->state == OUTCOME_DONE) {
            tally->done += !outcome->again;
            continue;
        }
        tally->refused++;
        struct err err = outcome->err;
        err_prefix(&err, "record %zu is refused", items->list[i]->number);
        cmd_fail("account", &err);
    }
}

static int tell(const struct account_call *call, const struct tally *tally,
                size_t empty, bool kept)
{
    if (call->json)
        printf("{\"imported\":%zu,\"known\":%zu,\"refused\":%zu,\"empty\":%zu,"
               "\"kept\":%s}\n",
               tally->done, tally->again, tally->refused, empty,
               kept ? "true" : "false");
    else
        printf("%zu %s, %zu known before, %zu refused, %zu about nothing\n",
               tally->done, kept ? "imported" : "could be imported",
               tally->again, tally->refused, empty);
    if (tally->refused == 0)
        return EXIT_SUCCESS;
    return kept && tally->done > 0 ? 3 : ACCOUNT_REFUSED;
}

/* The store itself, so that all of it is one transaction. */
static bool post_items(struct account_call *call, const struct items *items,
                       struct vault *vault, int *status, struct err *err)
{
    struct posting *postings = mem_new(items->count * sizeof(*postings));
    enum vault_mode mode = call->dry_run ? VAULT_TRY
                           : call->go_on ? VAULT_EACH
                                         : VAULT_ALL;
    struct tally tally = {.done = 0};
    enum vault_fate fate;
    bool decided;

    for (size_t i = 0; i < items->count; i++)
        postings[i].request = &items->list[i]->request;
    fate = vault->ops->post(vault, postings, items->count, mode, err);
    decided = fate == VAULT_DONE ||
              (fate == VAULT_NOTHING &&
               (err->code == ERR_CANCELED || err->code == ERR_REFUSED));
    if (decided) {
        count(&tally, items, postings);
        *status = tell(call, &tally, items->empty, fate == VAULT_DONE);
    }
    mem_free(postings);
    return decided;
}

static struct vault *open_vault(struct account_call *call, struct err *err)
{
    char *where = ledger_where(call->store, true, err);
    struct vault *vault = where ? vault_open(where, err) : NULL;

    mem_free(where);
    return vault;
}

static bool import_statement(struct account_call *call, const char *format,
                             const struct str *text, int *status,
                             struct err *err)
{
    struct holder holder;
    struct items items = {
        .holder = &holder,
        .channel = call->by ? call->by : "import",
    };
    struct vault *vault = NULL;
    bool ok = account_find(call, call->count > 1 ? call->words[1] : NULL,
                           &holder, err) &&
              read_items(call, format, text, &items, err) &&
              (vault = open_vault(call, err)) &&
              post_items(call, &items, vault, status, err);

    vault_close(vault);
    for (size_t i = 0; i < items.count; i++)
        mem_free(items.list[i]);
    mem_free(items.list);
    return ok;
}

/* ---- what was exported ---- */

static bool restore_line(struct vault *vault, struct book *book,
                         const char *line, size_t len, size_t number,
                         struct err *err)
{
    const struct holder *opened;
    struct entry entry;

    if (account_line_read(line, len, book, &entry, &opened, err) &&
        vault->ops->restore(vault, &entry, opened, err))
        return true;
    err_prefix(err, "line %zu", number);
    return false;
}

static bool restore_lines(struct vault *vault, const struct str *text,
                          struct err *err)
{
    const char *at = text->data;
    const char *end = at + text->len;
    struct book book = {.count = 0};
    size_t number = 0;
    bool ok = true;

    while (ok && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);

        ok = restore_line(vault, &book, at, len, ++number, err);
        at += len + (stop != NULL);
    }
    book_clear(&book);
    return ok;
}

static bool is_empty(struct vault *vault, struct err *err)
{
    struct vault_facts facts;

    return vault->ops->facts(vault, &facts, err) &&
           (facts.entries == 0 ||
            err_set(err, ERR_EXISTS,
                    "there are entries in this ledger: name a new file with "
                    "--store"));
}

static bool is_whole(const struct verify_report *report, struct err *err)
{
    return report->faults == 0 ||
           err_set(err, ERR_MISMATCH, "this is not what was exported: %s",
                   report->text[0]);
}

static bool restore(struct account_call *call, struct vault *vault,
                    const struct str *text, struct err *err)
{
    struct verify_report *report = mem_new(sizeof(*report));
    struct err ignored;
    bool ok = vault->ops->repair_begin(vault, err);

    if (!ok)
        goto out;
    ok = is_empty(vault, err) && restore_lines(vault, text, err) &&
         verify_within(vault, report, err) && is_whole(report, err);
    if (!vault->ops->repair_end(vault, ok && !call->dry_run,
                                ok ? err : &ignored))
        ok = false;
    if (ok)
        printf("%" PRId64 " entries of %" PRId64 " accounts are whole%s\n",
               report->entries, report->holders,
               call->dry_run ? ", and could be here" : ", and here");
out:
    mem_free(report);
    return ok;
}

static bool import_ledger(struct account_call *call, const struct str *text,
                          struct err *err)
{
    struct vault *vault = open_vault(call, err);
    bool ok = vault && restore(call, vault, text, err);

    vault_close(vault);
    return ok;
}

bool account_import(struct account_call *call, int *status, struct err *err)
{
    const char *format = format_of(call);
    struct str text;
    bool ok;

    str_init(&text, FILE_MAX);
    ok = read_whole(call->words[0], &text, err) &&
         (strcmp(format, "jsonl") == 0
              ? import_ledger(call, &text, err)
              : import_statement(call, format, &text, status, err));
    str_fini(&text);
    return ok;
}
