// Looks up the files that tools/assets.mjs linked into the binary. The table is sorted by path.
#include "base/asset.h"

const Asset *asset_find(Str path) {
        size_t low = 0, high = assets_count;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = str_compare(str_from(assets[middle].path), path);
                if (order == 0)
                        return &assets[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

void asset_each(Str prefix, Str suffix, void (*each)(void *arg, const Asset *asset), void *arg) {
        for (size_t i = 0; i < assets_count; i++) {
                Str path = str_from(assets[i].path);
                if (str_starts(path, prefix) && str_ends(path, suffix))
                        each(arg, &assets[i]);
        }
}
