// Memory by request: a chain of blocks, the newest first; what is large gets a block of its own. Knows nothing of what it holds.
#include "base/arena.h"
#include "base/status.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature) // Clang's way of saying it
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define REDZONE 16 // between two allocations, so that the sanitizer sees a write past the end of one
#define POISON(data, size) __asan_poison_memory_region((data), (size))
#define UNPOISON(data, size) __asan_unpoison_memory_region((data), (size))
#else
#define REDZONE 0
#define POISON(data, size) ((void)(data), (void)(size))
#define UNPOISON(data, size) ((void)(data), (void)(size))
#endif

#define ALIGNMENT 16
#define BLOCK_FIRST 4096
#define BLOCK_LARGEST (256 * 1024)
#define LARGE (BLOCK_LARGEST / 4) // from here on an allocation is a block of its own

typedef struct Block Block;
struct Block {
        Block *next;
        size_t size, used; // of data
        _Alignas(ALIGNMENT) char data[];
};

struct Arena {
        Block *current; // small allocations, newest first
        Block *large;   // one allocation each
        size_t budget, used, next_size;
};

static size_t round_up(size_t size) {
        return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static Block *block_new(size_t size, Block *next) {
        ensure(size < SIZE_MAX / 2);
        Block *block = malloc(sizeof(Block) + size);
        ensure(block);
        *block = (Block){.next = next, .size = size};
        POISON(block->data, size);
        return block;
}

static void block_free(Block *block) {
        UNPOISON(block->data, block->size);
        free(block);
}

static void chain_free(Block *block) {
        while (block) {
                Block *next = block->next;
                block_free(block);
                block = next;
        }
}

Arena *arena_new(size_t budget_bytes) {
        Arena *arena = malloc(sizeof *arena);
        ensure(arena);
        *arena = (Arena){.budget = budget_bytes, .next_size = BLOCK_FIRST};
        return arena;
}

void arena_free(Arena *arena) {
        if (!arena)
                return;
        chain_free(arena->current);
        chain_free(arena->large);
        free(arena);
}

void arena_reset(Arena *arena) {
        chain_free(arena->large);
        arena->large = NULL;
        if (arena->current) {
                chain_free(arena->current->next);
                arena->current->next = NULL;
                arena->current->used = 0;
                POISON(arena->current->data, arena->current->size);
        }
        arena->used = 0;
}

bool arena_over(const Arena *arena) {
        return arena->budget && arena->used > arena->budget;
}

size_t arena_used(const Arena *arena) {
        return arena->used;
}

static void *alloc_large(Arena *arena, size_t size) {
        Block *block = block_new(round_up(size), arena->large);
        block->used = block->size;
        arena->large = block;
        UNPOISON(block->data, size);
        return block->data;
}

static void *alloc_raw(Arena *arena, size_t size) {
        ensure(size < SIZE_MAX / 4);
        size_t rounded = round_up(size ? size : 1) + REDZONE;
        arena->used += rounded;
        if (rounded >= LARGE)
                return alloc_large(arena, size);
        Block *block = arena->current;
        if (!block || block->size - block->used < rounded) {
                size_t block_size = arena->next_size > rounded ? arena->next_size : rounded;
                if (arena->next_size < BLOCK_LARGEST)
                        arena->next_size *= 2;
                block = arena->current = block_new(block_size, block);
        }
        void *data = block->data + block->used;
        block->used += rounded;
        UNPOISON(data, size);
        return data;
}

void *arena_alloc(Arena *arena, size_t size) {
        return memset(alloc_raw(arena, size), 0, size);
}

void *arena_copy(Arena *arena, const void *data, size_t size) {
        void *copy = alloc_raw(arena, size);
        if (size)
                memcpy(copy, data, size);
        return copy;
}

// True when the allocation could be lengthened where it stands, at the end of the newest block.
static bool grow_in_place(Arena *arena, char *data, size_t old_size, size_t new_size) {
        Block *block = arena->current;
        size_t old_rounded = round_up(old_size) + REDZONE, new_rounded = round_up(new_size) + REDZONE;
        if (!block || old_size == 0 || data + old_rounded != block->data + block->used || new_rounded >= LARGE)
                return false;
        size_t more = new_rounded - old_rounded;
        if (block->size - block->used < more)
                return false;
        block->used += more;
        arena->used += more;
        UNPOISON(data, new_size);
        return true;
}

// A large allocation is a block of its own and can be moved by the C library, which often only remaps its pages.
static void *grow_large(Arena *arena, const char *data, size_t old_size, size_t new_size) {
        if (round_up(old_size) + REDZONE < LARGE)
                return NULL;
        for (Block **place = &arena->large; *place; place = &(*place)->next) {
                if ((*place)->data != data)
                        continue;
                size_t size = round_up(new_size);
                UNPOISON((*place)->data, (*place)->size);
                Block *moved = realloc(*place, sizeof(Block) + size);
                ensure(moved);
                arena->used += size - moved->size;
                moved->size = moved->used = size;
                *place = moved;
                return moved->data;
        }
        return NULL;
}

void *arena_grow(Arena *arena, void *data, size_t old_size, size_t new_size) {
        ensure(new_size >= old_size && new_size < SIZE_MAX / 4);
        char *grown = data;
        if (!grow_in_place(arena, data, old_size, new_size)) {
                grown = old_size ? grow_large(arena, data, old_size, new_size) : NULL;
                if (!grown) {
                        grown = alloc_raw(arena, new_size);
                        if (old_size)
                                memcpy(grown, data, old_size);
                }
        }
        memset(grown + old_size, 0, new_size - old_size);
        return grown;
}
