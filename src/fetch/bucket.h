/* A token bucket: what a rate limit allows now. Pure; the caller brings the
 * time (clock_ms) and the lock. */
#ifndef FETCH_BUCKET_H
#define FETCH_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    double rate;  /* tokens per second; 0: no limit */
    double level; /* may go below 0: a debt that is waited off */
    double burst; /* the level never passes this */
    int64_t at_ms;
};

/* burst: how much may come at once after a quiet time; 1 or more. */
void bucket_init(struct bucket *bucket, double rate, double burst,
                 int64_t now_ms);

/* Changes the rate; what is in the bucket stays, up to the new burst. */
void bucket_set(struct bucket *bucket, double rate, double burst,
                int64_t now_ms);

/* Takes tokens, into debt if need be. */
void bucket_spend(struct bucket *bucket, double tokens, int64_t now_ms);

/* Milliseconds until a whole token is there; 0: go ahead. */
int64_t bucket_wait_ms(struct bucket *bucket, int64_t now_ms);

#endif
