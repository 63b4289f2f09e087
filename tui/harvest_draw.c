/* The harvest dialog's picture: four fields, a rule that counts, the links. */
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/text.h"
#include "harvest_state.h"

enum { LABEL = 8, MARK = 6, FIELDS_LEAST = 3 };

static const char *const labels[HARVEST_FIELDS] = {
    [HARVEST_PAGE] = N_("page"),
    [HARVEST_MATCH] = N_("regex"),
    [HARVEST_PATH] = N_("json"),
    [HARVEST_INTO] = N_("into"),
};

static const char *const examples[HARVEST_FIELDS] = {
    [HARVEST_PAGE] = N_("a URL, or a file here"),
    [HARVEST_MATCH] = N_("what stands around the links: href=\"(.+?)\""),
    [HARVEST_PATH] = N_("or the path to them in JSON: $.data[*].image"),
    [HARVEST_INTO] = N_("where files usually go"),
};

static void draw_text(const struct harvest_dialog *dialog, enum harvest_place i,
                      const struct view *view, int at, int *caret)
{
    struct editor *editor = dialog->fields[i];
    int columns = view->rect.cols - LABEL - 1;
    struct editor_window window;
    struct str text;

    if (editor_len(editor) == 0)
        view_text(view, at, LABEL, columns, ROLE_FAINT, _(examples[i]));
    if (i != dialog->place) {
        view_text(view, at, LABEL, columns, ROLE_TEXT, editor_text(editor));
        return;
    }
    window = editor_window(editor, columns > 0 ? (size_t)columns : 0);
    str_init(&text, 4 * HARVEST_TEXT);
    editor_draw(editor, window, view_ascii(view), &text);
    view_text(view, at, LABEL, columns, ROLE_TEXT, text.data);
    str_fini(&text);
    *caret = LABEL + (int)window.caret;
}

/* What is wrong with the field; NULL: nothing. */
static const struct err *fault_of(const struct harvest_dialog *dialog,
                                  enum harvest_place i)
{
    const struct fetch_preview *shown = &dialog->shown;
    const struct err *err = NULL;

    if (dialog->asked == 0)
        return NULL;
    if (i == HARVEST_PAGE && !shown->has_page)
        err = &shown->page_err;
    else if (i == HARVEST_MATCH && editor_len(dialog->fields[i]) > 0)
        err = &shown->match_err;
    else if (i == HARVEST_PATH && editor_len(dialog->fields[i]) > 0 &&
             editor_len(dialog->fields[HARVEST_MATCH]) == 0)
        err = &shown->match_err;
    return err && err->code ? err : NULL;
}

/* The longest sentence has several rows. */
static int draw_fault(const struct view *view, int at, const char *text)
{
    int columns = view->rect.cols - LABEL - 1;

    while (*text && columns > 0 && at < view->rect.rows) {
        size_t len = strlen(text);
        char part[sizeof(((struct err *)0)->text)];

        if (len > (size_t)columns) {
            len = (size_t)columns;
            while (len > 0 && text[len] != ' ')
                len--;
            if (len == 0)
                len = (size_t)columns;
        }
        snprintf(part, sizeof(part), "%.*s", (int)len, text);
        view_text(view, at++, LABEL, columns, ROLE_BAD, part);
        text += len + (text[len] == ' ');
    }
    return at;
}

/* Small screens have only the field that is typed in, and the page. */
static bool has_room(const struct harvest_dialog *dialog,
                     const struct view *view, enum harvest_place i)
{
    return view->rect.rows >= HARVEST_FIELDS + FIELDS_LEAST ||
           i == dialog->place ||
           (dialog->place == HARVEST_LINKS && i == HARVEST_PAGE);
}

static int draw_fields(struct harvest_dialog *dialog, const struct view *view,
                       int *row, int *col)
{
    int at = 0;

    for (enum harvest_place i = 0; i < HARVEST_FIELDS; i++) {
        bool here = i == dialog->place;
        const struct err *fault = fault_of(dialog, i);

        dialog->rows[i] = -1;
        if (!has_room(dialog, view, i))
            continue;
        dialog->rows[i] = at;
        view_text(view, at, 0, 1, ROLE_TEXT, here ? ">" : " ");
        view_text(view, at, 1, LABEL - 2, here ? ROLE_KEY : ROLE_FAINT,
                  _(labels[i]));
        draw_text(dialog, i, view, at, col);
        if (here)
            *row = at;
        at++;
        if (fault)
            at = draw_fault(view, at, fault->text);
    }
    return at;
}

static void say_page(const struct fetch_preview *shown, struct str *out)
{
    char bytes[FMT_MAX];

    if (shown->fetching)
        str_printf(out, _("fetching the page, %s"),
                   fmt_bytes(bytes, shown->bytes));
    else if (shown->searching)
        str_puts(out, _("searching"));
    else if (shown->has_page)
        str_printf(out, _("page of %s"), fmt_bytes(bytes, shown->bytes));
}

