/* threadlab origin: serves the demo's files until it is ended. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/signals.h"
#include "cmd.h"
#include "longopt.h"
#include "origin/origin.h"

struct words {
    struct origin_options origin;
    bool until_eof;
    bool help;
};

enum { HELP = 1, PORT, RATE, THREADS, UNTIL_EOF };

static const struct option longs[] = {
    {"help", no_argument, NULL, HELP},
    {"port", required_argument, NULL, PORT},
    {"rate", required_argument, NULL, RATE},
    {"threads", required_argument, NULL, THREADS},
    {"until-eof", no_argument, NULL, UNTIL_EOF},
    {NULL, 0, NULL, 0},
};

const struct option_line cmd_origin_options[] = {
    {"port", "N", "listen on port N", "any that is free", 0},
    {"rate", "SIZE", "bytes a second for each connection", "no limit", 0},
    {"threads", "N", "threads that serve", "2", 0},
    {"until-eof", NULL, "end when the standard input does, too", NULL, 0},
    {NULL, NULL, NULL, NULL, 0},
};

static int help(void)
{
    fputs("usage: threadlab origin [OPTION]...\n\n"
          "Serves a feed, pictures, films and other files on the loopback, "
          "none of which\nlies on a disk. Writes its address to the standard "
          "output and runs until it gets\nSIGINT or SIGTERM.\n\n",
          stdout);
    option_lines_print(stdout, cmd_origin_options);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool take(struct words *words, int option, struct err *err)
{
    int64_t number;

    switch (option) {
    case HELP:
        words->help = true;
        return true;
    case UNTIL_EOF:
        words->until_eof = true;
        return true;
    case RATE:
        return fmt_parse_bytes(optarg, &words->origin.rate_bytes_per_s, err);
    case PORT:
        if (!fmt_parse_int(optarg, 0, UINT16_MAX, &number, err))
            return false;
        words->origin.port = (uint16_t)number;
        return true;
    default:
        if (!fmt_parse_int(optarg, 1, ORIGIN_THREADS_MAX, &number, err))
            return false;
        words->origin.threads = (unsigned)number;
        return true;
    }
}

static bool parse(struct words *words, int argc, char **argv, struct err *err)
{
    int option;

    longopt_begin();
    while ((option = longopt_next(argc, argv, longs, false, err)) !=
           LONGOPT_END) {
        if (option == LONGOPT_BAD)
            return false;
        if (!take(words, option, err)) {
            err_prefix(err, "--%s", longs[option - 1].name);
            return false;
        }
        if (words->help)
            return true;
    }
    return true;
}

/* What comes in says nothing; only its end does. */
static bool at_end(const struct pollfd *polled)
{
    char ignored[4096];

    return polled->revents && read(polled->fd, ignored, sizeof ignored) <= 0;
}

static void wait_for_end(bool until_eof)
{
    struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};

    do
        signals_wait(&polled, until_eof ? 1 : 0, -1);
    while (signals_stops() == 0 && !(until_eof && at_end(&polled)));
}

int cmd_origin(int argc, char **argv)
{
    struct words words = {.until_eof = false};
    struct err err = {.code = ERR_NONE};
    struct origin *origin;
    bool told;

    if (!parse(&words, argc, argv, &err))
        return cmd_fail("origin", &err);
    if (words.help)
        return help();
    signals_take();
    origin = origin_new(&words.origin, &err);
    if (!origin)
        return cmd_fail("origin", &err);
    told = printf("%s\n", origin_url(origin)) > 0 && fflush(stdout) == 0;
    if (told)
        wait_for_end(words.until_eof);
    else
        perror("threadlab origin: the standard output");
    origin_free(origin);
    return told ? EXIT_SUCCESS : EXIT_FAILURE;
}
