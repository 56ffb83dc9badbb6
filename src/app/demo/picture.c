// A small picture for the demo company's attachments: a bar chart as PNG, drawn and packed here so that no image has to come with the program.
#include "app/demo/demo.h"

#define WIDTH 320
#define HEIGHT 200
#define ROW (WIDTH + 1)
#define BLOCK 65535 // most bytes of one stored block

static uint32_t crc_of(uint32_t crc, Str bytes) {
        for (size_t i = 0; i < bytes.len; i++) {
                crc ^= (unsigned char)bytes.data[i];
                for (int bit = 0; bit < 8; bit++)
                        crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
        return crc;
}

static void put_number(Buf *buf, uint32_t number) {
        for (int shift = 24; shift >= 0; shift -= 8)
                buf_add_char(buf, (char)(number >> shift & 0xff));
}

static void put_chunk(Buf *png, const char *type, Str content) {
        put_number(png, (uint32_t)content.len);
        buf_add(png, str_from(type));
        buf_add(png, content);
        put_number(png, ~crc_of(crc_of(0xffffffffu, str_from(type)), content));
}

// zlib without compression.
static Str packed(Arena *arena, Str raw) {
        Buf buf = buf_make(arena, raw.len + 1024);
        uint32_t a = 1, b = 0;
        buf_add(&buf, STR("\x78\x01"));
        for (size_t at = 0; at < raw.len; at += BLOCK) {
                size_t len = raw.len - at < BLOCK ? raw.len - at : BLOCK;
                buf_add_char(&buf, at + len == raw.len);
                buf_add_char(&buf, (char)(len & 0xff));
                buf_add_char(&buf, (char)(len >> 8));
                buf_add_char(&buf, (char)(~len & 0xff));
                buf_add_char(&buf, (char)(~len >> 8 & 0xff));
                buf_add(&buf, str_slice(raw, at, at + len));
        }
        for (size_t i = 0; i < raw.len; i++) {
                a = (a + (unsigned char)raw.data[i]) % 65521;
                b = (b + a) % 65521;
        }
        put_number(&buf, b << 16 | a);
        return buf_str(&buf);
}

// Paper, axis, two kinds of bars.
static char colour_at(int x, int y, const int *heights, int bars) {
        int left = 24, bottom = HEIGHT - 24, step = (WIDTH - 2 * left) / bars, bar = (x - left) / step, within = (x - left) % step;
        if ((y == bottom && x >= left - 4 && x < WIDTH - left + 4) || (x == left - 4 && y >= 20 && y <= bottom))
                return 1;
        if (x < left || bar >= bars || y >= bottom || within < 4 || within >= step - 4)
                return (bottom - y) % 40 == 0 && x >= left - 4 && x < WIDTH - left + 4 && y > 20 ? 2 : 0;
        return y >= bottom - heights[bar] ? (bar == bars - 1 ? 4 : 3) : 0;
}

Str demo_picture(Arena *arena, Chance *chance) {
        static const char palette[] = "\xff\xff\xff\x5b\x64\x70\xe6\xe9\xee\x2f\x6f\xdd\xf0\x8c\x3c";
        int heights[8];
        for (int i = 0; i < 8; i++)
                heights[i] = 40 + i * 9 + chance_below(chance, 36);
        Buf raw = buf_make(arena, (size_t)ROW * HEIGHT + 16), head = buf_make(arena, 32), png = buf_make(arena, (size_t)ROW * HEIGHT + 4096);
        for (int y = 0; y < HEIGHT; y++) {
                buf_add_char(&raw, 0);
                for (int x = 0; x < WIDTH; x++)
                        buf_add_char(&raw, colour_at(x, y, heights, 8));
        }
        put_number(&head, WIDTH);
        put_number(&head, HEIGHT);
        buf_add(&head, (Str){"\x08\x03\x00\x00\x00", 5});
        buf_add(&png, STR("\x89PNG\r\n\x1a\n"));
        put_chunk(&png, "IHDR", buf_str(&head));
        put_chunk(&png, "PLTE", str_make(palette, sizeof palette - 1));
        put_chunk(&png, "IDAT", packed(arena, buf_str(&raw)));
        put_chunk(&png, "IEND", STR_NONE);
        return buf_str(&png);
}
