// The control socket: haike.sock in the data folder, through which a command line hands its work to the server that has the folder open. The client sends
// one message (arguments, standard input, its working folder, its language); the server answers with pieces of output and ends with the exit code.
//   request   "HAIKE-1\n", length, then texts, each with its length: language, folder, standard input, arguments …
//   answer    frames of kind ('o' output, 'e' error output, 'x' exit code), length, bytes
// Lengths are 32 bits, little endian. Only the server's own user and root are served.
#include "app/control.h"
#include "app/command.h"
#include "base/log.h"
#include "os/os.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLIENTS_LARGEST 8
#define REQUEST_LONGEST_US 30000000 // for the whole request to arrive
#define SEND_LONGEST_S 120          // a client that takes nothing for so long has gone

struct Control {
        Org *org;
        int listener, stopping; // stopping: an eventfd, readable once the end has come
        int folder_fd;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t idle;
        int clients;
        int sockets[CLIENTS_LARGEST]; // of clients that are served, -1: free
};

typedef struct Client {
        Control *control;
        int slot, socket;
        bool gone; // takes no more
} Client;

// ---- Output of a command goes back in frames

static void send_frame(Client *client, char kind, Str bytes) {
        if (!client->gone && !control_send_frame(client->socket, kind, bytes))
                client->gone = true;
}

static void print_frame(void *out, bool problem, Str text) {
        send_frame(out, problem ? 'e' : 'o', text);
}

static void send_exit(Client *client, int code) {
        char bytes[4];
        control_put_length(bytes, (uint32_t)code);
        send_frame(client, 'x', str_make(bytes, sizeof bytes));
}

// ---- Serving one client

static bool peer_is_trusted(int socket) {
        struct ucred peer;
        socklen_t size = sizeof peer;
        return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == geteuid() || peer.uid == 0);
}

static int run_request(Client *client, const ControlRequest *request, Arena *arena) {
        Options options;
        const char *problem = NULL;
        Command command = {.org = client->control->org, .options = &options, .input = request->input, .folder = request->folder, .print = print_frame, .out = client};
        context_init(&command.context, arena, request->lang, os_now_ms());
        bool parsed = options_parse(request->argc, request->argv, &options, &problem) && options.count > 0;
        const CommandDef *def = parsed ? command_find(options.words[0]) : NULL;
        if (!def || !def->usable(&options)) {
                command_warn(&command, "command.usage");
                return EXIT_USAGE;
        }
        if (def->alone) {
                command_warn(&command, "command.server_runs");
                return EXIT_FAILED;
        }
        log_event(LOG_INFO, "command", "name=%s", def->name);
        return command_run(def, &command);
}

static void release(Client *client) {
        Control *control = client->control;
        pthread_mutex_lock(&control->lock);
        control->sockets[client->slot] = -1;
        control->clients--;
        pthread_cond_broadcast(&control->idle);
        pthread_mutex_unlock(&control->lock);
        close(client->socket);
        free(client);
}

static void *client_main(void *arg) {
        Client *client = arg;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        ControlRequest request;
        if (control_read_request(client->socket, arena, os_monotonic_us() + REQUEST_LONGEST_US, &request))
                send_exit(client, run_request(client, &request, arena));
        release(client);
        return NULL;
}

static int free_slot(const Control *control) {
        for (int i = 0; i < CLIENTS_LARGEST; i++)
                if (control->sockets[i] < 0)
                        return i;
        return -1;
}

static bool start_thread(pthread_t *thread, void *(*run)(void *arg), void *arg) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        int code = pthread_create(thread, NULL, run, arg);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return code == 0;
}

// With the lock held.
static bool start_client(Control *control, int socket) {
        int slot = free_slot(control);
        if (slot < 0)
                return false;
        Client *client = calloc(1, sizeof *client);
        ensure(client);
        *client = (Client){.control = control, .slot = slot, .socket = socket};
        control->sockets[slot] = socket;
        control->clients++;
        pthread_t thread;
        if (start_thread(&thread, client_main, client)) {
                pthread_detach(thread);
                return true;
        }
        control->sockets[slot] = -1;
        control->clients--;
        free(client);
        return false;
}

