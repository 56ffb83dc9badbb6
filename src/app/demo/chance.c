// Chance from a seed: whole numbers only, so that every machine draws the same company.
#include "app/demo/demo.h"

uint64_t chance_next(Chance *chance) {
        uint64_t z = chance->state += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        return z ^ z >> 31;
}

int chance_below(Chance *chance, int limit) {
        return limit > 0 ? (int)(chance_next(chance) % (uint64_t)limit) : 0;
}

int chance_between(Chance *chance, int least, int most) {
        return least + chance_below(chance, most - least + 1);
}

bool chance_hit(Chance *chance, int percent) {
        return chance_below(chance, 100) < percent;
}

int chance_weighted(Chance *chance, const int *weights, int count) {
        int total = 0;
        for (int i = 0; i < count; i++)
                total += weights[i];
        int left = chance_below(chance, total);
        for (int i = 0; i < count; i++) {
                if (left < weights[i])
                        return i;
                left -= weights[i];
        }
        return count - 1;
}

// The sum of twelve even draws has mean 6 and deviation 1.
int64_t chance_bell(Chance *chance) {
        int64_t sum = 0;
        for (int i = 0; i < 12; i++)
                sum += chance_below(chance, 1001);
        return sum - 6000;
}

// e^x by its series over small steps, in millionths.
static int64_t exp_millionths(int64_t thousandths) {
        int64_t result = 1000000;
        int64_t whole = thousandths < 0 ? -thousandths : thousandths;
        for (; whole >= 100; whole -= 100)
                result = result * 1105171 / 1000000;
        result = result * (1000000 + whole * 1000 + whole * whole / 2) / 1000000;
        return thousandths < 0 ? 1000000000000 / result : result;
}

int64_t chance_log(Chance *chance, int64_t median, int spread_percent) {
        return median * exp_millionths(chance_bell(chance) * spread_percent / 100) / 1000000;
}
