// The command line's end of the control socket.
#include "app/control.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECT_TRIES 20 // a server that is starting holds the folder's lock before it listens
#define CONNECT_PAUSE_US 100000

static void fd_close_p(int *fd) {
        if (*fd >= 0)
                close(*fd);
}
#define FD_CLEANUP __attribute__((cleanup(fd_close_p)))

static bool connect_to(int socket_fd, int folder_fd) {
        struct sockaddr_un address;
        control_address(folder_fd, &address);
        for (int i = 0; i < CONNECT_TRIES; i++) {
                if (connect(socket_fd, (struct sockaddr *)&address, sizeof address) == 0)
                        return true;
                if (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN && errno != EINTR)
                        return false;
                usleep(CONNECT_PAUSE_US);
        }
        return false;
}

static bool print_bytes(int socket, FILE *file, size_t length) {
        char block[8192];
        while (length) {
                size_t part = length < sizeof block ? length : sizeof block;
                if (!control_read(socket, block, part, 0))
                        return false;
                fwrite(block, 1, part, file);
                length -= part;
        }
        fflush(file);
        return true;
}

// Prints until the exit code comes; false: the server ended before.
static bool take_answer(int socket, int *ret_exit) {
        char head[5], code[4];
        while (control_read(socket, head, sizeof head, 0)) {
                size_t length = control_get_length(head + 1);
                if (head[0] == 'x' && length == sizeof code && control_read(socket, code, sizeof code, 0)) {
                        *ret_exit = (int)control_get_length(code);
                        return true;
                }
                if (head[0] != 'o' && head[0] != 'e')
                        return false;
                if (!print_bytes(socket, head[0] == 'o' ? stdout : stderr, length))
                        return false;
        }
        return false;
}

bool control_send(const Options *options, int argc, char **argv, Str input, int *ret_exit) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        FD_CLEANUP int folder_fd = open(options->data, O_PATH | O_DIRECTORY | O_CLOEXEC);
        FD_CLEANUP int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (folder_fd < 0 || socket_fd < 0 || !connect_to(socket_fd, folder_fd))
                return false;
        char *folder = getcwd(NULL, 0);
        ControlRequest request = {.lang = command_lang(), .folder = folder ? folder : "/", .input = input, .argc = argc, .argv = argv};
        *ret_exit = EXIT_FAILED;
        if (!control_write_request(socket_fd, arena, &request) || !take_answer(socket_fd, ret_exit))
                fprintf(stderr, "haike: " STR_FMT "\n", STR_ARG(text_get(command_lang(), "error.control_lost")));
        free(folder);
        return true;
}
