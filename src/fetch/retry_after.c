#include "retry_after.h"

#include <string.h>
#include <strings.h>

/* What is still to be read. */
struct rest {
    const char *at;
    const char *end;
};

struct date {
    int year;
    int month; /* 0 .. 11 */
    int day;
    int hour;
    int minute;
    int second;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct rest trimmed(const char *value, size_t len)
{
    struct rest rest = {value, value + len};

    while (rest.at < rest.end && blank(*rest.at))
        rest.at++;
    while (rest.at < rest.end && blank(rest.end[-1]))
        rest.end--;
    return rest;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number of least .. most digits. */
static bool number(struct rest *rest, int least, int most, int *value)
{
    int digits = 0;

    *value = 0;
    while (digits < most && rest->at < rest->end && is_digit(*rest->at)) {
        *value = *value * 10 + (*rest->at++ - '0');
        digits++;
    }
    return digits >= least;
}

static bool literal(struct rest *rest, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(rest->end - rest->at) < len ||
        strncasecmp(rest->at, text, len) != 0)
        return false;
    rest->at += len;
    return true;
}

/* One of count words; *index tells which. */
static bool word(struct rest *rest, const char *const *words, int count,
                 int *index)
{
    for (*index = 0; *index < count; (*index)++)
        if (literal(rest, words[*index]))
            return true;
    return false;
}

static bool month(struct rest *rest, struct date *date)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr",
                                        "May", "Jun", "Jul", "Aug",
                                        "Sep", "Oct", "Nov", "Dec"};

    return word(rest, names, 12, &date->month);
}

static bool clock_time(struct rest *rest, struct date *date)
{
    return number(rest, 2, 2, &date->hour) && literal(rest, ":") &&
           number(rest, 2, 2, &date->minute) && literal(rest, ":") &&
           number(rest, 2, 2, &date->second);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", behind the comma. */
static bool imf(struct rest rest, struct date *date)
{
    return number(&rest, 1, 2, &date->day) && literal(&rest, " ") &&
           month(&rest, date) && literal(&rest, " ") &&
           number(&rest, 4, 4, &date->year) && literal(&rest, " ") &&
           clock_time(&rest, date) && literal(&rest, " GMT") &&
           rest.at == rest.end;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT", behind the comma. */
static bool rfc850(struct rest rest, struct date *date)
{
    return number(&rest, 1, 2, &date->day) && literal(&rest, "-") &&
           month(&rest, date) && literal(&rest, "-") &&
           number(&rest, 2, 2, &date->year) && literal(&rest, " ") &&
           clock_time(&rest, date) && literal(&rest, " GMT") &&
           rest.at == rest.end;
}

/* "Sun Nov  6 08:49:37 1994", behind the day of the week. */
static bool asctime_form(struct rest rest, struct date *date)
{
    if (!literal(&rest, " ") || !month(&rest, date) || !literal(&rest, " "))
        return false;
    literal(&rest, " ");
    return number(&rest, 1, 2, &date->day) && literal(&rest, " ") &&
           clock_time(&rest, date) && literal(&rest, " ") &&
           number(&rest, 4, 4, &date->year) && rest.at == rest.end;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static const int days_before[13] = {0,   31,  59,  90,  120, 151, 181,
                                    212, 243, 273, 304, 334, 365};

/* A leap second counts as the second after it, as POSIX time has none. */
static bool valid(const struct date *date)
{
    int days = days_before[date->month + 1] - days_before[date->month] +
               (date->month == 1 && leap(date->year));

    return date->year >= 1 && date->day >= 1 && date->day <= days &&
           date->hour <= 23 && date->minute <= 59 && date->second <= 60;
}

static int64_t seconds(const struct date *date)
{
    int64_t past = date->year - 1;
    int64_t days = past * 365 + past / 4 - past / 100 + past / 400 +
                   days_before[date->month] + date->day - 1 +
                   (date->month > 1 && leap(date->year));

    days -= 719162; /* 0001-01-01 to 1970-01-01 */
    return ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}

/* The year now, to within a day or so: enough to choose a century. */
static int year_of(int64_t now_s)
{
    int64_t years = now_s / 31556952;

    return 1970 + (int)(years < 0 ? 0 : years > 8000 ? 8000 : years);
}

static void set_century(struct date *date, int64_t now_s)
{
    int now = year_of(now_s);

    date->year += now - now % 100;
    if (date->year > now + 50)
        date->year -= 100;
    else if (date->year <= now - 50)
        date->year += 100;
}

bool http_date(const char *value, size_t len, int64_t now_s, int64_t *unix_s)
{
    static const char *const days[] = {
        "Monday",   "Tuesday", "Wednesday", "Thursday", "Friday",
        "Saturday", "Sunday",  "Mon",       "Tue",      "Wed",
        "Thu",      "Fri",     "Sat",       "Sun"};
    struct rest rest = trimmed(value, len);
    struct date date = {0};
    int day;

    if (!word(&rest, days, 14, &day))
        return false;
    if (literal(&rest, ", ")) {
        if (!imf(rest, &date)) {
            if (!rfc850(rest, &date))
                return false;
            set_century(&date, now_s);
        }
    } else if (!asctime_form(rest, &date)) {
        return false;
    }
    if (!valid(&date))
        return false;
    *unix_s = seconds(&date);
    return true;
}

static bool delta(struct rest rest, int64_t *wait_s)
{
    int64_t sum = 0;

    if (rest.at == rest.end)
        return false;
    for (; rest.at < rest.end && is_digit(*rest.at); rest.at++)
        if (sum < RETRY_AFTER_MAX_MS)
            sum = sum * 10 + (*rest.at - '0');
    *wait_s = sum;
    return rest.at == rest.end;
}

bool retry_after_ms(const char *value, size_t len, int64_t now_wall_s,
                    int64_t *wait_ms)
{
    int64_t wait_s;
    int64_t then_s;

    if (!delta(trimmed(value, len), &wait_s)) {
        if (!http_date(value, len, now_wall_s, &then_s))
            return false;
        if (__builtin_sub_overflow(then_s, now_wall_s, &wait_s))
            wait_s = 0;
    }
    if (wait_s < 0)
        wait_s = 0;
    if (wait_s > RETRY_AFTER_MAX_MS / 1000)
        wait_s = RETRY_AFTER_MAX_MS / 1000;
    *wait_ms = wait_s * 1000;
    return true;
}
