/* threadlab account: the words behind it, and which verb gets them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "account/ledger.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "cmd.h"
#include "longopt.h"

const struct account_verb account_verbs[] = {
    {"open", "NAME --currency CODE", "open an account", 1, 1, account_open},
    {"list", "", "all accounts and what they hold", 0, 0, account_list},
    {"show", "[NAME]", "one account", 0, 1, account_show},
    {"history", "[NAME]", "an account's entries, the newest first", 0, 1,
     account_history},
    {"deposit", "[NAME] AMOUNT", "money comes from the world", 1, 2,
     account_deposit},
    {"withdraw", "[NAME] AMOUNT", "money goes to the world", 1, 2,
     account_withdraw},
    {"transfer", "FROM TO AMOUNT", "from one account to another", 3, 3,
     account_transfer},
    {"exchange", "FROM TO AMOUNT GETS", "the same into another currency", 4, 4,
     account_exchange},
    {"post", "FROM TO AMOUNT ...", "several transfers: all of them, or none", 3,
     ACCOUNT_WORDS, account_post},
    {"pending", "FROM TO AMOUNT ...", "hold money for transfers", 3,
     ACCOUNT_WORDS, account_pending},
    {"settle", "ENTRY", "do what is pending, all or --amount of it", 1, 1,
     account_settle},
    {"void", "ENTRY", "give up what is pending", 1, 1, account_void},
    {"reverse", "ENTRY", "undo a transfer by its opposite", 1, 1,
     account_reverse},
    {"close", "NAME", "close an empty account for good", 1, 1, account_close},
    {"verify", "", "read every entry again: is the ledger whole?", 0, 0,
     account_verify},
    {"export", "", "write the entries for another program", 0, 0,
     account_export},
    {"import", "FILE [NAME]", "a bank's statement, or what was exported", 1, 2,
     account_import},
    {"backup", "FILE", "copy the ledger while it is in use", 1, 1,
     account_backup},
    {NULL, NULL, NULL, 0, 0, NULL},
};

enum {
    HELP = 1,
    STORE,
    KEY,
    MEMO,
    BY,
    CURRENCY,
    SCALE,
    MIN,
    EXPIRES,
    AMOUNT,
    WAIT,
    LIMIT,
    FROM,
    ALL,
    FORMAT,
    OUTPUT,
    COLUMNS,
    DRY_RUN,
    CONTINUE,
    REPAIR,
    JSON
};

static const struct option longs[] = {
    {"help", no_argument, NULL, HELP},
    {"store", required_argument, NULL, STORE},
    {"key", required_argument, NULL, KEY},
    {"memo", required_argument, NULL, MEMO},
    {"by", required_argument, NULL, BY},
    {"currency", required_argument, NULL, CURRENCY},
    {"scale", required_argument, NULL, SCALE},
    {"min", required_argument, NULL, MIN},
    {"expires", required_argument, NULL, EXPIRES},
    {"amount", required_argument, NULL, AMOUNT},
    {"wait", required_argument, NULL, WAIT},
    {"limit", required_argument, NULL, LIMIT},
    {"from", required_argument, NULL, FROM},
    {"all", no_argument, NULL, ALL},
    {"format", required_argument, NULL, FORMAT},
    {"output", required_argument, NULL, OUTPUT},
    {"columns", required_argument, NULL, COLUMNS},
    {"dry-run", no_argument, NULL, DRY_RUN},
    {"continue", no_argument, NULL, CONTINUE},
    {"repair", no_argument, NULL, REPAIR},
    {"json", no_argument, NULL, JSON},
    {NULL, 0, NULL, 0},
};

const struct option_line cmd_account_options[] = {
    {"store", "FILE", "the ledger", "ledger.db in the data folder", 0},
    {"key", "KEY", "the request's own key: again with it, it happens once",
     "a new one", 0},
    {"memo", "TEXT", "words to keep with the entries", NULL, 0},
    {"by", "TEXT", "the way it came: alipay, card, ...", NULL, 0},
    {"currency", "CODE", "open: what the account holds, as CNY", NULL, 0},
    {"scale", "N", "open: decimals of a currency that is not known", NULL, 0},
    {"min", "AMOUNT", "open: least that stays available, or none", "0", 0},
    {"expires", "TIME", "pending: give up after TIME", "never", 0},
    {"amount", "AMOUNT", "settle: only a part", "all", 0},
    {"wait", "TIME", "wait so long for the answer", "30s", 0},
    {"limit", "N", "history: at most N entries, 0 for all", "50", 0},
    {"from", "ENTRY", "history: from this entry on backwards", "the newest", 0},
    {"all", NULL, "list: the ledger's own accounts and closed ones, too", NULL,
     0},
    {"format", "hledger|ledger|beancount|csv|jsonl|ofx",
     "export: for whom; import: csv, ofx or jsonl", "hledger, or by the name",
     0},
    {"output", "FILE", "export: write to FILE, which is new", "standard output",
     0},
    {"columns", "LIST", "import: names of CSV columns, as amount=Betrag,id=Nr",
     "id, date, amount, memo", 0},
    {"dry-run", NULL, "import: only tell what would be", NULL, 0},
    {"continue", NULL, "import: what is refused keeps nothing else back", NULL,
     0},
    {"repair", NULL, "verify: note balances anew that are noted wrong", NULL,
     0},
    {"json", NULL, "answer in lines of JSON", NULL, 0},
    {NULL, NULL, NULL, NULL, 0},
};

const char *account_words(char out[ACCOUNT_VERBS_TEXT])
{
    size_t len = 0;

    for (const struct account_verb *verb = account_verbs; verb->name; verb++)
        len += (size_t)snprintf(out + len, ACCOUNT_VERBS_TEXT - len, "%s%s",
                                len ? "|" : "", verb->name);
    return out;
}

static int help(void)
{
    fputs("usage: threadlab account VERB [WORD]... [OPTION]...\n\n"
          "A ledger for many threads and processes at once. What it says is "
          "done is on the\ndisk; what is refused has changed nothing.\n\n",
          stdout);
    for (const struct account_verb *verb = account_verbs; verb->name; verb++)
        printf("  %-9s%-22s %s\n", verb->name, verb->usage, verb->summary);
    fputs("\nWith one account its NAME need not be said.\n\n", stdout);
    option_lines_print(stdout, cmd_account_options);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- words ---- */

