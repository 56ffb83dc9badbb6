// A client for tests: raw bytes over loopback, so that a test can send what no library would.
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct ClientReply {
        int status;         // 0: the connection ended before a whole response
        char head[4096];    // status line and header fields, terminated
        char *body;         // terminated; valid until the next reply of this client
        size_t body_len;
} ClientReply;

typedef struct Client {
        int socket;
        char *data;         // received, not yet taken
        size_t len, capacity;
        char *body;
} Client;

Client *client_open(int port);
void client_close(Client *client);                                  // accepts NULL
bool client_send(Client *client, const char *data, size_t len);     // false: the peer closed
bool client_send_text(Client *client, const char *text);
ClientReply client_read(Client *client, bool no_body, int timeout_ms); // one response; no_body: to a HEAD
bool client_ended(Client *client, int timeout_ms);                  // the peer has closed (and sent nothing more)
const char *client_rest(Client *client, int timeout_ms);             // everything until the peer closes, terminated; NULL: it does not
bool client_read_until(Client *client, const char *text, int timeout_ms); // takes everything up to and with that text
ClientReply client_call(Client *client, const char *request);       // send and read
bool client_header(const ClientReply *reply, const char *name, char *value, size_t size); // false: absent
