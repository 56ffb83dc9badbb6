// A client for tests: raw bytes over loopback.
#include "tests/support/client.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MS 5000

static long long now_ms(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

Client *client_open(int port) {
        Client *client = calloc(1, sizeof *client);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        client->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(client->socket, (struct sockaddr *)&address, sizeof address) != 0) {
                client_close(client);
                return NULL;
        }
        return client;
}

void client_close(Client *client) {
        if (!client)
                return;
        close(client->socket);
        free(client->data);
        free(client->body);
        free(client);
}

bool client_send(Client *client, const char *data, size_t len) {
        while (len > 0) {
                ssize_t sent = send(client->socket, data, len, MSG_NOSIGNAL);
                if (sent <= 0)
                        return false;
                data += sent;
                len -= (size_t)sent;
        }
        return true;
}

bool client_send_text(Client *client, const char *text) {
        return client_send(client, text, strlen(text));
}

// Reads some more. False: the peer closed, or the time is up.
static bool receive_more(Client *client, long long until_ms) {
        struct pollfd ready = {.fd = client->socket, .events = POLLIN};
        long long left = until_ms - now_ms();
        if (poll(&ready, 1, left > 0 ? (int)left : 0) <= 0)
                return false;
        if (client->len + 65536 + 1 > client->capacity) {
                client->capacity = client->capacity * 2 + 65536 + 1;
                client->data = realloc(client->data, client->capacity);
        }
        ssize_t got = recv(client->socket, client->data + client->len, 65536, 0);
        if (got <= 0)
                return false;
        client->len += (size_t)got;
        client->data[client->len] = '\0';
        return true;
}

static void take(Client *client, size_t len) {
        memmove(client->data, client->data + len, client->len - len + 1);
        client->len -= len;
}

static char *find(Client *client, const char *text) {
        return client->len ? memmem(client->data, client->len, text, strlen(text)) : NULL;
}

bool client_read_until(Client *client, const char *text, int timeout_ms) {
        long long until_ms = now_ms() + timeout_ms;
        char *found;
        while (!(found = find(client, text)))
                if (!receive_more(client, until_ms))
                        return false;
        take(client, (size_t)(found - client->data) + strlen(text));
        return true;
}

const char *client_rest(Client *client, int timeout_ms) {
        long long until_ms = now_ms() + timeout_ms;
        while (receive_more(client, until_ms))
                ;
        if (now_ms() >= until_ms)
                return NULL;
        return client->len ? client->data : "";
}

bool client_ended(Client *client, int timeout_ms) {
        char byte;
        struct pollfd ready = {.fd = client->socket, .events = POLLIN};
        if (client->len > 0 || poll(&ready, 1, timeout_ms) <= 0)
                return false;
        return recv(client->socket, &byte, 1, 0) <= 0;
}

bool client_header(const ClientReply *reply, const char *name, char *value, size_t size) {
        size_t len = strlen(name);
        for (const char *line = strstr(reply->head, "\r\n"); line; line = strstr(line, "\r\n")) {
                line += 2;
                if (strncasecmp(line, name, len) != 0 || line[len] != ':')
                        continue;
                const char *from = line + len + 1 + strspn(line + len + 1, " ");
                snprintf(value, size, "%.*s", (int)strcspn(from, "\r"), from);
                return true;
        }
        return false;
}

ClientReply client_read(Client *client, bool no_body, int timeout_ms) {
        ClientReply reply = {0};
        long long until_ms = now_ms() + timeout_ms;
        char *end, length[32];
        while (!(end = find(client, "\r\n\r\n")))
                if (!receive_more(client, until_ms))
                        return reply;
        size_t head = (size_t)(end - client->data) + 4;
        snprintf(reply.head, sizeof reply.head, "%.*s", (int)head, client->data);
        int status = (int)strtol(client->data + strlen("HTTP/1.1 "), NULL, 10);
        take(client, head);
        size_t body = 0;
        if (!no_body && client_header(&reply, "content-length", length, sizeof length))
                body = strtoul(length, NULL, 10);
        while (client->len < body)
                if (!receive_more(client, until_ms))
                        return reply;
        client->body = realloc(client->body, body + 1);
        if (body)
                memcpy(client->body, client->data, body);
        client->body[body] = '\0';
        if (body)
                take(client, body);
        reply.body = client->body;
        reply.body_len = body;
        reply.status = status;
        return reply;
}

ClientReply client_call(Client *client, const char *request) {
        client_send_text(client, request);
        return client_read(client, strncmp(request, "HEAD ", 5) == 0, REPLY_MS);
}
