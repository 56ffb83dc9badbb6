// The control socket's messages: reading and writing them whole, within limits and a deadline.
#include "app/control.h"
#include "os/os.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

void control_address(int folder_fd, struct sockaddr_un *ret) {
        *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
        snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/%s", folder_fd, CONTROL_SOCKET);
}

void control_put_length(char bytes[4], uint32_t length) {
        for (int i = 0; i < 4; i++)
                bytes[i] = (char)(length >> (8 * i) & 0xFF);
}

uint32_t control_get_length(const char bytes[4]) {
        uint32_t length = 0;
        for (int i = 0; i < 4; i++)
                length |= (uint32_t)(unsigned char)bytes[i] << (8 * i);
        return length;
}

static bool wait_readable(int socket, int64_t deadline_us) {
        for (;;) {
                int64_t left_us = deadline_us ? deadline_us - os_monotonic_us() : -1;
                if (deadline_us && left_us <= 0)
                        return false;
                struct pollfd polled = {.fd = socket, .events = POLLIN};
                int ready = poll(&polled, 1, deadline_us ? (int)(left_us / 1000) + 1 : -1);
                if (ready > 0)
                        return true;
                if (ready < 0 && errno != EINTR)
                        return false;
        }
}

bool control_read(int socket, void *data, size_t size, int64_t deadline_us) {
        char *at = data;
        while (size) {
                if (!wait_readable(socket, deadline_us))
                        return false;
                ssize_t got = recv(socket, at, size, 0);
                if (got < 0 && (errno == EINTR || errno == EAGAIN))
                        continue;
                if (got <= 0)
                        return false;
                at += got;
                size -= (size_t)got;
        }
        return true;
}

bool control_write(int socket, Str bytes) {
        while (bytes.len) {
                ssize_t put = send(socket, bytes.data, bytes.len, MSG_NOSIGNAL);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return false;
                bytes = str_slice(bytes, (size_t)put, bytes.len);
        }
        return true;
}

bool control_send_frame(int socket, char kind, Str bytes) {
        char head[5] = {kind};
        control_put_length(head + 1, (uint32_t)bytes.len);
        return control_write(socket, str_make(head, sizeof head)) && control_write(socket, bytes);
}

// ---- Requests

static bool take_text(Str *rest, Str *ret) {
        if (rest->len < 4)
                return false;
        size_t length = control_get_length(rest->data);
        if (rest->len - 4 < length)
                return false;
        *ret = str_slice(*rest, 4, 4 + length);
        *rest = str_slice(*rest, 4 + length, rest->len);
        return true;
}

// A text that becomes a C string holds no zero byte.
static bool take_string(Arena *arena, Str *rest, char **ret) {
        Str text;
        if (!take_text(rest, &text) || (text.len && memchr(text.data, '\0', text.len)))
                return false;
        *ret = str_c(arena, text);
        return true;
}

static bool parse_request(Arena *arena, Str body, ControlRequest *ret) {
        char *lang, *folder;
        Str input;
        if (!take_string(arena, &body, &lang) || !take_string(arena, &body, &folder) || folder[0] != '/' || !take_text(&body, &input))
                return false;
        *ret = (ControlRequest){.lang = lang_from(str_from(lang)), .folder = folder, .input = input};
        ret->argv = arena_array(arena, char *, CONTROL_ARGUMENTS_LARGEST + 1);
        while (body.len) {
                if (ret->argc == CONTROL_ARGUMENTS_LARGEST || !take_string(arena, &body, &ret->argv[ret->argc]))
                        return false;
                ret->argc++;
        }
        return ret->argc > 0;
}

bool control_read_request(int socket, Arena *arena, int64_t deadline_us, ControlRequest *ret) {
        char head[sizeof CONTROL_GREETING - 1 + 4];
        if (!control_read(socket, head, sizeof head, deadline_us) || memcmp(head, CONTROL_GREETING, sizeof head - 4) != 0)
                return false;
        uint32_t length = control_get_length(head + sizeof head - 4);
        if (length > CONTROL_REQUEST_LARGEST)
                return false;
        char *body = arena_alloc(arena, length + 1);
        return control_read(socket, body, length, deadline_us) && parse_request(arena, str_make(body, length), ret);
}

static void add_text(Buf *buf, Str text) {
        char length[4];
        control_put_length(length, (uint32_t)text.len);
        buf_add(buf, str_make(length, sizeof length));
        buf_add(buf, text);
}

bool control_write_request(int socket, Arena *arena, const ControlRequest *request) {
        Buf body = buf_make(arena, CONTROL_REQUEST_LARGEST);
        add_text(&body, str_from(lang_tag(request->lang)));
        add_text(&body, str_from(request->folder));
        add_text(&body, request->input);
        for (int i = 0; i < request->argc; i++)
                add_text(&body, str_from(request->argv[i]));
        if (buf_full(&body) || request->argc > CONTROL_ARGUMENTS_LARGEST)
                return false;
        char length[4];
        control_put_length(length, (uint32_t)body.len);
        return control_write(socket, STR(CONTROL_GREETING)) && control_write(socket, str_make(length, sizeof length)) && control_write(socket, buf_str(&body));
}
