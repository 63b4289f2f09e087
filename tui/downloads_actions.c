/* What can be done with downloads. A verb is for the tagged rows, or without
 * tags for the selected one. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/spawn.h"
#include "base/text.h"
#include "bench.h"
#include "candidates.h"
#include "downloads.h"
#include "harvest_dialog.h"
#include "menu.h"

enum { JOBS_MAX = 64 };

#define ACTION(function)                                            \
    static bool function(void *self, struct bench *bench, int argc, \
                         char **argv, struct err *err)
#define UNUSED (void)bench, (void)argc, (void)argv, (void)err

/* Rows. */

static void do_one(struct downloads *downloads,
                   void (*verb)(struct fetch *fetch, uint64_t id), uint64_t id)
{
    verb(downloads->fetch, id);
    bench_remember(downloads->bench, id);
}

static bool for_each(struct downloads *downloads,
                     void (*verb)(struct fetch *fetch, uint64_t id),
                     struct err *err)
{
    if (downloads->tag_count == 0 && downloads->selected == 0)
        return err_set(err, ERR_MISSING, _("no download is selected"));
    if (downloads->tag_count == 0)
        do_one(downloads, verb, downloads->selected);
    for (size_t i = 0; i < downloads->tag_count; i++)
        do_one(downloads, verb, downloads->tags[i]);
    return true;
}

/* Adding. */

static bool add_url(struct downloads *downloads, const char *url,
                    struct err *err)
{
    const struct fetch_spec spec = {.urls = &url, .count = 1};
    uint64_t id;

    return fetch_add(downloads->fetch, &spec, &id, err);
}

size_t downloads_add_text(struct downloads *downloads, const char *text,
                          bool count_only)
{
    size_t count = 0;

    while (*text) {
        size_t skip = strspn(text, " \t\r\n");
        size_t len;
        char *url;
        struct err err;

        text += skip;
        len = strcspn(text, " \t\r\n");
        url = mem_strndup(text, len);
        text += len;
        if (strstr(url, "://") && (count_only || add_url(downloads, url, &err)))
            count++;
        mem_free(url);
    }
    return count;
}

ACTION(get)
{
    size_t added = 0;

    for (int i = 1; i < argc; i++) {
        if (!add_url(self, argv[i], err)) {
            err_prefix(err, "%s", argv[i]);
            return false;
        }
        added++;
    }
    bench_say(bench, BENCH_GOOD,
              ngettext("%zu download added", "%zu downloads added", added),
              added);
    return true;
}

ACTION(get_list)
{
    struct downloads *downloads = self;
    char *path = path_expand(argv[1]);
    const struct fetch_source source = {.path = path};
    bool ok = fetch_add_source(downloads->fetch, &source, err);

    UNUSED;
    mem_free(path);
    return ok;
}

/* With a screen the links are shown first. */
ACTION(harvest)
{
    struct downloads *downloads = self;
    const char *page = argc > 1 ? argv[1] : "";
    bool url = strstr(page, "://") != NULL;
    char *path;
    bool ok;

    if (bench_has_screen(bench)) {
        harvest_dialog_open(bench, page, argc > 2 ? argv[2] : "");
        return true;
    }
    if (argc < 3)
        return err_set(err, ERR_USAGE,
                       _("harvest needs PAGE and REGEX where there is no "
                         "screen"));
    path = path_expand(page);
    ok = fetch_add_source(downloads->fetch,
                          &(struct fetch_source){.page = url ? page : NULL,
                                                 .path = url ? NULL : path,
                                                 .match = argv[2]},
                          err);
    mem_free(path);
    return ok;
}

ACTION(demo)
{
    struct engine *engine = bench_engine(bench);

    UNUSED;
    (void)self;
    if (!engine_demo(engine, err))
        return false;
    bench_say(bench, BENCH_NOTE,
              _("the demo's files go to %s, which is removed at the end"),
              engine->demo->top);
    return true;
}

/* Pause and go on. */

static void toggle(struct fetch *fetch, uint64_t id)
{
    struct fetch_detail detail;

    if (!fetch_detail(fetch, id, &detail))
        return;
    if (detail.row.state == FETCH_PAUSED)
        fetch_resume(fetch, id);
    else
        fetch_pause(fetch, id);
    fetch_detail_fini(&detail);
}

ACTION(pause_row)
{
    UNUSED;
    return for_each(self, toggle, err);
}

