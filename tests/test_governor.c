/* How many connections a host gets, against servers that are played here: time
 * goes in steps of 10 ms, and each step the server does some work. */
#include "fetch/governor.h"

#include "tap.h"

enum { STEP_MS = 10 };

/* A host as the room sees it: connections follow the target after a while. */
struct play {
    struct governor governor;
    int64_t now_ms;
    unsigned active;
    unsigned rises;   /* told by governor_tick */
    unsigned refused; /* connections the server has not borne */
    unsigned highest; /* most connections at once */
};

/* Work per second with so many connections. */
typedef double server_fn(const struct play *play);

static void start(struct play *play, unsigned max)
{
    *play = (struct play){.now_ms = 100000};
    governor_init(&play->governor, max);
}

/* Lets ms pass; bears: more connections than this the server refuses. */
static void run(struct play *play, server_fn *server, unsigned bears, int ms)
{
    for (int64_t end_ms = play->now_ms + ms; play->now_ms < end_ms;
         play->now_ms += STEP_MS) {
        if (play->active > play->governor.target)
            play->active = play->governor.target;
        else if (play->active < play->governor.target)
            play->active++;
        if (play->active > play->highest)
            play->highest = play->active;
        if (play->active > bears) {
            play->active = bears;
            play->refused++;
            governor_refused(&play->governor, bears, play->now_ms);
        }
        governor_work(&play->governor, server(play) * STEP_MS / 1000);
        if (governor_tick(&play->governor, play->active, play->now_ms))
            play->rises++;
    }
}

static double each_gains(const struct play *play)
{
    return play->active * 1e6;
}

static double until_six(const struct play *play)
{
    return (play->active < 6 ? play->active : 6) * 1e6;
}

static double never_gains(const struct play *play)
{
    (void)play;
    return 1e6;
}

/* Every connection more makes it worse. */
static double thrashes(const struct play *play)
{
    return 4e6 / play->active;
}

static void test_gains(void)
{
    struct play play;

    start(&play, 64);
    tap_int(play.governor.target, 1, "one connection to begin with");
    run(&play, each_gains, 1000, 3000);
    tap_int(play.governor.target, 64, "as many as pay, within 3 s");
    tap_int((long long)play.rises, 6, "by doubling");
    run(&play, each_gains, 1000, 60000);
    tap_int(play.governor.target, 64, "never more than the user's ceiling");
    start(&play, 5);
    run(&play, each_gains, 1000, 3000);
    tap_int(play.governor.target, 5, "also where that is no power of two");
    start(&play, 1);
    run(&play, each_gains, 1000, 3000);
    tap_int(play.governor.target, 1, "a ceiling of one is kept");
}

/* 1, 2, 4, 8: the step to 8 brings half as much again, the one to 16 nothing.
 */
static void test_until(void)
{
    struct play play;

    start(&play, 64);
    run(&play, until_six, 1000, 5000);
    tap_int(play.governor.target, 8, "stops where the server has no more");
    tap_int((long long)play.highest, 16, "one step too far was tried");
    run(&play, until_six, 1000, GOVERNOR_HOLD_MS - 5000);
    tap_int((long long)play.rises, 4, "and not again for a while");
    run(&play, until_six, 1000, 60000);
    tap_ok(play.rises > 4 && play.highest == 16,
           "it is asked again now and then, but no further");
    run(&play, until_six, 1000, 2000);
    tap_ok(play.governor.target == 8 || play.governor.before == 8,
           "and comes back");
}

static void test_never(void)
{
    struct play play;
    int above = 0;

    start(&play, 64);
    run(&play, never_gains, 1000, 1000);
    tap_int(play.governor.target, 1, "no gain: one connection");
    for (int i = 0; i < 6000; i++) {
        run(&play, never_gains, 1000, STEP_MS);
        above += play.governor.target > 1;
    }
    tap_ok(play.highest == 2 && above > 0 && above < 300,
           "in a minute two were tried for %d ms", above * STEP_MS);
    start(&play, 64);
    run(&play, thrashes, 1000, 5000);
    tap_int(play.governor.target, 1, "so where more is worse");
}

static void test_refused(void)
{
    struct play play;

    start(&play, 64);
    run(&play, each_gains, 4, 3000);
    tap_int(play.governor.target, 4, "a server that bears 4 gets 4");
    tap_int((long long)play.refused, 1, "after one refusal");
    run(&play, each_gains, 4, 50000);
    tap_int((long long)play.refused, 1, "that is believed for a minute");
    run(&play, each_gains, 4, 60000);
    tap_int(play.governor.target, 4, "then it is asked again, and 4 it is");
    tap_int((long long)play.refused, 2, "for one refusal more");
    run(&play, each_gains, 1000, 120000);
    tap_int(play.governor.target, 64, "a server that bears more gets more");
    governor_refused(&play.governor, 0, play.now_ms);
    tap_int(play.governor.target, 1, "never fewer than one");
    governor_refused(&play.governor, 9, play.now_ms);
    tap_int(play.governor.ceiling, 1, "a later refusal raises nothing");
}

static void test_floor(void)
{
    struct play play;

    start(&play, 64);
    governor_floor(&play.governor, 6);
    tap_int(play.governor.target, 6, "many files: several connections at once");
    governor_floor(&play.governor, 2);
    tap_int(play.governor.target, 6, "a floor lowers nothing");
    run(&play, never_gains, 1000, 2000);
    tap_int(play.governor.target, 6, "nor does a step that brings nothing");
    governor_refused(&play.governor, 3, play.now_ms);
    governor_floor(&play.governor, 6);
    tap_int(play.governor.target, 3, "what the server bears comes first");
    start(&play, 4);
    governor_floor(&play.governor, 6);
    tap_int(play.governor.target, 4, "and the user's ceiling");
}

/* A step that has paid is paid: a network that becomes slower later is no
 * reason to take it back. */
static double slower_later(const struct play *play)
{
    return play->now_ms < 110000 ? each_gains(play) : 1e6;
}

static void test_judged_once(void)
{
    struct play play;

    start(&play, 8);
    run(&play, slower_later, 1000, 5000);
    tap_int(play.governor.target, 8, "at the ceiling");
    run(&play, slower_later, 1000, 60000);
    tap_int(play.governor.target, 8, "and there in a slower hour, too");
}

static void test_idle(void)
{
    struct governor governor;
    int64_t now_ms = 1000;
    bool risen = false;

    governor_init(&governor, 64);
    governor_floor(&governor, 8);
    for (int i = 0; i < 1000; i++, now_ms += STEP_MS) {
        governor_work(&governor, 1e6);
        risen |= governor_tick(&governor, 5, now_ms);
    }
    tap_ok(!risen && governor.target == 8,
           "with connections to spare nothing is judged");
    for (int i = 0; i < 1000 && !risen; i++, now_ms += STEP_MS) {
        governor_work(&governor, 1e6);
        risen |= governor_tick(&governor, 6, now_ms);
    }
    tap_ok(risen, "three quarters at work are enough");
}

int main(void)
{
    test_gains();
    test_until();
    test_never();
    test_refused();
    test_floor();
    test_judged_once();
    test_idle();
    return tap_done();
}
