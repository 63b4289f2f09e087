#include "wants.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "secret.h"

/* Secrets. */

static bool ask_password(struct wants *wants, struct err *err)
{
    char *question;

    if (!isatty(STDIN_FILENO))
        return err_set(err, ERR_USAGE,
                       "--user: there is no terminal to ask for the password; "
                       "use --password-file or --netrc");
    question = mem_printf("Password for %s: ", wants->options->fetch.user);
    wants->password = secret_ask(question, err);
    mem_free(question);
    return wants->password != NULL;
}

bool wants_secrets(struct wants *wants, struct options *options,
                   struct err *err)
{
    *wants = (struct wants){.options = options};
    if (options->password_file) {
        wants->password = secret_read(options->password_file, err);
        if (!wants->password)
            return false;
    } else if (options->fetch.user && options->fetch.netrc == FETCH_NETRC_NO &&
               !ask_password(wants, err)) {
        return false;
    }
    if (options->bearer_file) {
        wants->bearer = secret_read(options->bearer_file, err);
        if (!wants->bearer)
            return false;
    }
    options->fetch.password = wants->password;
    options->fetch.bearer = wants->bearer;
    return true;
}

void wants_fini(struct wants *wants)
{
    secret_free(wants->password);
    secret_free(wants->bearer);
    *wants = (struct wants){.options = NULL};
}

/* What to fetch. */

/* Where --output says, which may have folders in front. */
static bool add_output(const struct options *options, struct fetch *fetch,
                       struct fetch_spec *spec, struct err *err)
{
    const char *output = options->output;
    const char *slash = strrchr(output, '/');
    const char *dir = options->fetch.dir;
    char *folder = NULL;
    uint64_t id;
    bool ok;

    spec->out = output;
    if (slash) {
        char *front = mem_strndup(output, (size_t)(slash - output) + 1);

        folder =
            dir && *output != '/' ? path_join(dir, front) : mem_strdup(front);
        mem_free(front);
        spec->dir = folder;
        spec->out = slash + 1;
    }
    ok = fetch_add(fetch, spec, &id, err);
    mem_free(folder);
    return ok;
}

static bool add_url(const struct options *options, struct fetch *fetch,
                    const char *url, struct err *err)
{
    struct fetch_spec spec = {
        .urls = &url,
        .count = 1,
        .digest = options->checksum ? &options->digest : NULL,
    };
    uint64_t id;

    if (options->output)
        return add_output(options, fetch, &spec, err);
    return fetch_add(fetch, &spec, &id, err);
}

/* A page is a URL, a local file, or "-". */
static bool add_page(const struct options *options, struct fetch *fetch,
                     const char *page, struct err *err)
{
    struct fetch_source source = {
        .match = options->match,
        .json_path = options->json_path,
        .base = options->base,
        .list_only = options->list_only,
    };

    if (strstr(page, "://")) {
        source.page = page;
        source.page_first = options->page_first;
        source.page_last = options->page_last;
    } else if (options->pages) {
        return err_set(err, ERR_USAGE, "--pages is for URLs");
    } else if (strcmp(page, "-") == 0 || access(page, F_OK) == 0) {
        source.path = page;
    } else {
        return err_set(err, ERR_USAGE,
                       "that is neither a file nor a URL; a URL starts with "
                       "https:// or the like");
    }
    return fetch_add_source(fetch, &source, err);
}

bool wants_add(const struct wants *wants, struct fetch *fetch,
               void (*refused)(void *arg, const char *what,
                               const struct err *err),
               void *arg, struct err *err)
{
    const struct options *options = wants->options;
    const struct fetch_source list = {.path = options->input_file};
    size_t added = 0;

    if (options->input_file) {
        if (!fetch_add_source(fetch, &list, err))
            return false;
        added++;
    }
    for (size_t i = 0; i < options->url_count; i++) {
        const char *url = options->urls[i];

        if (options_harvest(options) ? add_page(options, fetch, url, err)
                                     : add_url(options, fetch, url, err))
            added++;
        else
            refused(arg, url, err);
    }
    return added > 0;
}
