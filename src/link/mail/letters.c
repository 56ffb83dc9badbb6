// What the letters say, as text and as HTML, in their reader's language. HTML without pictures, fonts or anything else from elsewhere.
#include "link/mail/mail.h"

#define LETTER_CAP ((size_t)64 * 1024)
#define PARAGRAPHS 4

typedef struct Draft { Str subject, paragraphs[PARAGRAPHS], link, button; } Draft; // the link stands before the last paragraph

static void add_html(Buf *out, Str text) {
        for (size_t i = 0; i < text.len; i++) {
                switch (text.data[i]) {
                case '&': buf_lit(out, "&amp;"); break;
                case '<': buf_lit(out, "&lt;"); break;
                case '>': buf_lit(out, "&gt;"); break;
                case '"': buf_lit(out, "&quot;"); break;
                default: buf_add_char(out, text.data[i]);
                }
        }
}

static void add_paragraph_html(Buf *html, Str text, bool last) {
        buf_add(html, last ? STR("<p style=\"margin:24px 0 0;color:#61717a;font-size:13px;line-height:20px\">") : STR("<p style=\"margin:0 0 12px\">"));
        add_html(html, text);
        buf_lit(html, "</p>");
}

static void add_link_html(Buf *html, const Draft *draft) {
        buf_lit(html, "<p style=\"margin:20px 0\"><a href=\"");
        add_html(html, draft->link);
        buf_lit(html, "\" style=\"display:inline-block;background:#0e7490;color:#ffffff;text-decoration:none;padding:10px 18px;border-radius:6px\">");
        add_html(html, draft->button);
        buf_lit(html, "</a></p><p style=\"margin:0;color:#61717a;font-size:12px;line-height:18px;word-break:break-all\">");
        add_html(html, draft->link);
        buf_lit(html, "</p>");
}

static Letter letter_from(Context *context, const Draft *draft) {
        Buf text = buf_make(context->arena, LETTER_CAP), html = buf_make(context->arena, LETTER_CAP);
        size_t count = 0;
        while (count < PARAGRAPHS && draft->paragraphs[count].len)
                count++;
        buf_lit(&html, "<!doctype html><html><body style=\"margin:0;padding:24px;background:#f4f7f8\"><div style=\"max-width:520px;margin:0 auto;background:#ffffff;border:1px solid #dfe6e9;"
                       "border-radius:8px;padding:28px;font:15px/24px 'PingFang SC','Microsoft YaHei','Noto Sans SC',system-ui,sans-serif;color:#1c2b33\">");
        for (size_t i = 0; i < count; i++) {
                if (draft->link.len && i == count - 1) {
                        buf_add(&text, draft->link);
                        buf_lit(&text, "\r\n\r\n");
                        add_link_html(&html, draft);
                }
                buf_add(&text, draft->paragraphs[i]);
                buf_lit(&text, "\r\n\r\n");
                add_paragraph_html(&html, draft->paragraphs[i], i == count - 1);
        }
        buf_lit(&html, "</div></body></html>");
        return (Letter){.subject = draft->subject, .text = buf_str(&text), .html = buf_str(&html)};
}

static Str say(Context *context, const LetterWords *words, const char *key) {
        Str company = words->company.len ? words->company : text_get(words->lang, "mail.product");
        return text_format(context->arena, words->lang, key, (Str[4]){company, words->name, words->login, words->address});
}

Letter letter_test(Context *context, const LetterWords *words) {
        Draft draft = {.subject = say(context, words, "mail.test.subject"), .paragraphs = {say(context, words, "mail.test.text"), say(context, words, "mail.test.end")}};
        return letter_from(context, &draft);
}

Letter letter_reset(Context *context, const LetterWords *words) {
        Draft draft = {.subject = say(context, words, "mail.reset.subject"), .button = say(context, words, "mail.reset.button"),
                       .paragraphs = {say(context, words, "mail.hello"), say(context, words, "mail.reset.text"), say(context, words, "mail.reset.end")}};
        draft.link = str_format(context->arena, STR_FMT "/reset?token=" STR_FMT, STR_ARG(words->address), STR_ARG(words->token));
        return letter_from(context, &draft);
}

Letter letter_password_changed(Context *context, const LetterWords *words) {
        Draft draft = {.subject = say(context, words, "mail.changed.subject"),
                       .paragraphs = {say(context, words, "mail.hello"), say(context, words, "mail.changed.text"), say(context, words, "mail.changed.end")}};
        return letter_from(context, &draft);
}
