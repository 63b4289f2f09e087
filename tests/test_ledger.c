/* The account room: many threads at once, and a store that fails. The program
 * is linked with --wrap for what its thread calls. */
#include "account/ledger.h"

#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/vfs.h>

#include "account/vault.h"
#include "account/verify.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/store.h"
#include "base/thread.h"
#include "scratch.h"
#include "tap.h"

enum { POSTERS = 8, EACH = 200 };

bool __real_store_begin(struct store *store, struct err *err);
bool __wrap_store_begin(struct store *store, struct err *err);
bool __real_store_commit(struct store *store, struct err *err);
bool __wrap_store_commit(struct store *store, struct err *err);

static struct {
    _Atomic int begin; /* what store_begin fails with; 0: it works */
    atomic_int begins;
    _Atomic int commit;  /* the same of store_commit */
    atomic_bool held;    /* commits wait until this is false */
    atomic_bool waiting; /* one does */
    bool remote;
} faults;

static struct err err;
static struct notify notify;
static struct ledger *ledger;

bool __wrap_store_begin(struct store *store, struct err *failure)
{
    faults.begins++;
    if (faults.begin)
        return err_set(failure, (enum err_code)faults.begin,
                       "as the test says");
    return __real_store_begin(store, failure);
}

bool __wrap_store_commit(struct store *store, struct err *failure)
{
    while (faults.held) {
        faults.waiting = true;
        sched_yield();
    }
    faults.waiting = false;
    if (faults.commit) {
        store_rollback(store);
        return err_set(failure, (enum err_code)faults.commit,
                       "as the test says");
    }
    return __real_store_commit(store, failure);
}

/* Every folder is on NFS, if asked. */
int __real_statfs(const char *path, struct statfs *system);
int __wrap_statfs(const char *path, struct statfs *system);

int __wrap_statfs(const char *path, struct statfs *system)
{
    int result = __real_statfs(path, system);

    if (faults.remote)
        system->f_type = 0x6969;
    return result;
}

/* ---- requests ---- */

static struct request transfer(struct request_leg *leg, const char *from,
                               const char *to, int64_t minor)
{
    *leg = (struct request_leg){from, to, minor, "CNY"};
    return (struct request){.verb = REQUEST_POST, .legs = leg, .leg_count = 1};
}

static enum outcome_state pay(const char *from, const char *to, int64_t minor)
{
    struct request_leg leg;
    struct request request = transfer(&leg, from, to, minor);
    struct outcome outcome;

    if (!ledger_post(ledger, &request, -1, &outcome, &err))
        return OUTCOME_NONE;
    return outcome.state;
}

static void open_account(const char *name, bool has_min)
{
    struct request request = {.verb = REQUEST_OPEN,
                              .name = name,
                              .currency = "CNY",
                              .scale = -1,
                              .has_min = has_min};
    struct outcome outcome;

    tap_ok(ledger_post(ledger, &request, -1, &outcome, &err) &&
               outcome.state == OUTCOME_DONE,
           "\"%s\" is opened", name);
}

static void start(void)
{
    const struct ledger_options options = {.where = scratch("ledger.db")};

    ledger = ledger_open(&options, &notify, &err);
    if (!ledger) {
        printf("Bail out! %s\n", err.text);
        exit(99);
    }
}

static int64_t balance(const char *name)
{
    struct vault *view = vault_view(scratch("ledger.db"), &err);
    struct holder row = {.balance = -77};

    if (!view || !view->ops->holder(view, name, &row, &err))
        tap_note("%s", err.text);
    vault_close(view);
    return row.balance;
}

static bool is_whole(void)
{
    struct vault *view = vault_view(scratch("ledger.db"), &err);
    struct verify_report report;
    bool ok = view && verify_ledger(view, &report, &err);

    vault_close(view);
    return ok && report.faults == 0 && report.stale == 0;
}

/* ---- many threads ---- */

static atomic_int done_count;
static atomic_int refused_count;

/* Deposits and withdraws in turn: more is asked for than is there. */
static void post_many(void *arg)
{
    const char *mine = arg;

    for (int i = 0; i < EACH; i++) {
        bool in = i % 2 == 0;
        enum outcome_state state =
            in ? pay("World", "shared", 3) : pay("shared", mine, 5);

        done_count += state == OUTCOME_DONE;
        refused_count += state == OUTCOME_REFUSED;
    }
}

