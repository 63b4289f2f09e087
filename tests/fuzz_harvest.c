/* Pages: the first line is the content type, the rest the page. */
#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fetch/harvest.h"
#include "fetch/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *arg, const char *url)
{
    uint64_t *count = arg;
    struct str key;

    str_init(&key, LINK_MAX_BYTES);
    if (!link_host_key(url, &key))
        abort();
    str_fini(&key);
    ++*count;
    return true;
}

static void harvest_twice(const char *pattern, const char *json_path,
                          const struct harvest_page *page)
{
    struct harvest *harvest = harvest_new(pattern, json_path, NULL);
    struct harvest_counts counts;
    uint64_t count = 0;
    uint64_t again = 0;

    if (harvest_run(harvest, page, check, &count, &counts, NULL) &&
        counts.found != count + counts.duplicates + counts.bad)
        abort();
    /* The second time there is nothing new. */
    if (harvest_run(harvest, page, check, &again, &counts, NULL) && again > 0)
        abort();
    harvest_free(harvest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end ? (size_t)(end - data) : size;
    char *type = mem_strndup((const char *)data, len);
    struct harvest_page page = {.base = "https://example.org/a/b",
                                .type = type,
                                .text = (const char *)data + len,
                                .len = size - len};

    harvest_twice("\"([^\"]*)\"|'([^']*)'", NULL, &page);
    harvest_twice(NULL, "$..*", &page);
    mem_free(type);
    return 0;
}
