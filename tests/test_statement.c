/* Statements as banks write them. */
#include "account/statement.h"

#include "tap.h"

static struct err err;
static char seen[4096];

/* "id|date|amount|memo;" for each line. */
static bool note(void *to, const struct statement_line *line, struct err *why)
{
    size_t len = strlen(seen);

    (void)to;
    snprintf(seen + len, sizeof(seen) - len, "%s|%s|%s|%s;", line->id,
             line->date, line->amount, line->memo);
    return strcmp(line->id, "stop") != 0 ||
           err_set(why, ERR_CANCELED, "as the test says");
}

static const struct statement_sink sink = {.take = note};

static bool csv(const char *text, const char *columns)
{
    struct statement_columns read;

    seen[0] = '\0';
    return statement_columns_read(columns, &read, &err) &&
           statement_read_csv(text, strlen(text), &read, &sink, &err);
}

static bool ofx(const char *text)
{
    seen[0] = '\0';
    return statement_read_ofx(text, strlen(text), &sink, &err);
}

static void test_csv(void)
{
    tap_ok(csv("id,date,amount,memo\n1,2026-01-31,-12.50,lunch\r\n\n"
               "2,,3,\"a \"\"b\"\", c\"",
               ""),
           "a plain one");
    tap_is(seen, "1|2026-01-31|-12.50|lunch;2||3|a \"b\", c;", "its lines");
    tap_ok(csv("\xef\xbb\xbfNr;Betrag;Text\n7;5.00;Miete\n",
               "id=Nr,amount=Betrag,memo=Text"),
           "semicolons, a byte order mark, other names");
    tap_is(seen, "7||5.00|Miete;", "its line");
    tap_ok(csv("id\tamount\n1\t2\n", ""), "tabs");
    tap_ok(csv("id,amount\n\"1\n2\",3\n", "") && strstr(seen, "1\n2|"),
           "a break inside of quotes");
}

static void test_bad_csv(void)
{
    tap_ok(!csv("", "") && strstr(err.text, "\"amount\""), "nothing");
    tap_ok(!csv("id,sum\n1,2\n", "") && strstr(err.text, "\"amount\""),
           "no amount");
    tap_ok(!csv("id,amount\n1,\"2\n", "") && strstr(err.text, "record 2"),
           "an open quote: %s", err.text);
    tap_ok(!csv("id,amount\n1,\"2\"x\n", ""), "something behind a quote");
    tap_ok(!csv("id,amount\n,2\n", "") && strstr(err.text, "no id"), "no id");
    tap_ok(!csv("id,amount\nstop,2\n3,4\n", "") && err.code == ERR_CANCELED &&
               !strstr(seen, "3|"),
           "who takes may stop");
    tap_ok(!csv("id,amount\n", "id") && err.code == ERR_USAGE &&
               !csv("id,amount\n", "foo=x") && !csv("id,amount\n", "id="),
           "columns that are none");
}

static void test_ofx(void)
{
    tap_ok(ofx("OFXHEADER:100\n\n<OFX><BANKTRANLIST>\n<STMTTRN>\n"
               "<TRNTYPE>DEBIT\n<DTPOSTED>20260131\n<TRNAMT>-12.50\n"
               "<FITID>A1\n<NAME>Caf&amp;\n<MEMO>lunch\n</STMTTRN>\n"
               "</BANKTRANLIST></OFX>"),
           "1.x, where no element is closed");
    tap_is(seen, "A1|20260131|-12.50|Caf& lunch;", "its line");
    tap_ok(ofx("<?xml version=\"1.0\"?><OFX><STMTTRN><TRNAMT>5</TRNAMT>"
               "<FITID>B</FITID></STMTTRN><STMTTRN><TRNAMT>6</TRNAMT>"
               "<FITID>C</FITID></STMTTRN></OFX>"),
           "2.x, where all are");
    tap_is(seen, "B||5|;C||6|;", "its lines");
    tap_ok(ofx("<OFX></OFX>"), "none");
    tap_ok(!ofx("<html></html>"), "another file");
    tap_ok(!ofx("<OFX><STMTTRN><TRNAMT>5"), "one that does not end");
    tap_ok(!ofx("<OFX><STMTTRN><TRNAMT>5</STMTTRN>"), "no id");
}

int main(void)
{
    test_csv();
    test_bad_csv();
    test_ofx();
    return tap_done();
}