static void test_threads(void)
{
    struct thread *threads[POSTERS];
    struct ledger_totals totals;
    char name[16];
    int64_t sum;

    start();
    open_account("shared", true);
    open_account("own", true);
    for (int i = 0; i < POSTERS; i++) {
        snprintf(name, sizeof(name), "poster-%d", i);
        threads[i] = thread_start(name, "posts", post_many,
                                  (void *)(uintptr_t) "own", &err);
    }
    for (int i = 0; i < POSTERS; i++)
        thread_join(threads[i]);
    ledger_totals(ledger, &totals);
    tap_int(done_count + refused_count, POSTERS * EACH,
            "every request has an answer");
    tap_ok(refused_count > 0, "some were refused: %d", refused_count);
    tap_ok(totals.commits < totals.done,
           "commits are shared: %llu for %llu requests",
           (unsigned long long)totals.commits, (unsigned long long)totals.done);
    sum = balance("shared") + balance("own");
    tap_int(sum, POSTERS * EACH / 2 * 3, "nothing is lost, nothing made");
    tap_ok(balance("shared") >= 0, "and no more went than came");
    ledger_close(ledger);
    tap_ok(is_whole(), "the ledger is whole");
}

/* ---- tickets ---- */

static struct ticket *submit(int64_t minor, int64_t deadline_ms)
{
    struct request_leg leg;
    struct request request = transfer(&leg, "World", "shared", minor);

    return ledger_submit(ledger, &request, deadline_ms, &err);
}

static void hold(void)
{
    faults.held = true;
}

static void wait_until_held(void)
{
    while (!faults.waiting)
        sched_yield();
}

static void test_tickets(void)
{
    struct ledger_flight rows[4];
    struct outcome outcome;
    struct ticket *first;
    struct ticket *second;
    int64_t before = balance("shared");

    start();
    hold();
    first = submit(1, -1);
    wait_until_held();
    second = submit(2, -1);
    tap_ok(!ledger_poll(ledger, first, &outcome), "no answer yet");
    tap_ok(ledger_flights(ledger, rows, 4) == 2 && rows[0].committing &&
               !rows[1].committing && rows[1].minor == 2 &&
               strcmp(rows[1].to, "shared") == 0 &&
               strcmp(rows[1].thread, "main") == 0,
           "what is on its way, and who asked");
    faults.held = false;
    ledger_wait(ledger, first, &outcome);
    tap_int(outcome.state, OUTCOME_DONE, "the first is done");
    while (!ledger_poll(ledger, second, &outcome))
        sched_yield();
    tap_int(outcome.state, OUTCOME_DONE, "so is the second");
    ledger_forget(ledger, submit(4, -1));
    ledger_close(ledger);
    tap_int(balance("shared"), before + 7, "and one that nobody waited for");
}

static void test_late(void)
{
    struct outcome outcome;
    struct ticket *first;
    struct key key;
    int64_t before = balance("shared");
    struct request_leg leg;
    struct request again;

    start();
    hold();
    first = submit(1, clock_ms());
    key = ledger_key(first);
    wait_until_held();
    ledger_wait(ledger, first, &outcome);
    tap_ok(outcome.state == OUTCOME_UNKNOWN &&
               memcmp(&outcome.key, &key, sizeof(key)) == 0,
           "too late: unknown, with its key");
    ledger_wait(ledger, submit(2, clock_ms()), &outcome);
    tap_int(outcome.state, OUTCOME_UNKNOWN, "so is one that was not begun");
    faults.held = false;
    again = transfer(&leg, "World", "shared", 1);
    again.has_key = true;
    again.key = key;
    tap_ok(ledger_post(ledger, &again, -1, &outcome, &err) &&
               outcome.state == OUTCOME_DONE && outcome.again,
           "asked again with its key, it was done");
    ledger_close(ledger);
    tap_int(balance("shared"), before + 1,
            "once, and what was not begun was taken back");
}

/* ---- trouble ---- */

/* Tells it to go on, and waits until it does. */
static bool goes_on(void)
{
    struct pollfd polled = {.fd = notify.fd, .events = POLLIN};
    struct ledger_totals totals;

    ledger_resume(ledger);
    do {
        if (poll(&polled, 1, 20000) != 1)
            return false;
        notify_drain(&notify);
        ledger_totals(ledger, &totals);
    } while (totals.stopped);
    return true;
}

