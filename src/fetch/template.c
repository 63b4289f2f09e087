#include "template.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "name.h"

enum field { LITERAL, NAME, STEM, EXT, HOST, PATH, INDEX, DATE };

static const char *const field_names[] = {
    [NAME] = "name", [STEM] = "stem",   [EXT] = "ext",  [HOST] = "host",
    [PATH] = "path", [INDEX] = "index", [DATE] = "date"};

struct part {
    enum field field;
    int width;  /* INDEX: least digits */
    char *text; /* LITERAL: may hold slashes, which separate */
};

struct template
{
    struct part *parts;
    size_t count;
};

/* Longer fields are cut by name_safe in any case, and a URL's path is not
 * longer than this where it is of use. */
enum { RAW_MAX = 1024 * 1024 };

static void add_part(struct template *template, struct part part)
{
    template->parts = mem_resize(template->parts, template->count + 1,
                                 sizeof(*template->parts));
    template->parts[template->count++] = part;
}

static void add_literal(struct template *template, const struct str *literal)
{
    if (literal->len > 0)
        add_part(template,
                 (struct part){LITERAL, 0,
                               mem_strndup(literal->data, literal->len)});
}

/* Reads what stands between two braces: "index" or "index:04". */
static bool parse_field(const char *text, size_t len, struct part *part)
{
    const char *colon = memchr(text, ':', len);
    size_t used = colon ? (size_t)(colon - text) : len;

    *part = (struct part){LITERAL, 0, NULL};
    for (size_t i = NAME; i < ARRAY_LEN(field_names); i++)
        if (strlen(field_names[i]) == used &&
            memcmp(field_names[i], text, used) == 0)
            part->field = (enum field)i;
    if (part->field == LITERAL)
        return false;
    if (!colon)
        return true;
    if (part->field != INDEX || len - used < 3 || len - used > 4 ||
        text[used + 1] != '0')
        return false;
    for (size_t i = used + 2; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        part->width = part->width * 10 + (text[i] - '0');
    }
    return part->width >= 1 && part->width <= 20;
}

static bool refuse_field(const char *text, size_t len, size_t at,
                         struct err *err)
{
    char clean[100];

    fmt_clean(clean, sizeof(clean), text, len, 30);
    return err_set(err, ERR_USAGE,
                   "there is no field {%s} (character %zu of the template); "
                   "there are {name}, {stem}, {ext}, {host}, {path}, {index}, "
                   "{index:04} and {date}",
                   clean, at);
}

static bool refuse_brace(char brace, size_t at, struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "the '%c' at character %zu of the template has no partner; "
                   "write '%c%c' for the character itself",
                   brace, at, brace, brace);
}

