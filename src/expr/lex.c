// Tokens of the expression language: names, literals and symbols, each with where it stands. Knows no grammar.
#include "expr/tree.h"
#include "base/unicode.h"

Status expr_error_(Context *context, Str source, size_t at, const char *code, const Str args[4]) {
        Status status = error_set_(context, STATUS_MALFORMED, code, args);
        context->error.position = (int)utf8_length(str_slice(source, 0, at));
        return status;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_word(char c) { return is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80; }
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static char peek(const Lexer *lexer, size_t ahead) {
        return lexer->at + ahead < lexer->source.len ? lexer->source.data[lexer->at + ahead] : '\0';
}

static Status lexer_error(const Lexer *lexer, size_t at, const char *code, Str arg) {
        return expr_error(lexer->context, lexer->source, at, code, arg);
}

static size_t digits(const Lexer *lexer, size_t ahead) {
        size_t count = 0;
        while (is_digit(peek(lexer, ahead + count)))
                count++;
        return count;
}

// 2026-11-22, and with a T directly behind it a date-time up to its zone.
static bool looks_like_date(const Lexer *lexer) {
        return digits(lexer, 0) == 4 && peek(lexer, 4) == '-' && digits(lexer, 5) == 2 && peek(lexer, 7) == '-' && digits(lexer, 8) == 2;
}

static Status lex_time(Lexer *lexer, Token *token) {
        lexer->at += 10;
        bool with_time = peek(lexer, 0) == 'T' || peek(lexer, 0) == 't';
        if (with_time) {
                size_t length = 1;
                while (is_word(peek(lexer, length)) || peek(lexer, length) == ':' || (peek(lexer, length) == '.' && is_digit(peek(lexer, length + 1))))
                        length++;
                if ((peek(lexer, length) == '+' || peek(lexer, length) == '-') && digits(lexer, length + 1) == 2 && peek(lexer, length + 3) == ':')
                        length += 4 + digits(lexer, length + 4);
                lexer->at += length;
        } else
                while (is_word(peek(lexer, 0)))
                        lexer->at++;
        Str text = str_slice(lexer->source, token->at, lexer->at);
        int32_t day;
        int64_t ms;
        if (with_time && datetime_parse(text, &ms))
                token->value = value_datetime(ms);
        else if (!with_time && date_parse(text, &day))
                token->value = value_date(day);
        else
                return lexer_error(lexer, token->at, "expr_date", text);
        return STATUS_OK;
}

static Status lex_number(Lexer *lexer, Token *token) {
        if (looks_like_date(lexer))
                return lex_time(lexer, token);
        lexer->at += digits(lexer, 0);
        bool whole = true;
        if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1))) {
                lexer->at += 1 + digits(lexer, 1);
                whole = false;
        }
        while (is_word(peek(lexer, 0))) { // 12abc is one wrong number, not a number and a name
                lexer->at++;
                whole = true;
        }
        Str text = str_slice(lexer->source, token->at, lexer->at);
        int64_t integer;
        Decimal number;
        if (whole && str_to_int64(text, &integer))
                token->value = value_int(integer);
        else if (!whole && decimal_parse(text, &number))
                token->value = value_number(number);
        else
                return lexer_error(lexer, token->at, "expr_number", text);
        return STATUS_OK;
}

static void add_utf8(Buf *buf, uint32_t c) {
        if (c < 0x80)
                buf_add_char(buf, (char)c);
        else if (c < 0x800) {
                buf_add_char(buf, (char)(0xC0 | c >> 6));
                buf_add_char(buf, (char)(0x80 | (c & 0x3F)));
        } else {
                buf_add_char(buf, (char)(0xE0 | c >> 12));
                buf_add_char(buf, (char)(0x80 | (c >> 6 & 0x3F)));
                buf_add_char(buf, (char)(0x80 | (c & 0x3F)));
        }
}

static int hex_digit(char c) {
        if (is_digit(c))
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// \uXXXX of the basic plane; other characters are written as themselves. U+0000 and surrogates cannot be stored.
static bool lex_unicode_escape(Lexer *lexer, Buf *buf) {
        uint32_t c = 0;
        for (size_t i = 2; i < 6; i++) {
                int digit = hex_digit(peek(lexer, i));
                if (digit < 0)
                        return false;
                c = c << 4 | (uint32_t)digit;
        }
        if (c == 0 || (c >= 0xD800 && c <= 0xDFFF))
                return false;
        add_utf8(buf, c);
        lexer->at += 6;
        return true;
}

// The escapes of JSON, so that any text that was written as JSON can stand in an expression.
static bool lex_escape(Lexer *lexer, Buf *buf) {
        static const char letters[] = "nrtbf\"\\/", meanings[] = "\n\r\t\b\f\"\\/";
        char c = peek(lexer, 1);
        if (c == 'u')
                return lex_unicode_escape(lexer, buf);
        const char *at = c ? strchr(letters, c) : NULL;
        if (!at)
                return false;
        buf_add_char(buf, meanings[at - letters]);
        lexer->at += 2;
        return true;
}

static Status lex_text(Lexer *lexer, Token *token) {
        Buf buf = buf_make(lexer->context->arena, lexer->source.len + 1);
        lexer->at++;
        while (lexer->at < lexer->source.len && peek(lexer, 0) != '"') {
                if (peek(lexer, 0) == '\\') {
                        if (!lex_escape(lexer, &buf))
                                return lexer_error(lexer, lexer->at, "expr_escape", STR_NONE);
                } else if (peek(lexer, 0) == '\0')
                        return lexer_error(lexer, lexer->at, "expr_escape", STR_NONE);
                else
                        buf_add_char(&buf, lexer->source.data[lexer->at++]);
        }
        if (lexer->at >= lexer->source.len)
                return lexer_error(lexer, token->at, "expr_text_open", STR_NONE);
        lexer->at++;
        token->value = value_text(buf_str(&buf));
        return STATUS_OK;
}

static Status lex_symbol(Lexer *lexer, Token *token) {
        char c = peek(lexer, 0), next = peek(lexer, 1);
        bool two = (c == '!' || c == '<' || c == '>') && next == '=';
        if (!two && (c == '\0' || !strchr("=<>+-*/(),.", c))) {
                size_t end = lexer->at;
                utf8_next(lexer->source, &end);
                return lexer_error(lexer, lexer->at, "expr_syntax", str_slice(lexer->source, lexer->at, end));
        }
        lexer->at += two ? 2 : 1;
        token->kind = LEX_SYMBOL;
        return STATUS_OK;
}

Status lexer_next(Lexer *lexer, Token *ret) {
        while (is_space(peek(lexer, 0)))
                lexer->at++;
        Token token = {.kind = LEX_LITERAL, .at = lexer->at};
        char c = peek(lexer, 0);
        if (lexer->at >= lexer->source.len)
                token.kind = LEX_END;
        else if (is_letter(c)) {
                token.kind = LEX_NAME;
                while (is_word(peek(lexer, 0)))
                        lexer->at++;
        } else if (is_digit(c))
                TRY(lex_number(lexer, &token));
        else if (c == '"')
                TRY(lex_text(lexer, &token));
        else
                TRY(lex_symbol(lexer, &token));
        token.end = lexer->at;
        token.text = str_slice(lexer->source, token.at, token.end);
        *ret = token;
        return STATUS_OK;
}
