/* What a terminal answers, in one piece and cut, right and wrong. */
#include "tui/diagnosis.h"

#include "tap.h"

static struct diagnosis read_answers(const char *text, bool *end)
{
    struct diagnosis diagnosis = {.answers = DIAGNOSIS_SILENT,
                                  .synchronized = DIAGNOSIS_SILENT};

    *end = diagnosis_read(&diagnosis, text);
    return diagnosis;
}

int main(void)
{
    bool end;
    struct diagnosis got =
        read_answers("\033[5;2R\033[?2026;2$y\033[?62;22c", &end);

    tap_ok(end && got.answers == DIAGNOSIS_YES, "all answers are there");
    tap_int(got.asked_columns, 1, "one column");
    tap_ok(got.synchronized == DIAGNOSIS_YES, "whole frames are known");
    got = read_answers("\033[5;3R\033[?2026;0$y\033[?1;2c", &end);
    tap_int(got.asked_columns, 2, "two columns");
    tap_ok(end && got.synchronized == DIAGNOSIS_NO, "no whole frames");
    got = read_answers("\033[1;2R\033[?6c", &end);
    tap_ok(end && got.synchronized == DIAGNOSIS_NO,
           "a terminal that leaves one answer out");
    got = read_answers("\033[1;2R\033[?2026;2$", &end);
    tap_ok(!end && got.synchronized == DIAGNOSIS_SILENT, "a cut answer");
    got = read_answers("typed\033OAx\033[1;99999R\033[?2026;77$y", &end);
    tap_ok(!end && got.asked_columns == 0, "a place that cannot be");
    tap_ok(got.synchronized == DIAGNOSIS_NO, "a state that cannot be");
    got = read_answers("", &end);
    tap_ok(!end && got.answers == DIAGNOSIS_SILENT, "nothing");
    read_answers("\033\033[\033[?\033[?c\033", &end);
    tap_ok(end, "and noise around the last one");
    return tap_done();
}
