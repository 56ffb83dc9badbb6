// QR codes as drawings (SVG): dark squares on white, with the quiet zone of four, so that a telephone reads them from a dark screen too.
#include "access/signin.h"
#include <qrencode.h>

#define QUIET 4
#define SVG_MOST (256 * 1024)

static void add_row(Buf *svg, const QRcode *code, int y) {
        for (int x = 0; x < code->width;) {
                int from = x;
                while (x < code->width && (code->data[y * code->width + x] & 1))
                        x++;
                if (x > from)
                        buf_format(svg, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
                else
                        x++;
        }
}

bool qr_svg(Arena *arena, Str text, Str *ret_svg) {
        QRcode *code = QRcode_encodeString8bit(str_c(arena, text), 0, QR_ECLEVEL_M);
        if (!code)
                return false;
        Buf svg = buf_make(arena, SVG_MOST);
        int width = code->width + 2 * QUIET;
        buf_format(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"", width, width, width, width);
        for (int y = 0; y < code->width; y++)
                add_row(&svg, code, y);
        buf_lit(&svg, "\"/></svg>");
        QRcode_free(code);
        *ret_svg = buf_str(&svg);
        return !buf_full(&svg);
}
