// Memory that belongs to one request (or one job, one catalog snapshot): allocated piecewise, freed at once.
// Allocation never returns NULL: where the machine has no memory the process aborts. What users can make grow is bounded by the budget:
// past it allocation still works, and arena_over() is true; every loop that a user can lengthen asks it (see buf.h, which does) and
// fails with STATUS_TOO_LARGE.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(size_t budget_bytes); // budget 0: no limit
void arena_free(Arena *arena);         // accepts NULL
void arena_reset(Arena *arena);        // forgets everything, keeps one block for reuse
bool arena_over(const Arena *arena);
size_t arena_used(const Arena *arena);

void *arena_alloc(Arena *arena, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(2))); // zeroed, aligned to 16
void *arena_copy(Arena *arena, const void *data, size_t size) __attribute__((returns_nonnull));
// A longer place for what was allocated last or long ago: in place where possible, else copied; the added bytes are zero. data may be NULL with old_size 0.
void *arena_grow(Arena *arena, void *data, size_t old_size, size_t new_size) __attribute__((returns_nonnull));

#define arena_new_of(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define arena_array(arena, Type, count) ((Type *)arena_alloc((arena), sizeof(Type) * (size_t)(count)))

static inline void arena_free_p(Arena **arena) { arena_free(*arena); }
#define ARENA_CLEANUP __attribute__((cleanup(arena_free_p)))
