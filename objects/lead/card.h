// What a piece of text says about a person: business cards, signatures of mails, what somebody pasted out of a chat. Chinese ones first. Pure, and linear in the text.
#pragma once
#include "base/json.h"

#define CARD_BYTES_MOST (20u << 10)
#define CARD_ITEMS_MOST 40

typedef enum CardField { CARD_NAME, CARD_COMPANY, CARD_POSITION, CARD_MOBILE, CARD_PHONE, CARD_FAX, CARD_EMAIL, CARD_WECHAT, CARD_WEBSITE, CARD_ADDRESS, CARD_FIELDS } CardField;
typedef struct CardItem { CardField field; size_t from, to; Str value; } CardItem; // from, to: characters of the text; value: as it is kept
typedef struct CardAddress { Str province, city, district, detail; } CardAddress;

// One character after the other, full-width ones as their plain ones; used: it belongs to something that was recognised.
typedef struct CardText { Arena *arena; Str text; uint32_t *items; size_t *offsets; size_t count; bool *used; const Json *places; } CardText; // offsets: in bytes, count + 1 of them

typedef struct Card { CardText text; CardItem items[CARD_ITEMS_MOST]; size_t count; } Card;

// What was recognised, in the order of the text; of name, company, position, address and e-mail the best one only.
void card_read(Arena *arena, Str text, Card *ret);
const CardItem *card_find(const Card *card, CardField field);   // NULL: it says nothing of it; of several the first
const char *card_field_name(CardField field);
// Province, city and district by the official names, as far as the address says them.
const Json *card_places(Arena *arena);                          // the table of provinces; NULL: there is none
void card_address(const Json *places, Str text, CardAddress *ret);

// card_text.c, card_numbers.c: for its own files
void card_text_open(Arena *arena, Str text, CardText *ret);
Str card_slice(const CardText *text, size_t from, size_t to);
size_t card_match(const CardText *text, size_t at, const char *word); // how many characters, blanks within Chinese words passed over; 0: it does not stand there
bool card_is_han(uint32_t c);
bool card_is_digit(uint32_t c);
bool card_is_letter(uint32_t c);                                      // of the Latin alphabet
bool card_is_blank(uint32_t c);
bool card_is_break(uint32_t c);                                       // what stands between two statements: line ends, tabs, | and the like
void card_add(Card *card, CardField field, size_t from, size_t to, Str value);
void card_numbers(Card *card);                                        // e-mail addresses, web pages, telephone numbers, WeChat
