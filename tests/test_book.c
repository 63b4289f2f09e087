#include "account/book.h"

#include "tap.h"

static struct holder holder(int64_t id)
{
    struct holder row = {.id = id};

    snprintf(row.name, sizeof(row.name), "account %lld", (long long)id);
    return row;
}

int main(void)
{
    struct book book = {.salt = 42};
    bool found = true;

    tap_ok(!book_by_id(&book, 1) && !book_by_name(&book, "x"),
           "nothing in an empty one");
    for (int64_t i = 1; i <= 1000; i++) {
        struct holder row = holder(i);

        book_add(&book, &row);
    }
    for (int64_t i = 1; i <= 1000; i++) {
        struct holder row = holder(i);

        found &= book_by_id(&book, i) &&
                 book_by_id(&book, i) == book_by_name(&book, row.name);
    }
    tap_ok(found, "a thousand are found by number and by name");
    tap_ok(!book_by_id(&book, 1001) && !book_by_name(&book, "account 0"),
           "others are not");
    book_touch(&book, book_by_id(&book, 3));
    book_touch(&book, book_by_id(&book, 5));
    book_touch(&book, book_by_id(&book, 3));
    tap_ok(book_next_touched(&book)->id == 5 &&
               book_next_touched(&book)->id == 3 && !book_next_touched(&book),
           "those that were touched come once");
    book_clear(&book);
    tap_ok(!book_by_id(&book, 1) && book.salt == 42, "cleared");
    return tap_done();
}