static void test_full(void)
{
    struct ledger_totals totals;
    int64_t before = balance("shared");

    start();
    faults.begin = ERR_SPACE;
    tap_int(pay("World", "shared", 1), OUTCOME_UNKNOWN,
            "a full disk: nothing is promised");
    ledger_totals(ledger, &totals);
    tap_ok(totals.stopped && totals.err.code == ERR_SPACE &&
               strstr(totals.err.text, "nothing was written"),
           "the room says why: %s", totals.err.text);
    tap_ok(pay("World", "shared", 1) == OUTCOME_NONE && err.code == ERR_SPACE,
           "and takes nothing more");
    faults.begin = 0;
    tap_ok(goes_on(), "until it is told to go on");
    tap_int(pay("World", "shared", 1), OUTCOME_DONE, "which it does");
    faults.commit = ERR_IO;
    tap_int(pay("World", "shared", 1), OUTCOME_UNKNOWN, "a commit is lost");
    faults.commit = 0;
    tap_ok(goes_on(), "it goes on after that, too");
    ledger_close(ledger);
    tap_int(balance("shared"), before + 1, "what was done is there");
}

static void test_busy(void)
{
    struct outcome outcome;
    struct ticket *ticket;
    int begins;

    start();
    begins = faults.begins;
    faults.begin = ERR_BUSY;
    ticket = submit(1, -1);
    while (faults.begins < begins + 3)
        sched_yield();
    faults.begin = 0;
    ledger_wait(ledger, ticket, &outcome);
    tap_int(outcome.state, OUTCOME_DONE,
            "where another process takes long, posters wait");
    ledger_close(ledger);
}

/* ---- the picture ---- */

/* Asks until a picture newer than turn is there. */
static bool look(int64_t holder, int64_t from, uint64_t turn,
                 struct ledger_page *page)
{
    struct pollfd polled = {.fd = notify.fd, .events = POLLIN};

    for (;;) {
        if (!ledger_look(ledger, holder, from, &err))
            return false;
        if (poll(&polled, 1, 20000) != 1)
            return false;
        notify_drain(&notify);
        ledger_lines(ledger, 0, NULL, 0, page);
        if (page->turn > turn && page->holder == holder && page->from == from)
            return page->err.code == ERR_NONE;
    }
}

static void test_picture(void)
{
    static struct ledger_line lines[LEDGER_PAGE];
    struct holder rows[8];
    struct ledger_page page;
    uint64_t turn;
    size_t count;

    start();
    tap_ok(ledger_accounts(ledger, 0, rows, 8) == 0 &&
               ledger_lines(ledger, 0, lines, 1, &page) == 0 && page.turn == 0,
           "nothing before somebody looks");
    tap_ok(look(0, 0, 0, &page), "a look");
    count = ledger_accounts(ledger, 0, rows, 8);
    tap_ok(count == 4 && strcmp(rows[0].name, "Exchange:CNY") == 0 &&
               strcmp(rows[3].name, "shared") == 0,
           "all accounts by name");
    tap_int((long long)ledger_accounts(ledger, 3, rows, 8), 4,
            "a window of them");
    tap_ok(look(rows[0].id, 0, page.turn, &page) && page.count == LEDGER_PAGE,
           "the history of one");
    tap_int((long long)ledger_lines(ledger, 0, lines, LEDGER_PAGE, NULL),
            LEDGER_PAGE, "its lines");
    tap_ok(lines[0].entry.id == rows[0].last &&
               lines[0].entry.to_balance == rows[0].balance &&
               strcmp(lines[0].other, "World:CNY") == 0,
           "the newest first, with the other side");
    tap_ok(look(rows[0].id, lines[9].entry.id, page.turn, &page) &&
               ledger_lines(ledger, 0, lines, 1, NULL) == 1,
           "from another entry on");
    turn = page.turn;
    pay("World", "shared", 1);
    tap_ok(look(rows[0].id, page.from, turn, &page), "a commit is seen");
    ledger_accounts(ledger, 3, rows, 1);
    tap_int(rows[0].balance, balance("shared"), "with its balance");
    ledger_close(ledger);
}

static void test_refused(void)
{
    const struct ledger_options options = {.where = scratch("no/where.db")};
    struct request request = {.verb = REQUEST_POST};

    tap_ok(!ledger_open(&options, NULL, &err), "no folder: %s", err.text);
    faults.remote = true;
    tap_ok(!ledger_open(&(struct ledger_options){.where = scratch("x.db")},
                        NULL, &err) &&
               strstr(err.text, "network"),
           "a network file system: %s", err.text);
    faults.remote = false;
    start();
    tap_ok(!ledger_submit(ledger, &request, -1, &err) && err.code == ERR_USAGE,
           "what is no request is not taken");
    ledger_close(ledger);
    ledger_close(NULL);
}

int main(void)
{
    scratch_open();
    thread_block_signals();
    thread_adopt("main", "tests");
    if (!notify_init(&notify, &err))
        return 99;
    test_threads();
    test_tickets();
    test_late();
    test_full();
    test_busy();
    test_picture();
    test_refused();
    notify_fini(&notify);
    scratch_close();
    return tap_done();
}
