// Inside the control socket only: what its two ends share, bytes on the wire.
#pragma once
#include "app/command.h"
#include <sys/socket.h>
#include <sys/un.h>

#define CONTROL_SOCKET "haike.sock"
#define CONTROL_GREETING "HAIKE-1\n"
#define CONTROL_REQUEST_LARGEST (4u << 20)
#define CONTROL_ARGUMENTS_LARGEST 64

typedef struct ControlRequest {
        Lang lang;
        const char *folder; // absolute
        Str input;
        int argc;
        char **argv;        // NULL-terminated
} ControlRequest;

// The socket's address by way of the folder's descriptor, since a data folder's path may be longer than an address holds.
void control_address(int folder_fd, struct sockaddr_un *ret);
void control_put_length(char bytes[4], uint32_t length);
uint32_t control_get_length(const char bytes[4]);
bool control_read(int socket, void *data, size_t size, int64_t deadline_us); // all of it; deadline 0: none
bool control_write(int socket, Str bytes);
bool control_send_frame(int socket, char kind, Str bytes);
bool control_read_request(int socket, Arena *arena, int64_t deadline_us, ControlRequest *ret);
bool control_write_request(int socket, Arena *arena, const ControlRequest *request);