static bool take_number(struct account_call *call, int option, struct err *err)
{
    int64_t number;

    switch (option) {
    case SCALE:
        if (!fmt_parse_int(optarg, 0, CURRENCY_SCALE_MAX, &number, err))
            return false;
        call->scale = (int)number;
        return true;
    case EXPIRES:
        return fmt_parse_ms(optarg, &call->expires_ms, err);
    case WAIT:
        return fmt_parse_ms(optarg, &call->wait_ms, err);
    case LIMIT:
        return fmt_parse_int(optarg, 0, INT64_MAX, &call->limit, err);
    default:
        return fmt_parse_int(optarg, 1, INT64_MAX, &call->from, err);
    }
}

static const char **text_of(struct account_call *call, int option)
{
    switch (option) {
    case STORE:
        return &call->store;
    case KEY:
        return &call->key;
    case MEMO:
        return &call->memo;
    case BY:
        return &call->by;
    case CURRENCY:
        return &call->currency;
    case MIN:
        return &call->min;
    case AMOUNT:
        return &call->amount;
    case FORMAT:
        return &call->format;
    case OUTPUT:
        return &call->output;
    case COLUMNS:
        return &call->columns;
    default:
        return NULL;
    }
}

static bool take(struct account_call *call, int option, struct err *err)
{
    const char **text = text_of(call, option);

    if (text) {
        *text = optarg;
        return true;
    }
    switch (option) {
    case ALL:
        return call->all = true;
    case REPAIR:
        return call->repair = true;
    case DRY_RUN:
        return call->dry_run = true;
    case CONTINUE:
        return call->go_on = true;
    case JSON:
        return call->json = true;
    default:
        break;
    }
    if (take_number(call, option, err))
        return true;
    err_prefix(err, "--%s", longs[option - 1].name);
    return false;
}

static bool take_word(struct account_call *call, struct err *err)
{
    if (call->count == ACCOUNT_WORDS)
        return err_set(err, ERR_USAGE, "more than %d words", ACCOUNT_WORDS);
    call->words[call->count++] = optarg;
    return true;
}

