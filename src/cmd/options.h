/* The words behind "threadlab get", and those of the workbench. One table
 * (option_table.c) says what options there are; it drives getopt_long(3), the
 * help and the checks, and a test holds the man page against it. Main thread
 * only. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "fetch/digest.h"
#include "fetch/fetch.h"
#include "option_line.h"

enum options_face { OPTIONS_GET, OPTIONS_BENCH };

/* Strings point into argv, which must live as long. */
struct options {
    struct fetch_options fetch; /* password and bearer are not filled here */

    /* what to fetch */
    const char *const *urls; /* the arguments: URLs, or pages to search */
    size_t url_count;
    const char *output;
    const char *input_file;
    const char *checksum; /* "sha256=..."; parsed into digest */
    struct digest digest;

    /* harvest */
    const char *match;
    const char *json_path;
    const char *base;
    const char *pages; /* "1-20"; parsed into the two below, both 0 if absent */
    int64_t page_first;
    int64_t page_last;
    bool list_only;

    /* secrets come from files, "-" being the standard input */
    const char *password_file;
    const char *bearer_file;

    /* what is said, and what is run */
    bool quiet;
    bool json;
    bool no_bars;
    bool verbose;
    bool help;
    const char *log_file;
    const char *on_complete;
    const char *on_complete_shell;

    /* the workbench alone */
    const char *script;
    bool plain;
    const char *color;
    const char *theme;
    bool ascii;

    const char **headers; /* fetch.headers; NULL at the end */
    size_t header_count;
};

/* Reads the words and checks them one by one and against each other. argv may
 * be permuted. ERR_USAGE with a sentence that names the option; the options are
 * to be ended in any case. With --help nothing else is checked. */
bool options_parse(struct options *options, enum options_face face, int argc,
                   char **argv, struct err *err)
    __attribute__((warn_unused_result));
void options_fini(struct options *options);

/* True if URLs come from text that is searched. */
bool options_harvest(const struct options *options);

/* Its options as lines, nameless at the end. */
const struct option_line *options_lines(enum options_face face);

/* The whole help, on paper 80 columns wide: of get, and of the workbench, which
 * tells only what it has beyond that. */
void options_help(FILE *out);
void options_help_bench(FILE *out);

#endif
