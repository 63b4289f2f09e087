#include "longopt.h"

#include <string.h>

void longopt_begin(void)
{
    opterr = 0;
    optind = 0;
}

static const struct option *find(const struct option *longs, int value)
{
    for (; longs->name; longs++)
        if (longs->val == value)
            return longs;
    return NULL;
}

static void refuse(const char *command, int answer, const char *word,
                   const struct option *known, struct err *err)
{
    if (answer == ':' && known)
        err_set(err, ERR_USAGE, "--%s needs an argument", known->name);
    else if (known)
        err_set(err, ERR_USAGE, "--%s takes no argument", known->name);
    else if (optopt)
        err_set(err, ERR_USAGE,
                "there is no option -%c; \"threadlab help %s\" lists them",
                optopt, command);
    else
        err_set(err, ERR_USAGE,
                "there is no option %.*s; \"threadlab help %s\" lists them",
                (int)strcspn(word, "="), word, command);
}

int longopt_next(int argc, char **argv, const struct option *longs, bool words,
                 struct err *err)
{
    /* '+' stops at what is no option, ':' tells a missing argument apart. */
    int answer = getopt_long(argc, argv, "+:", longs, NULL);

    if (answer == ':' || answer == '?') {
        refuse(argv[0], answer, argv[optind - 1], find(longs, optopt), err);
        return LONGOPT_BAD;
    }
    if (answer != -1)
        return answer;
    if (optind == argc)
        return LONGOPT_END;
    if (words) {
        optarg = argv[optind++];
        return LONGOPT_WORD;
    }
    err_set(err, ERR_USAGE, "\"%s\" is one word too many", argv[optind]);
    return LONGOPT_BAD;
}
