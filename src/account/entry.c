#include "entry.h"

const char *entry_kind_word(enum entry_kind kind)
{
    static const char *const words[ENTRY_KINDS] = {
        [ENTRY_OPEN] = "open",     [ENTRY_CLOSE] = "close",
        [ENTRY_POST] = "post",     [ENTRY_PENDING] = "pending",
        [ENTRY_SETTLE] = "settle", [ENTRY_VOID] = "void",
        [ENTRY_EXPIRE] = "expire", [ENTRY_REVERSE] = "reverse",
    };

    return kind >= ENTRY_OPEN && kind < ENTRY_KINDS ? words[kind] : "?";
}

bool entry_moves(enum entry_kind kind)
{
    return kind == ENTRY_POST || kind == ENTRY_SETTLE || kind == ENTRY_REVERSE;
}

int64_t holder_available(const struct holder *holder)
{
    return holder->balance - holder->pending_out;
}