static void serve_client(Control *control, int socket) {
        struct timeval longest = {.tv_sec = SEND_LONGEST_S};
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
        if (!peer_is_trusted(socket)) {
                close(socket);
                return;
        }
        pthread_mutex_lock(&control->lock);
        bool started = start_client(control, socket);
        pthread_mutex_unlock(&control->lock);
        if (started)
                return;
        Client refused = {.socket = socket};
        send_frame(&refused, 'e', STR("haike: the server runs too many commands already\n"));
        send_exit(&refused, EXIT_FAILED);
        close(socket);
}

static void *listener_main(void *arg) {
        Control *control = arg;
        for (;;) {
                struct pollfd polled[2] = {{.fd = control->listener, .events = POLLIN}, {.fd = control->stopping, .events = POLLIN}};
                if (poll(polled, 2, -1) < 0 && errno != EINTR)
                        return NULL;
                if (polled[1].revents)
                        return NULL;
                if (!(polled[0].revents & POLLIN))
                        continue;
                int socket = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
                if (socket >= 0)
                        serve_client(control, socket);
                else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
                        usleep(100000); // out of descriptors: waiting beats spinning
        }
}

// ---- Start and stop

static Status cannot(Context *context, const char *step) {
        return error_detail(context, STATUS_IO, "control_socket", "%s: %s", step, strerrordesc_np(errno));
}

// The folder is locked by this process, so a socket that is there belongs to nobody.
static Status open_listener(Context *context, const char *folder, Control *control) {
        struct sockaddr_un address;
        control->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (control->folder_fd < 0)
                return cannot(context, "open the data folder");
        control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (control->listener < 0)
                return cannot(context, "socket");
        control_address(control->folder_fd, &address);
        unlinkat(control->folder_fd, CONTROL_SOCKET, 0);
        fchmod(control->listener, 0600); // taken over by the file that bind makes, so that there is no moment in which others may connect
        if (bind(control->listener, (struct sockaddr *)&address, sizeof address) != 0)
                return cannot(context, "bind " CONTROL_SOCKET);
        if (fchmodat(control->folder_fd, CONTROL_SOCKET, 0600, 0) != 0 || listen(control->listener, CLIENTS_LARGEST) != 0)
                return cannot(context, "listen on " CONTROL_SOCKET);
        return STATUS_OK;
}

static void control_free(Control *control) {
        if (control->listener >= 0)
                close(control->listener);
        if (control->folder_fd >= 0)
                close(control->folder_fd);
        if (control->stopping >= 0)
                close(control->stopping);
        pthread_cond_destroy(&control->idle);
        pthread_mutex_destroy(&control->lock);
        free(control);
}

Status control_start(Context *context, Org *org, const char *folder, Control **ret) {
        Control *control = calloc(1, sizeof *control);
        ensure(control);
        control->org = org;
        control->listener = control->folder_fd = -1;
        for (int i = 0; i < CLIENTS_LARGEST; i++)
                control->sockets[i] = -1;
        pthread_mutex_init(&control->lock, NULL);
        pthread_cond_init(&control->idle, NULL);
        control->stopping = eventfd(0, EFD_CLOEXEC);
        Status status = control->stopping < 0 ? cannot(context, "eventfd") : open_listener(context, folder, control);
        if (status == STATUS_OK && !start_thread(&control->thread, listener_main, control))
                status = cannot(context, "thread");
        if (status != STATUS_OK) {
                control_free(control);
                return status;
        }
        *ret = control;
        return STATUS_OK;
}

// Nobody new is let in; who is still talking is cut off; a command that runs comes to its end, though nobody may hear of it.
void control_stop(Control *control) {
        if (!control)
                return;
        unlinkat(control->folder_fd, CONTROL_SOCKET, 0);
        eventfd_write(control->stopping, 1);
        pthread_join(control->thread, NULL);
        pthread_mutex_lock(&control->lock);
        for (int i = 0; i < CLIENTS_LARGEST; i++)
                if (control->sockets[i] >= 0)
                        shutdown(control->sockets[i], SHUT_RD);
        while (control->clients)
                pthread_cond_wait(&control->idle, &control->lock);
        pthread_mutex_unlock(&control->lock);
        control_free(control);
}
