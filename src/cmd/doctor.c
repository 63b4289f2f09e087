/* threadlab doctor: what it finds around it, for a person with a question or a
 * report to write. Makes nothing, changes nothing. */
#include <jansson.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd.h"
#include "engine/engine.h"
#include "longopt.h"
#include "tui/diagnosis.h"

enum { LABEL = 18, TEXT_MAX = 512 };

/* Facts go to a text or to an object, section by section. */
struct doctor {
    bool json;
    json_t *root;
    json_t *section;
};

enum { HELP = 1, JSON };

static const struct option longs[] = {
    {"help", no_argument, NULL, HELP},
    {"json", no_argument, NULL, JSON},
    {NULL, 0, NULL, 0},
};

const struct option_line cmd_doctor_options[] = {
    {"json", NULL, "one JSON object in place of text", NULL, 0},
    {NULL, NULL, NULL, NULL, 0},
};

static int help(void)
{
    fputs("usage: threadlab doctor [OPTION]...\n\n"
          "Tells what the terminal can do, the language, where files are kept, "
          "and which\nlibraries and limits there are. Makes and changes "
          "nothing.\n\n",
          stdout);
    option_lines_print(stdout, cmd_doctor_options);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Telling. */

static void section(struct doctor *doctor, const char *name)
{
    if (doctor->json) {
        doctor->section = json_object();
        json_object_set_new(doctor->root, name, doctor->section);
    } else {
        printf("%s\n", name);
    }
}

/* value: what a program reads under name; taken. The rest is for a person. */
static void say(struct doctor *doctor, const char *name, json_t *value,
                const char *label, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void say(struct doctor *doctor, const char *name, json_t *value,
                const char *label, const char *format, ...)
{
    char text[TEXT_MAX];
    char clean[2 * TEXT_MAX];
    va_list args;

    if (doctor->json) {
        json_object_set_new(doctor->section, name, value);
        return;
    }
    json_decref(value);
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fmt_clean(clean, sizeof(clean), text, strlen(text), SIZE_MAX);
    printf("  %-*s%s\n", LABEL, label, clean);
}

static json_t *text_or_null(const char *text)
{
    json_t *value = text && *text ? json_string(text) : NULL;

    return value ? value : json_null();
}

/* What there is. */

static json_t *answer_value(enum diagnosis_answer answer)
{
    if (answer == DIAGNOSIS_NOT_ASKED || answer == DIAGNOSIS_SILENT)
        return json_null();
    return json_boolean(answer == DIAGNOSIS_YES);
}

static const char *answer_words(enum diagnosis_answer answer)
{
    static const char *const words[] = {
        [DIAGNOSIS_NOT_ASKED] = "not asked",
        [DIAGNOSIS_SILENT] = "no answer",
        [DIAGNOSIS_NO] = "no",
        [DIAGNOSIS_YES] = "yes",
    };

    return words[answer];
}

static void say_term(struct doctor *doctor, const struct diagnosis *found)
{
    const char *why = ", known here";

    if (!*found->used)
        why = *found->term ? ", cannot show a screen" : "";
    else if (strcmp(found->used, found->term) != 0)
        why = ", not known here";
    say(doctor, "term", text_or_null(found->term), "TERM", "%s%s",
        *found->term ? found->term : "not set", why);
    say(doctor, "description", text_or_null(found->used), "treated as", "%s",
        *found->used ? found->used : "nothing; --plain works");
    say(doctor, "on_screen", json_boolean(found->on_screen), "output", "%s",
        found->on_screen ? "a terminal" : "no terminal");
    if (found->rows > 0)
        say(doctor, "size", json_pack("[ii]", found->cols, found->rows), "size",
            "%dx%d", found->cols, found->rows);
}

static void say_lines(struct doctor *doctor, const struct diagnosis *found)
{
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    bool lines = utf8 && found->line_columns == 1 && found->asked_columns != 2;

    say(doctor, "line_columns",
        found->line_columns > 0 ? json_integer(found->line_columns)
                                : json_null(),
        "width of lines",
        found->line_columns > 0 ? "%d by the locale" : "%d: not in this locale",
        found->line_columns);
    say(doctor, "line_columns_shown",
        found->asked_columns > 0 ? json_integer(found->asked_columns)
                                 : json_null(),
        "",
        found->asked_columns > 0 ? "%d by the terminal"
                                 : "the terminal does not tell",
        found->asked_columns);
    say(doctor, "ascii", json_boolean(!lines), "lines and bars", "%s",
        lines ? "drawn" : "in ASCII");
}

static void say_terminal(struct doctor *doctor)
{
    const char *no_color = getenv("NO_COLOR");
    bool plain = no_color && *no_color;
    struct diagnosis found;

    fflush(stdout);
    diagnosis_take(&found);
    section(doctor, "terminal");
    say_term(doctor, &found);
    say(doctor, "colors", json_integer(found.colours), "colours", "%d%s",
        found.colours, plain ? ", not used: NO_COLOR is set" : "");
    if (doctor->json)
        say(doctor, "no_color", json_boolean(plain), "", "%s", "");
    say_lines(doctor, &found);
    say(doctor, "mouse", json_boolean(found.like_xterm), "mouse", "%s",
        found.like_xterm ? "asked for" : "not for this terminal");
    say(doctor, "paste", json_boolean(found.like_xterm), "bracketed paste",
        "%s", found.like_xterm ? "asked for" : "not for this terminal");
    say(doctor, "answers", answer_value(found.answers), "answers", "%s",
        answer_words(found.answers));
    say(doctor, "synchronized", answer_value(found.synchronized),
        "whole frames", "%s", answer_words(found.synchronized));
    say(doctor, "curses", json_string(found.curses), "curses", "%s",
        found.curses);
}

static void say_language(struct doctor *doctor)
{
    const char *locale = setlocale(LC_CTYPE, NULL);
    const char *messages = setlocale(LC_MESSAGES, NULL);

    section(doctor, "language");
    say(doctor, "locale", text_or_null(locale), "characters", "%s, %s",
        locale ? locale : "?", nl_langinfo(CODESET));
    if (doctor->json)
        say(doctor, "codeset", json_string(nl_langinfo(CODESET)), "", "%s", "");
    say(doctor, "messages", text_or_null(messages), "messages", "%s",
        messages ? messages : "?");
}

static void say_path(struct doctor *doctor, const char *name, char *path,
                     const struct err *err)
{
    bool there = path && access(path, F_OK) == 0;

    say(doctor, name,
        path ? json_pack("{s:o,s:b}", "path", text_or_null(path), "exists",
                         there)
             : json_null(),
        name, "%s%s", path ? path : err->text,
        !path || there ? "" : " (not there yet)");
    mem_free(path);
}

static void say_paths(struct doctor *doctor)
{
    struct err err = {.code = ERR_NONE};

    section(doctor, "paths");
    say_path(doctor, "config", path_config(&err), &err);
    say_path(doctor, "state", path_state(&err), &err);
    say_path(doctor, "data", path_data(&err), &err);
    say_path(doctor, "cache", path_cache(&err), &err);
    say_path(doctor, "runtime", path_runtime_name(), &err);
}

/* "libcurl/7.88.1 ...": name by name. */
static void say_libraries(struct doctor *doctor)
{
    char libraries[ENGINE_LIBRARIES];
    char *rest = libraries;
    char *word;

    engine_libraries(libraries);
    section(doctor, "libraries");
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        char *slash = strchr(word, '/');
        const char *version = slash ? slash + 1 : "";

        if (slash)
            *slash = '\0';
        say(doctor, word, text_or_null(version), word, "%s", version);
    }
    say(doctor, "http2", json_boolean(engine_has_http2()), "HTTP/2", "%s",
        engine_has_http2() ? "yes" : "no: files come over HTTP/1.1");
}

static json_t *limit_value(rlim_t limit)
{
    return limit == RLIM_INFINITY ? json_null()
                                  : json_integer((long long)limit);
}

static void say_limits(struct doctor *doctor)
{
    struct rlimit files = {0, 0};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    getrlimit(RLIMIT_NOFILE, &files);
    section(doctor, "limits");
    say(doctor, "open_files", limit_value(files.rlim_cur), "open files", "%llu",
        (unsigned long long)files.rlim_cur);
    say(doctor, "open_files_most", limit_value(files.rlim_max), "",
        files.rlim_max == RLIM_INFINITY ? "no limit to raise that to"
                                        : "%llu at most",
        (unsigned long long)files.rlim_max);
    say(doctor, "processors", json_integer(cores), "processors", "%ld", cores);
}

static bool tell(struct doctor *doctor)
{
    doctor->root = json_object();
    if (doctor->json)
        json_object_set_new(doctor->root, "threadlab",
                            json_string(engine_version()));
    else
        printf("threadlab %s\n", engine_version());
    say_terminal(doctor);
    say_language(doctor);
    say_paths(doctor);
    say_libraries(doctor);
    say_limits(doctor);
    if (doctor->json) {
        json_dumpf(doctor->root, stdout, JSON_COMPACT);
        putchar('\n');
    }
    json_decref(doctor->root);
    return fflush(stdout) == 0 && !ferror(stdout);
}

int cmd_doctor(int argc, char **argv)
{
    struct doctor doctor = {.json = false};
    struct err err;
    int option;

    longopt_begin();
    while ((option = longopt_next(argc, argv, longs, false, &err)) !=
           LONGOPT_END) {
        if (option == LONGOPT_BAD)
            return cmd_fail("doctor", &err);
        if (option == HELP)
            return help();
        doctor.json = true;
    }
    return tell(&doctor) ? EXIT_SUCCESS : EXIT_FAILURE;
}