ACTION(pause_all)
{
    struct downloads *downloads = self;

    UNUSED;
    if (downloads->totals.held)
        fetch_resume(downloads->fetch, 0);
    else
        fetch_pause(downloads->fetch, 0);
    bench_say(bench, BENCH_NOTE,
              downloads->totals.held ? _("all go on") : _("all are paused"));
    return true;
}

ACTION(retry)
{
    UNUSED;
    return for_each(self, fetch_retry, err);
}

ACTION(retry_all)
{
    struct downloads *downloads = self;

    UNUSED;
    fetch_retry(downloads->fetch, 0);
    return true;
}

/* Removing (downloads_removal.c). */

ACTION(cancel)
{
    UNUSED;
    return downloads_cancel(self, bench, err);
}

ACTION(clear)
{
    UNUSED;
    downloads_clear(self, bench);
    return true;
}

ACTION(delete_file)
{
    UNUSED;
    return downloads_delete(self, bench, err);
}

/* The queue. */

static bool move_by(struct downloads *downloads, int by, struct err *err)
{
    const struct fetch_row *row = downloads_row(downloads);
    size_t at = downloads->list.selected - downloads->rows_first;
    uint64_t other = 0;

    if (!row)
        return err_set(err, ERR_MISSING, _("no download is selected"));
    if (downloads->query.sort != FETCH_BY_QUEUE)
        return err_set(err, ERR_USAGE,
                       _("the rows are sorted: s and queue shows their order"));
    if (by < 0 && at == 0)
        return true;
    if (by < 0)
        other = downloads->rows[at - 1].id;
    else if (at + 2 < downloads->row_count)
        other = downloads->rows[at + 2].id;
    fetch_move(downloads->fetch, row->id, other);
    bench_remember_place(downloads->bench, row->id, other);
    return true;
}

ACTION(move_later)
{
    UNUSED;
    return move_by(self, 1, err);
}

ACTION(move_sooner)
{
    UNUSED;
    return move_by(self, -1, err);
}

ACTION(priority)
{
    struct downloads *downloads = self;
    int64_t value;

    UNUSED;
    if (!fmt_parse_int(argv[1], -1000, 1000, &value, err))
        return false;
    if (downloads->selected == 0)
        return err_set(err, ERR_MISSING, _("no download is selected"));
    fetch_priority(downloads->fetch, downloads->selected, (int)value);
    bench_remember(downloads->bench, downloads->selected);
    return true;
}

static bool set_jobs(struct downloads *downloads, struct bench *bench,
                     int64_t jobs)
{
    if (jobs < 0 || jobs > JOBS_MAX)
        return true;
    fetch_set_jobs(downloads->fetch, (unsigned)jobs);
    if (jobs == 0)
        bench_say(bench, BENCH_NOTE,
                  _("as many files at once as connections allow"));
    else
        bench_say(bench, BENCH_NOTE, _("%d files at once"), (int)jobs);
    return true;
}

ACTION(more_jobs)
{
    struct downloads *downloads = self;

    UNUSED;
    return set_jobs(downloads, bench, (int64_t)downloads->totals.max_jobs + 1);
}

ACTION(fewer_jobs)
{
    struct downloads *downloads = self;
    int64_t jobs = downloads->totals.max_jobs;

    UNUSED;
    if (jobs == 0)
        jobs = (int64_t)downloads->totals.listed[FETCH_RUN];
    return set_jobs(downloads, bench, jobs > 1 ? jobs - 1 : 1);
}

ACTION(jobs)
{
    int64_t value;

    (void)argc;
    return fmt_parse_int(argv[1], 0, JOBS_MAX, &value, err) &&
           set_jobs(self, bench, value);
}

static bool set_rate(struct downloads *downloads, uint64_t id, const char *text,
                     struct err *err)
{
    char shown[FMT_MAX];
    uint64_t rate;

    if (!fmt_parse_bytes(text, &rate, err))
        return false;
    fetch_set_rate(downloads->fetch, id, rate);
    if (rate == 0)
        bench_say(downloads->bench, BENCH_NOTE, "%s",
                  id ? _("no limit of its own") : _("no limit"));
    else
        bench_say(downloads->bench, BENCH_NOTE,
                  id ? _("%s at most for this one")
                     : _("%s at most for all together"),
                  fmt_rate(shown, rate));
    return true;
}

ACTION(limit)
{
    UNUSED;
    return set_rate(self, 0, argv[1], err);
}

ACTION(limit_row)
{
    struct downloads *downloads = self;

    UNUSED;
    if (downloads->selected == 0)
        return err_set(err, ERR_MISSING, _("no download is selected"));
    return set_rate(downloads, downloads->selected, argv[1], err);
}

