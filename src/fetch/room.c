#include "room.h"

#include "fetch/worker.h"

void room_take(struct fetch *room)
{
    lock_take(&room->lock, &fetch_class);
}

void room_drop(struct fetch *room)
{
    unsigned wake = room->wake;
    bool ping = room->ping;

    room->wake = 0;
    room->ping = false;
    lock_drop(&room->lock, &fetch_class);
    for (unsigned i = 0; wake; i++, wake >>= 1)
        if (wake & 1)
            worker_wake(&room->workers[i]);
    if (ping)
        notify_ping(room->notify);
}

void room_wake(struct fetch *room)
{
    for (unsigned i = 0; i < room->worker_count; i++)
        if (room->workers[i].hungry) {
            room->workers[i].hungry = false;
            room->wake |= 1u << i;
        }
}

void room_archive_due(struct fetch *room)
{
    if (!room->archive || room->archive_due)
        return;
    room->archive_due = true;
    lock_cond_signal(&room->disk_cond);
}

bool room_holds(const struct fetch *room)
{
    return room->stopping || room->ending || room->event_count >= EVENTS_MAX;
}

bool room_over(const struct fetch *room)
{
    return room->closed && !room->sources && !room->reading &&
           room->queued == 0 && room->running == 0 && room->pages == 0 &&
           room->count[FETCH_PAUSED] == 0 && room->disk_busy == 0;
}
