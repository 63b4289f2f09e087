/* The room's second thread: reads for who shows the ledger. */
#include <stdlib.h>
#include <string.h>

#include "account/ledger_room.h"
#include "base/clock.h"
#include "base/mem.h"

void ledger_picture_fini(struct ledger_picture *picture)
{
    mem_free(picture->holders);
    mem_free(picture->lines);
    *picture = (struct ledger_picture){.holders = NULL};
}

/* ---- reading ---- */

static int compare(const void *a, const void *b)
{
    const struct holder *left = a;
    const struct holder *right = b;

    return strcmp(left->name, right->name);
}

/* What is overdue is free, though no entry says so yet. */
static bool set_free(struct vault *view, struct holder *holder, int64_t now_ms,
                     struct err *err)
{
    int64_t out;
    int64_t in;

    if (holder->pending_out == 0 && holder->pending_in == 0)
        return true;
    if (!view->ops->overdue(view, holder->id, now_ms, &out, &in, err))
        return false;
    holder->pending_out -= out;
    holder->pending_in -= in;
    return true;
}

static bool read_holders(struct vault *view, struct ledger_picture *picture,
                         struct err *err)
{
    enum { CHUNK = 256 };
    int64_t now_ms = clock_wall_ms();
    int64_t after = 0;
    size_t count = CHUNK;

    while (count == CHUNK && picture->holder_count < LEDGER_ACCOUNTS) {
        struct holder *rows;

        picture->holders =
            mem_resize(picture->holders, picture->holder_count + CHUNK,
                       sizeof(*picture->holders));
        rows = picture->holders + picture->holder_count;
        if (!view->ops->holders(view, after, rows, CHUNK, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!set_free(view, &rows[i], now_ms, err))
                return false;
        if (count > 0)
            after = rows[count - 1].id;
        picture->holder_count += count;
    }
    return true;
}

static const struct holder *find(const struct ledger_picture *picture,
                                 int64_t id)
{
    /* They are still in the order of their ids, without a gap. */
    return id >= 1 && (size_t)id <= picture->holder_count
               ? &picture->holders[id - 1]
               : NULL;
}

static bool read_lines(struct vault *view, struct ledger_picture *picture,
                       struct err *err)
{
    struct entry *rows = mem_new(LEDGER_PAGE * sizeof(*rows));
    struct ledger_page *page = &picture->page;
    bool ok = view->ops->history(view, page->holder, page->from, rows,
                                 LEDGER_PAGE, &page->count, err);

    picture->lines = mem_new(page->count * sizeof(*picture->lines));
    for (size_t i = 0; ok && i < page->count; i++) {
        const struct holder *other = find(
            picture, rows[i].from == page->holder ? rows[i].to : rows[i].from);

        picture->lines[i].entry = rows[i];
        if (other)
            memcpy(picture->lines[i].other, other->name, TITLE_MAX);
    }
    mem_free(rows);
    return ok;
}

static bool read_state(struct vault *view, struct ledger_picture *picture,
                       struct err *err)
{
    return read_holders(view, picture, err) &&
           (picture->page.holder == 0 || read_lines(view, picture, err));
}

/* All of it as of one commit. */
static bool read_picture(struct ledger *ledger, struct ledger_picture *picture,
                         struct err *err)
{
    struct vault *view = ledger->view;
    struct vault_facts facts;
    bool ok;