/* Looking. */

ACTION(verify)
{
    UNUSED;
    return for_each(self, fetch_verify, err);
}

/* Where nothing can open it, the path is there to be pasted. */
ACTION(open_folder)
{
    struct downloads *downloads = self;
    const char *path = downloads->has_detail ? downloads->detail.path : NULL;
    const char *slash = path ? strrchr(path, '/') : NULL;
    struct err why;
    char *dir;

    UNUSED;
    if (!slash)
        return err_set(err, ERR_MISSING, _("it has no folder yet"));
    dir = slash == path ? mem_strdup("/")
                        : mem_strndup(path, (size_t)(slash - path));
    if (spawn_open(dir, &why))
        bench_say(bench, BENCH_GOOD, _("opened %s"), dir);
    else
        bench_copy(bench,
                   downloads->detail.row.state == FETCH_DONE ? path : dir);
    mem_free(dir);
    return true;
}

ACTION(details)
{
    struct downloads *downloads = self;

    UNUSED;
    if (downloads->detailed && downloads->has_detail &&
        downloads->detail.segment_count > 0 &&
        bench_reveal(bench, "threads", downloads->detail.segments[0].thread))
        return true;
    downloads->detailed = !downloads->detailed;
    return true;
}

ACTION(back)
{
    struct downloads *downloads = self;

    UNUSED;
    if (downloads->detailed)
        downloads->detailed = false;
    else if (downloads->tag_count > 0)
        downloads->tag_count = 0;
    else
        downloads_show(downloads, "", 0);
    return true;
}

ACTION(tag)
{
    struct downloads *downloads = self;
    uint64_t id = downloads->selected;

    UNUSED;
    if (id == 0)
        return true;
    if (downloads_has(downloads->tags, downloads->tag_count, id))
        downloads_drop_id(downloads->tags, &downloads->tag_count, id);
    else
        downloads_add_id(&downloads->tags, &downloads->tag_count, id);
    list_move(&downloads->list, 1);
    return true;
}

ACTION(untag)
{
    struct downloads *downloads = self;

    UNUSED;
    downloads->tag_count = 0;
    return true;
}

static void choose_sort(struct bench *bench, void *arg, size_t choice)
{
    struct downloads *downloads = arg;
    struct fetch_query *query = &downloads->query;

    (void)bench;
    query->reverse = query->sort == (enum fetch_sort)choice && !query->reverse;
    query->sort = (enum fetch_sort)choice;
    fetch_view_ask(downloads->rows_view, query);
}

ACTION(sort)
{
    struct downloads *downloads = self;
    size_t choice = 0;

    (void)err;
    if (argc < 2) {
        menu_open(bench, _("Sort by"), downloads_sorts, downloads->query.sort,
                  choose_sort, downloads);
        return true;
    }
    while (downloads_sorts[choice] &&
           strcmp(downloads_sorts[choice], argv[1]) != 0)
        choice++;
    if (!downloads_sorts[choice])
        return err_set(err, ERR_USAGE,
                       _("sort by queue, name, state, size, done, speed or "
                         "time, not \"%s\""),
                       argv[1]);
    choose_sort(bench, downloads, choice);
    return true;
}

/* "show failed", "show all". */
ACTION(show)
{
    UNUSED;
    for (int state = 0; state < FETCH_STATES; state++)
        if (strcasecmp(argv[1], fetch_state_word((enum fetch_state)state)) ==
            0) {
            downloads_show(self, "", 1U << state);
            return true;
        }
    if (strcmp(argv[1], "all") != 0)
        return err_set(err, ERR_USAGE,
                       _("show all, or one of the words in front of the rows, "
                         "not \"%s\""),
                       argv[1]);
    downloads_show(self, "", 0);
    return true;
}

static void complete_sort(void *self, struct bench *bench, int argc,
                          char **argv, struct candidates *candidates)
{
    (void)self;
    (void)bench;
    (void)argv;
    for (size_t i = 0; argc == 2 && downloads_sorts[i]; i++)
        candidates_add(candidates, downloads_sorts[i]);
}

static void complete_show(void *self, struct bench *bench, int argc,
                          char **argv, struct candidates *candidates)
{
    (void)self;
    (void)bench;
    (void)argv;
    for (int state = 0; argc == 2 && state < FETCH_STATES; state++)
        candidates_add(candidates, fetch_state_word((enum fetch_state)state));
    if (argc == 2)
        candidates_add(candidates, "all");
}

