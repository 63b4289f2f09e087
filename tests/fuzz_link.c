/* Links: the first line is the base, the rest the link. */
#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes out is a URL of ours, and comes out of a second turn unchanged:
 * what was checked is what is connected to. */
static void check_url(const char *url)
{
    struct str again;

    str_init(&again, (size_t)LINK_MAX_BYTES * 8);
    if (strpbrk(url, "\t\r\n #"))
        abort();
    if (strlen(url) <= LINK_MAX_BYTES &&
        (!link_resolve(NULL, url, &again, NULL) ||
         strcmp(url, again.data) != 0))
        abort();
    if (!link_host_key(url, &again) || !strstr(again.data, "://"))
        abort();
    if (!link_strip_credentials(url, &again))
        abort();
    str_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *base = mem_strndup((const char *)data, size);
    char *link = strchr(base, '\n');
    struct err err = {.code = ERR_NONE};
    struct str out;

    str_init(&out, (size_t)LINK_MAX_BYTES * 8);
    if (link_check(base, &out, &err))
        check_url(out.data);
    else if (err.code != ERR_USAGE || out.len > 0)
        abort();
    if (link) {
        *link++ = '\0';
        if (link_resolve(base, link, &out, NULL))
            check_url(out.data);
    }
    str_fini(&out);
    mem_free(base);
    return 0;
}
