/* What is read as an amount reads the same when it is written out again. */
#include "account/money.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int64_t minor, int scale)
{
    char out[MONEY_TEXT];
    int64_t again;

    if (!money_parse(money_plain(out, minor, scale), "CNY", scale, &again,
                     NULL) ||
        again != minor)
        abort();
    if (!money_parse(money_text(out, minor, scale, "CNY"), "CNY", scale, &again,
                     NULL) ||
        again != minor)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;
    int64_t minor;
    int scale;

    if (size == 0)
        return 0;
    scale = data[0] % (CURRENCY_SCALE_MAX + 1);
    text = mem_strndup((const char *)data + 1, size - 1);
    if (money_parse(text, "CNY", scale, &minor, NULL))
        check(minor, scale);
    mem_free(text);
    return 0;
}