const struct action downloads_actions[] = {
    {
        .name = "get",
        .keys = {"a"},
        .arguments = "URL...",
        .summary = N_("Add downloads"),
        .cli = "threadlab get URL...",
        .hint = N_("add"),
        .run = get,
    },
    {
        .name = "list",
        .arguments = "FILE",
        .summary = N_("Add the URLs in a file"),
        .cli = "threadlab get --input-file FILE",
        .run = get_list,
    },
    {
        .name = "harvest",
        .keys = {"H"},
        .arguments = "[PAGE [REGEX]]",
        .summary = N_("Find the links of a page, download those wanted"),
        .cli = "threadlab get --match REGEX PAGE",
        .run = harvest,
    },
    {
        .name = "pause",
        .keys = {"Space"},
        .summary = N_("Pause it, or go on"),
        .hint = N_("pause"),
        .run = pause_row,
    },
    {
        .name = "pause all",
        .keys = {"P"},
        .summary = N_("Pause all, or go on"),
        .run = pause_all,
    },
    {
        .name = "cancel",
        .keys = {"x"},
        .summary = N_("Cancel; take what is over off the list"),
        .hint = N_("cancel"),
        .run = cancel,
    },
    {
        .name = "clear",
        .summary = N_("Take all that is done off the list"),
        .run = clear,
    },
    {
        .name = "delete",
        .keys = {"D"},
        .summary = N_("Delete the file"),
        .run = delete_file,
    },
    {
        .name = "retry",
        .keys = {"r"},
        .summary = N_("Try again, now"),
        .hint = N_("retry"),
        .run = retry,
    },
    {
        .name = "retry all",
        .keys = {"R"},
        .summary = N_("Try all that failed again"),
        .run = retry_all,
    },
    {
        .name = "details",
        .keys = {"Enter"},
        .summary = N_("Details; again: to the thread that carries it"),
        .hint = N_("details"),
        .run = details,
    },
    {
        .name = "back",
        .keys = {"Esc"},
        .summary = N_("Close the details, drop tags, show all"),
        .run = back,
    },
    {
        .name = "sooner",
        .keys = {"K"},
        .summary = N_("Sooner in the queue"),
        .run = move_sooner,
    },
    {
        .name = "later",
        .keys = {"J"},
        .summary = N_("Later in the queue"),
        .run = move_later,
    },
    {
        .name = "priority",
        .arguments = "N",
        .summary = N_("Priority; higher goes first, 0 is usual"),
        .run = priority,
    },
    {
        .name = "jobs more",
        .keys = {"+"},
        .summary = N_("One more file at once"),
        .run = more_jobs,
    },
    {
        .name = "jobs fewer",
        .keys = {"-"},
        .summary = N_("One file less at once"),
        .run = fewer_jobs,
    },
    {
        .name = "jobs",
        .arguments = "N",
        .summary = N_("Files at once; 0: as connections allow"),
        .cli = "threadlab get --jobs N",
        .run = jobs,
    },
    {
        .name = "limit",
        .arguments = "RATE",
        .summary = N_("Bytes a second for all together; 0: no limit"),
        .cli = "threadlab get --limit-rate RATE",
        .run = limit,
    },
    {
        .name = "limit this",
        .arguments = "RATE",
        .summary = N_("Bytes a second for this download"),
        .cli = "threadlab get --limit-rate-file RATE",
        .run = limit_row,
    },
    {
        .name = "verify",
        .keys = {"c"},
        .summary = N_("Read the file again and check it"),
        .run = verify,
    },
    {
        .name = "open",
        .keys = {"o"},
        .summary = N_("Open its folder; without a desktop: copy the path"),
        .run = open_folder,
    },
    {
        .name = "tag",
        .keys = {"t"},
        .summary = N_("Tag the row; verbs are for the tagged"),
        .run = tag,
    },
    {
        .name = "untag",
        .keys = {"T"},
        .summary = N_("Drop all tags"),
        .run = untag,
    },
    {
        .name = "sort",
        .keys = {"s"},
        .arguments = "[BY]",
        .summary = N_("Sort; the same again: the other way round"),
        .run = sort,
        .complete = complete_sort,
    },
    {
        .name = "show",
        .arguments = "STATE",
        .summary = N_("Only rows in a state: failed, done, ..., all"),
        .run = show,
        .complete = complete_show,
    },
    {
        .name = "demo",
        .summary = N_("Downloads from a server of its own, to see it work"),
        .cli = "threadlab demo",
        .run = demo,
    },
    {.name = NULL},
};
