/* Rows as words, for --plain. */
#include <stdio.h>

#include "base/fmt.h"
#include "base/text.h"
#include "downloads.h"

static void print_progress(const struct fetch_row *row, struct str *out)
{
    char bytes[FMT_MAX];
    char total[FMT_MAX];
    char rate[FMT_MAX];
    char left[FMT_MAX];

    fmt_bytes(bytes, row->bytes);
    if (row->total > 0)
        str_printf(out, _(", %d%%, %s of %s"),
                   (int)(row->bytes * 100 / (uint64_t)row->total), bytes,
                   fmt_bytes(total, (uint64_t)row->total));
    else
        str_printf(out, ", %s", bytes);
    if (row->speed > 0)
        str_printf(out, ", %s", fmt_rate(rate, row->speed));
    if (row->eta_ms >= 0)
        str_printf(out, _(", %s left"), fmt_ms(left, row->eta_ms));
}

static void print_end(const struct fetch_row *row, struct str *out)
{
    char bytes[FMT_MAX];

    if (row->state == FETCH_DONE || row->bytes > 0)
        str_printf(out, ", %s", fmt_bytes(bytes, row->bytes));
    if (row->err.code != ERR_NONE)
        str_printf(out, ", %s", row->err.text);
}

static void print_state(const struct fetch_row *row, struct str *out)
{
    char words[sizeof(row->err.text) + 64];

    switch (row->state) {
    case FETCH_RUN:
    case FETCH_CHECK:
    case FETCH_PAUSED:
        print_progress(row, out);
        break;
    case FETCH_QUEUED:
    case FETCH_WAIT:
        downloads_words(row, words, sizeof(words));
        str_printf(out, ", %s", words);
        break;
    case FETCH_DONE:
        print_end(row, out);
        downloads_words(row, words, sizeof(words));
        if (*words)
            str_printf(out, ", %s", words);
        break;
    case FETCH_FAILED:
    case FETCH_SKIPPED:
    case FETCH_CANCELED:
    case FETCH_STATES:
        print_end(row, out);
        break;
    }
}

bool downloads_print(struct downloads *downloads, size_t row, struct str *out)
{
    struct fetch_row shown;
    size_t count;

    if (fetch_view_rows(downloads->fetch, downloads->rows_view, row, &shown, 1,
                        &count) == 0)
        return false;
    str_printf(out, "%s %zu %s %s", row == downloads->list.selected ? ">" : " ",
               row + 1, fetch_state_word(shown.state), shown.name);
    print_state(&shown, out);
    return true;
}