/* Code points before text + at, counted from 1. */
static size_t place(const char *text, size_t at)
{
    size_t count = 1;

    for (size_t i = 0; i < at; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool parse_parts(struct template *template, const char *text,
                        struct str *literal, struct err *err)
{
    for (size_t i = 0; text[i]; i++) {
        size_t len = strcspn(text + i + 1, "{}");
        struct part part;

        if (text[i] != '{' && text[i] != '}') {
            str_putc(literal, text[i]);
            continue;
        }
        if (text[i + 1] == text[i]) {
            str_putc(literal, text[i++]);
            continue;
        }
        if (text[i] == '}' || text[i + 1 + len] != '}')
            return refuse_brace(text[i], place(text, i), err);
        if (!parse_field(text + i + 1, len, &part))
            return refuse_field(text + i + 1, len, place(text, i), err);
        add_literal(template, literal);
        str_clear(literal);
        add_part(template, part);
        i += len + 1;
    }
    add_literal(template, literal);
    return true;
}

/* A field is as good as an "x" here: what it becomes is made safe, so only
 * what the pattern itself says can be wrong. */
static bool check_shape(const struct template *template, struct err *err)
{
    struct str shape;
    size_t components = 1;
    const char *wrong = NULL;

    str_init(&shape, TEMPLATE_TEXT * 2);
    str_putc(&shape, '/');
    for (size_t i = 0; i < template->count; i++)
        str_puts(&shape,
                 template->parts[i].text ? template->parts[i].text : "x");
    str_putc(&shape, '/');
    for (size_t i = 1; i + 1 < shape.len; i++)
        components += shape.data[i] == '/';
    if (shape.len == 2)
        wrong = "is empty";
    else if (shape.data[1] == '/')
        wrong = "starts with a slash; give the folder with --dir";
    else if (shape.data[shape.len - 2] == '/')
        wrong = "ends with a slash; it must end in a file name";
    else if (strstr(shape.data, "/../"))
        wrong = "has a folder \"..\"; give the folder with --dir";
    else if (components > TEMPLATE_COMPONENTS)
        wrong = "has more than 16 folders and names";
    str_fini(&shape);
    return !wrong || err_set(err, ERR_USAGE, "the template %s", wrong);
}

struct template *template_parse(const char *text, struct err *err)
{
    struct template *template = mem_new(sizeof(*template));
    struct str literal;
    bool ok = false;

    str_init(&literal, TEMPLATE_TEXT);
    if (strlen(text) > TEMPLATE_TEXT)
        err_set(err, ERR_USAGE, "the template is longer than %d bytes",
                TEMPLATE_TEXT);
    else
        ok = parse_parts(template, text, &literal, err) &&
             check_shape(template, err);
    str_fini(&literal);
    if (ok)
        return template;
    template_free(template);
    return NULL;
}

void template_free(struct template *template)
{
    if (!template)
        return;
    for (size_t i = 0; i < template->count; i++)
        mem_free(template->parts[i].text);
    mem_free(template->parts);
    mem_free(template);
}

/* A field that is one name: its slashes separate nothing. */
static void put_name(struct str *raw, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        str_putc(raw, text[i] == '/' ? '_' : text[i]);
}

/* The folders of a URL's path, decoded one by one; its last component is the
 * file and no folder. */
static void put_folders(struct str *raw, const char *path)
{
    struct str name;
    bool first = true;

    str_init(&name, NAME_MAX_BYTES);
    for (;;) {
        size_t len = strcspn(path, "/");

        if (!path[len])
            break;
        if (name_decode(&name, path, len, NAME_MAX_BYTES)) {
            if (!first)
                str_putc(raw, '/');
            str_puts(raw, name.data);
            first = false;
        }
        path += len + 1;
    }
    str_fini(&name);
}

static void put_date(struct str *raw, int64_t date_s)
{
    time_t when = date_s;
    struct tm tm;

    if (gmtime_r(&when, &tm))
        str_printf(raw, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                   tm.tm_mday);
}

static void put_part(struct str *raw, const struct part *part,
                     const struct template_values *values)
{
    const char *name = values->name ? values->name : "";
    const char *host = values->host ? values->host : "";
    size_t dot = name_ext(name);

    switch (part->field) {
    case LITERAL:
        str_puts(raw, part->text);
        break;
    case NAME:
        put_name(raw, name, strlen(name));
        break;
    case STEM:
        put_name(raw, name, dot);
        break;
    case EXT:
        if (name[dot])
            put_name(raw, name + dot + 1, strlen(name + dot + 1));
        break;
    case HOST:
        put_name(raw, host, strlen(host));
        break;
    case PATH:
        put_folders(raw, values->path ? values->path : "");
        break;
    case INDEX:
        str_printf(raw, "%0*" PRIu64, part->width, values->index);
        break;
    case DATE:
        put_date(raw, values->date_s);
        break;
    }
}

/* Empty components ("{path}/x" without folders) and "." fall away; the last is
 * the file's name and stays. */
static bool put_components(struct str *path, const struct str *raw,
                           struct err *err)
{
    const char *at = raw->data;
    size_t components = 0;
    struct str name;
    bool last = false;

    str_init(&name, NAME_MAX_BYTES);
    while (!last && components <= TEMPLATE_COMPONENTS) {
        size_t len = strcspn(at, "/");

        last = !at[len];
        if (last || !(len == 0 || (len == 1 && at[0] == '.'))) {
            name_safe(&name, at, len, NAME_REPLACE, NAME_MAX_BYTES);
            if (components++ > 0)
                str_putc(path, '/');
            str_puts(path, name.data);
        }
        at += len + 1;
    }
    str_fini(&name);
    return (components <= TEMPLATE_COMPONENTS && !path->full) ||
           err_set(err, ERR_LIMIT,
                   "the template gives a path of more than %d folders; leave "
                   "{path} out",
                   TEMPLATE_COMPONENTS);
}

bool template_expand(const struct template *template,
                     const struct template_values *values, struct str *path,
                     struct err *err)
{
    struct str raw;
    bool ok;

    str_clear(path);
    str_init(&raw, RAW_MAX);
    for (size_t i = 0; i < template->count; i++)
        put_part(&raw, &template->parts[i], values);
    ok = raw.full ? err_set(err, ERR_LIMIT,
                            "the template makes a name of over a mebibyte")
                  : put_components(path, &raw, err);
    str_fini(&raw);
    return ok;
}
