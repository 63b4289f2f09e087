#include "bucket.h"

#include <math.h>

static void fill(struct bucket *bucket, int64_t now_ms)
{
    double passed_s = (double)(now_ms - bucket->at_ms) / 1000.0;

    if (passed_s <= 0)
        return;
    bucket->at_ms = now_ms;
    bucket->level =
        fmin(bucket->burst, bucket->level + passed_s * bucket->rate);
}

void bucket_init(struct bucket *bucket, double rate, double burst,
                 int64_t now_ms)
{
    *bucket = (struct bucket){
        .rate = rate, .level = burst, .burst = burst, .at_ms = now_ms};
}

void bucket_set(struct bucket *bucket, double rate, double burst,
                int64_t now_ms)
{
    fill(bucket, now_ms);
    bucket->rate = rate;
    bucket->burst = burst;
    bucket->level = fmin(bucket->level, burst);
}

void bucket_spend(struct bucket *bucket, double tokens, int64_t now_ms)
{
    if (bucket->rate <= 0)
        return;
    fill(bucket, now_ms);
    bucket->level -= tokens;
}

int64_t bucket_wait_ms(struct bucket *bucket, int64_t now_ms)
{
    if (bucket->rate <= 0)
        return 0;
    fill(bucket, now_ms);
    if (bucket->level >= 1)
        return 0;
    /* One more than the exact time, so that it is there then. */
    return (int64_t)((1 - bucket->level) / bucket->rate * 1000.0) + 1;
}