static void say_counts(const struct harvest_dialog *dialog, struct str *out)
{
    const struct fetch_preview *shown = &dialog->shown;
    size_t on = harvest_on(dialog);
    uint64_t past = shown->found - shown->duplicates - shown->bad;

    if (shown->links > 0 && on < shown->links)
        str_printf(out, _("%zu of %zu links"), on, shown->links);
    else if (shown->links > 0)
        str_printf(out, ngettext("%zu link", "%zu links", shown->links),
                   shown->links);
    if (shown->duplicates > 0)
        str_printf(out, _(", %llu repeated"),
                   (unsigned long long)shown->duplicates);
    if (shown->bad > 0)
        str_printf(out, _(", %llu of no use"), (unsigned long long)shown->bad);
    if (shown->others > 0)
        str_printf(out, _(", %llu no text"), (unsigned long long)shown->others);
    if (past > shown->links && shown->links == FETCH_PREVIEW_LINKS)
        str_printf(out, _(", %llu beyond these"),
                   (unsigned long long)(past - shown->links));
}

static void draw_counts(const struct harvest_dialog *dialog,
                        const struct view *view, int at)
{
    struct str tail;
    struct str right;

    str_init(&tail, 256);
    str_init(&right, 128);
    say_counts(dialog, &tail);
    say_page(&dialog->shown, &right);
    view_rule(view, at,
              &(struct view_rule){
                  .title = _("Found"),
                  .tail = tail.data,
                  .right = right.data,
                  .focus = dialog->place == HARVEST_LINKS,
              });
    str_fini(&right);
    str_fini(&tail);
}

/* Why there is nothing to see. */
static const char *nothing(const struct harvest_dialog *dialog)
{
    const struct fetch_preview *shown = &dialog->shown;

    if (dialog->asked == 0)
        return _("Name a page; Enter fetches it. Nothing is downloaded yet.");
    if (shown->searching || shown->fetching || !shown->has_page)
        return "";
    if (editor_len(dialog->fields[HARVEST_MATCH]) +
            editor_len(dialog->fields[HARVEST_PATH]) ==
        0)
        return _("The page is here. Type what picks the links.");
    if (shown->match_err.code)
        return "";
    return shown->bad > 0 ? shown->bad_err.text
                          : _("Nothing in the page is like that.");
}

static void load_links(struct harvest_dialog *dialog)
{
    if (dialog->links_room < dialog->list.height) {
        dialog->links_room = dialog->list.height;
        dialog->links = mem_resize(dialog->links, dialog->links_room,
                                   sizeof(*dialog->links));
    }
    dialog->links_here = fetch_preview_links(
        dialog->fetch, dialog->list.first, dialog->links, dialog->list.height);
}

static void draw_link(const struct harvest_dialog *dialog,
                      const struct view *view, size_t i)
{
    size_t number = dialog->list.first + i;
    const char *url = dialog->links[i].url;
    size_t len = strlen(url);
    bool off = number < dialog->off_count && dialog->off[number];
    bool here =
        dialog->place == HARVEST_LINKS && number == dialog->list.selected;

    url += dialog->list.sideways < len ? dialog->list.sideways : len;
    view_text(view, (int)i, 0, MARK, ROLE_TEXT,
              here ? (off ? "> [ ] " : "> [x] ") : (off ? "  [ ] " : "  [x] "));
    view_text(view, (int)i, MARK, view->rect.cols - MARK,
              off ? ROLE_FAINT : ROLE_TEXT, url);
    if (here)
        view_paint(view, (int)i, ROLE_SELECTED);
}

static void draw_links(struct harvest_dialog *dialog, const struct view *view)
{
    list_fit(&dialog->list, dialog->shown.links,
             view->rect.rows > 0 ? (size_t)view->rect.rows : 0);
    load_links(dialog);
    for (size_t i = 0; i < dialog->links_here; i++)
        draw_link(dialog, view, i);
    if (dialog->shown.links == 0)
        view_text(view, 0, 2, view->rect.cols - 3, ROLE_FAINT, nothing(dialog));
}

void harvest_draw(void *self, const struct view *view, int *row, int *col)
{
    struct harvest_dialog *dialog = self;
    struct view part;
    int foot;
    int at;

    harvest_see(dialog);
    at = draw_fields(dialog, view, row, col);
    if (dialog->why.code)
        at = draw_fault(view, at, dialog->why.text);
    draw_counts(dialog, view, at++);
    dialog->links_row = at;
    foot = dialog->bare && view->rect.rows > HARVEST_FIELDS + FIELDS_LEAST;
    part = view_part(view, (struct rect){at, 0, view->rect.rows - at - foot,
                                         view->rect.cols});
    draw_links(dialog, &part);
    if (foot)
        view_text(view, view->rect.rows - 1, 1, view->rect.cols - 1, ROLE_FAINT,
                  harvest_hint(self));
    if (dialog->place != HARVEST_LINKS)
        return;
    *row = at + (int)(dialog->list.selected - dialog->list.first);
    *col = 0;
}
