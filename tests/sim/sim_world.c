// SPDX-License-Identifier: MIT
// The event heap: four children a node, which halves the levels of a binary
// heap and keeps siblings on neighbouring cache lines.

#include "sim/sim_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHILDREN 4U

void* sim_grow(void* const memory, const size_t size)
{
  void* const grown = realloc(memory, size);
  if (!grown) {
    (void)fputs("The simulator is out of memory.\n", stderr);
    exit(2);
  }
  return grown;
}

void sim_world_init(SimWorld* const world)
{
  memset(world, 0, sizeof(*world));
}

void sim_world_deinit(SimWorld* const world)
{
  free(world->heap);
  memset(world, 0, sizeof(*world));
}

static bool before(const SimEntry* const a, const SimEntry* const b)
{
  return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static void sift_up(SimEntry* const heap, size_t at, const SimEntry entry)
{
  while (at > 0U) {
    const size_t parent = (at - 1U) / CHILDREN;
    if (!before(&entry, &heap[parent])) {
      break;
    }
    heap[at] = heap[parent];
    at       = parent;
  }
  heap[at] = entry;
}

static void
sift_down(SimEntry* const heap, const size_t count, const SimEntry entry)
{
  size_t at = 0U;
  for (;;) {
    const size_t first = at * CHILDREN + 1U;
    const size_t end   = first + CHILDREN < count ? first + CHILDREN : count;
    size_t       least = first;
    for (size_t i = first + 1U; i < end; ++i) {
      least = before(&heap[i], &heap[least]) ? i : least;
    }
    if (first >= count || !before(&heap[least], &entry)) {
      break;
    }
    heap[at] = heap[least];
    at       = least;
  }
  heap[at] = entry;
}

void sim_world_at(SimWorld* const world,
                  const JamTime   time,
                  const SimAction action,
                  void* const     context,
                  const uint64_t  argument)
{
  if (time == JAM_NEVER) {
    return;
  }
  if (world->count == world->capacity) {
    world->capacity = world->capacity ? world->capacity * 2U : 256U;
    world->heap =
      (SimEntry*)sim_grow(world->heap, world->capacity * sizeof(SimEntry));
  }
  const SimEntry entry = {time > world->now ? time : world->now,
                          world->asked++,
                          action,
                          context,
                          argument};
  sift_up(world->heap, world->count++, entry);
}

void sim_world_run(SimWorld* const world, const JamTime until)
{
  while (world->count > 0U && world->heap[0].time <= until) {
    const SimEntry next = world->heap[0];
    --world->count;
    if (world->count > 0U) {
      sift_down(world->heap, world->count, world->heap[world->count]);
    }
    world->now = next.time;
    ++world->events;
    next.action(next.context, next.argument);
  }
  world->now = until > world->now ? until : world->now;
}
