/* A name that is taken is clean, and taken again as it is. */
#include "account/title.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "account/currency.h"
#include "account/key.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    char name[TITLE_MAX];
    char again[TITLE_MAX];
    char code[CURRENCY_CODE];
    char written[KEY_TEXT];
    struct key key;
    struct key same;

    if (title_read(text, name, NULL) &&
        (!title_read(name, again, NULL) || strcmp(name, again) != 0))
        abort();
    if (currency_read(text, code, NULL) && !currency_is_code(code))
        abort();
    if (key_read(text, &key, NULL) &&
        (!key_read(key_text(written, &key), &same, NULL) ||
         memcmp(&key, &same, sizeof(key)) != 0))
        abort();
    mem_free(text);
    return 0;
}
