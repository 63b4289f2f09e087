/* A network thread: it takes leases from the room, carries their transfers on
 * its own multi handle, and tells the room how far they are. */
#ifndef FETCH_WORKER_H
#define FETCH_WORKER_H

#include "fetch/room.h"

/* Makes worker number index of room and starts its thread. */
bool worker_start(struct fetch *room, unsigned index, struct err *err)
    __attribute__((warn_unused_result));

/* Wakes it from its wait; any thread, lock not held. */
void worker_wake(struct worker *worker);

/* Joins the thread, after room->ending has been set and it has been woken. */
void worker_join(struct worker *worker);

/* Frees what it had, once nobody wakes it any more. */
void worker_fini(struct worker *worker);

#endif