/* The first word is the verb, and goes there. */
static bool parse(struct account_call *call, const char **verb,
                  bool *wants_help, int argc, char **argv, struct err *err)
{
    int option;

    longopt_begin();
    while ((option = longopt_next(argc, argv, longs, true, err)) !=
           LONGOPT_END) {
        if (option == LONGOPT_BAD)
            return false;
        if (option == HELP) {
            *wants_help = true;
            return true;
        }
        if (option == LONGOPT_WORD && !*verb)
            *verb = optarg;
        else if (!(option == LONGOPT_WORD ? take_word(call, err)
                                          : take(call, option, err)))
            return false;
    }
    return true;
}

/* ---- verbs ---- */

static bool unknown(const char *word, struct err *err)
{
    const char *names[32];
    const char *guess;
    size_t count = 0;

    for (const struct account_verb *verb = account_verbs; verb->name; verb++)
        names[count++] = verb->name;
    guess = nearest(word, names, count);
    if (guess)
        return err_set(err, ERR_USAGE,
                       "there is no \"%s\"; did you mean \"%s\"?", word, guess);
    return err_set(err, ERR_USAGE,
                   "there is no \"%s\"; \"threadlab help account\" lists what "
                   "there is",
                   word);
}

static const struct account_verb *find_verb(const char *word, size_t count,
                                            struct err *err)
{
    if (!word) {
        err_set(err, ERR_USAGE,
                "what is to be done? \"threadlab help account\" lists what "
                "can be");
        return NULL;
    }
    for (const struct account_verb *verb = account_verbs; verb->name; verb++) {
        if (strcmp(verb->name, word) != 0)
            continue;
        if (count >= verb->min && count <= verb->max)
            return verb;
        err_set(err, ERR_USAGE, "it is: threadlab account %s %s", verb->name,
                verb->usage);
        return NULL;
    }
    unknown(word, err);
    return NULL;
}

struct vault *account_view(struct account_call *call, struct err *err)
{
    char *where;

    if (call->view)
        return call->view;
    where = ledger_where(call->store, false, err);
    if (!where)
        return NULL;
    call->view = vault_view(where, err);
    if (!call->view && err->code == ERR_MISSING)
        err_set(err, ERR_MISSING,
                "there is no ledger %s yet: \"threadlab account open NAME "
                "--currency CODE\" makes it",
                where);
    mem_free(where);
    return call->view;
}

static bool find_only(struct vault *view, struct holder *holder,
                      struct err *err)
{
    struct holder rows[4];
    int64_t after = 0;
    size_t found = 0;
    size_t count;

    do {
        if (!view->ops->holders(view, after, rows, ARRAY_LEN(rows), &count,
                                err))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = rows[i].id;
            if (title_is_reserved(rows[i].name) || rows[i].closed)
                continue;
            *holder = rows[i];
            found++;
        }
    } while (count == ARRAY_LEN(rows) && found < 2);
    return found == 1 ||
           err_set(err, ERR_USAGE,
                   "which account? \"threadlab account list\" shows them");
}

bool account_find(struct account_call *call, const char *text,
                  struct holder *holder, struct err *err)
{
    struct vault *view = account_view(call, err);
    char name[TITLE_MAX];

    if (!view)
        return false;
    if (!text)
        return find_only(view, holder, err);
    return title_read(text, name, err) &&
           view->ops->holder(view, name, holder, err);
}

int cmd_account(int argc, char **argv)
{
    struct account_call call = {.scale = -1, .wait_ms = 30000, .limit = 50};
    const struct account_verb *verb;
    const char *word = NULL;
    struct err err = {.code = ERR_NONE};
    bool wants_help = false;
    int status = EXIT_SUCCESS;

    if (!parse(&call, &word, &wants_help, argc, argv, &err))
        return cmd_fail("account", &err);
    if (wants_help)
        return help();
    verb = find_verb(word, call.count, &err);
    if (!verb)
        return cmd_fail("account", &err);
    if (!verb->run(&call, &status, &err))
        status = cmd_fail("account", &err);
    vault_close(call.view);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_SUCCESS)
        status = EXIT_FAILURE;
    return status;
}