    if (!view)
        view = ledger->view = vault_view(ledger->where, err);
    if (!view || !view->ops->begin(view, err))
        return false;
    ok = view->ops->facts(view, &facts, err) && read_state(view, picture, err);
    view->ops->end(view);
    /* What is overdue is counted as such already. */
    ledger->view_due_ms =
        ok && facts.due_ms > clock_wall_ms() ? facts.due_ms : 0;
    if (ok && picture->holder_count > 0)
        qsort(picture->holders, picture->holder_count, sizeof(struct holder),
              compare);
    return ok;
}

/* ---- publishing ---- */

/* A failed one leaves what was there, with the reason. */
static void publish(struct ledger *ledger, struct ledger_picture *picture,
                    bool ok, const struct err *why)
{
    lock_take(&ledger->lock, &account_class);
    if (ok) {
        struct ledger_picture older = ledger->picture;

        picture->page.turn = older.page.turn + 1;
        ledger->picture = *picture;
        *picture = older;
    } else {
        ledger->picture.page.err = *why;
    }
    lock_drop(&ledger->lock, &account_class);
    ledger_picture_fini(picture);
    if (ledger->notify)
        notify_ping(ledger->notify);
}

/* Is what was asked for there already? */
static bool is_there(struct ledger *ledger, const struct ledger_picture *wanted)
    REQUIRES(account_class)
{
    const struct ledger_page *page = &ledger->picture.page;

    return page->turn > 0 && page->err.code == ERR_NONE &&
           page->holder == wanted->page.holder &&
           page->from == wanted->page.from;
}

static bool is_due(const struct ledger *ledger)
{
    return ledger->view_due_ms > 0 && clock_wall_ms() >= ledger->view_due_ms;
}

static void look(struct ledger *ledger, struct ledger_picture *wanted,
                 bool there)
{
    /* Before the reading: what comes in between is seen the next time. */
    int64_t version =
        ledger->view ? ledger->view->ops->version(ledger->view) : -1;
    struct err err = {.code = ERR_NONE};
    bool ok;

    if (there && version != -1 && version == ledger->view_version &&
        !is_due(ledger))
        return;
    thread_mark(THREAD_IO);
    ok = read_picture(ledger, wanted, &err);
    thread_mark(THREAD_RUN);
    ledger->view_version = ok ? version : -1;
    publish(ledger, wanted, ok, &err);
}

void look_run(void *arg)
{
    struct ledger *ledger = arg;

    for (;;) {
        struct ledger_picture wanted = {.holders = NULL};
        bool there;
        bool ending;

        lock_take(&ledger->lock, &account_class);
        while (!ledger->looked && !ledger->ending) {
            thread_mark(THREAD_COND);
            lock_wait(&ledger->lock, &account_class, &ledger->look, -1);
            thread_mark(THREAD_RUN);
        }
        ending = ledger->ending;
        ledger->looked = false;
        wanted.page.holder = ledger->look_holder;
        wanted.page.from = ledger->look_from;
        there = is_there(ledger, &wanted);
        lock_drop(&ledger->lock, &account_class);
        if (ending)
            return;
        look(ledger, &wanted, there);
    }
}

/* ---- the public calls ---- */

/* The first to look starts the thread; the lock is not held for that. */
static bool start(struct ledger *ledger, struct err *err)
{
    struct thread *looker;
    bool mine;

    lock_take(&ledger->lock, &account_class);
    mine = !ledger->looker && !ledger->starting;
    ledger->starting |= mine;
    lock_drop(&ledger->lock, &account_class);
    if (!mine)
        return true;
    looker =
        thread_start("ledger-look", "reads the ledger", look_run, ledger, err);
    lock_take(&ledger->lock, &account_class);
    ledger->looker = looker;
    ledger->starting = false;
    lock_drop(&ledger->lock, &account_class);
    return looker != NULL;
}

bool ledger_look(struct ledger *ledger, int64_t holder, int64_t from,
                 struct err *err)
{
    lock_take(&ledger->lock, &account_class);
    ledger->looked = true;
    ledger->look_holder = holder;
    ledger->look_from = from;
    lock_cond_signal(&ledger->look);
    lock_drop(&ledger->lock, &account_class);
    return start(ledger, err);
}

size_t ledger_accounts(struct ledger *ledger, size_t first, struct holder *rows,
                       size_t max)
{
    size_t count;

    lock_take(&ledger->lock, &account_class);
    count = ledger->picture.holder_count;
    for (size_t i = 0; i < max && first + i < count; i++)
        rows[i] = ledger->picture.holders[first + i];
    lock_drop(&ledger->lock, &account_class);
    return count;
}

size_t ledger_lines(struct ledger *ledger, size_t first,
                    struct ledger_line *rows, size_t max,
                    struct ledger_page *page)
{
    size_t copied = 0;

    lock_take(&ledger->lock, &account_class);
    while (copied < max && first + copied < ledger->picture.page.count) {
        rows[copied] = ledger->picture.lines[first + copied];
        copied++;
    }
    if (page)
        *page = ledger->picture.page;
    lock_drop(&ledger->lock, &account_class);
    return copied;
}
