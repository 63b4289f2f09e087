/* Repr-Digest fields, checksums as typed, and lists of checksums. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fetch/digest.h"
#include "fetch/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value that was read can be written and read again. */
static void check_digest(const struct digest *digest)
{
    char hex[DIGEST_HEX_MAX];
    struct digest again;
    char *text;

    text =
        mem_printf("%s=%s", digest_name(digest->algo), digest_hex(digest, hex));
    if (!digest_parse(text, &again, NULL) || !digest_equal(digest, &again))
        abort();
    mem_free(text);
}

static void try_sums(const char *text, size_t size)
{
    struct sums *sums = sums_new();
    struct digest digest;
    struct err err = {.code = ERR_NONE};
    char *name = mem_strndup(text, size);

    if (!sums_load(sums, text, size, &err) && err.code == ERR_NONE)
        abort();
    if (sums_find(sums, name, &digest))
        check_digest(&digest);
    /* The whole text and the same again agree, unless it disagrees in
     * itself. */
    if (err.code == ERR_NONE && !sums_load(sums, text, size, &err))
        abort();
    mem_free(name);
    sums_free(sums);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char *typed = mem_strndup(text, size);
    struct digest digest;

    if (digest_parse_repr(text, size, &digest))
        check_digest(&digest);
    if (digest_parse(typed, &digest, NULL))
        check_digest(&digest);
    try_sums(text, size);
    mem_free(typed);
    return 0;
}
