/* The disk thread: everything that may wait for the disk for long. It flushes
 * running parts and lets their journals claim what is safe, verifies and names
 * complete files, closes the parts of what is over, and keeps the archive. */
#ifndef FETCH_DISK_H
#define FETCH_DISK_H

#include "fetch/room.h"

/* The thread's body; arg is the room. Ends when room->ending is set and nothing
 * is left to do. */
void disk_run(void *arg);

#endif
