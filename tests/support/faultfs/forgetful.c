// The control of the control: in a folder that faultfs watches it writes some things and syncs only some of them, prints "ready" and waits to be killed.
// tests/fault/controls.mjs knows what has to be left.
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Place {
        char path[PATH_MAX];
} Place;

static Place place(const char *folder, const char *name) {
        Place at;
        if (snprintf(at.path, sizeof at.path, "%s/%s", folder, name) >= (int)sizeof at.path)
                _exit(2);
        return at;
}

static int file(const char *folder, const char *name, int flags) {
        Place at = place(folder, name);
        return open(at.path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
}

static int put(int fd, const char *text, off_t at) {
        return pwrite(fd, text, strlen(text), at) == (ssize_t)strlen(text) ? 0 : -1;
}

// "AAAA" is synced; "BB" over its start and "CC" behind its end are not.
static int half_synced(const char *folder) {
        int fd = file(folder, "half_synced", 0);
        return put(fd, "AAAA", 0) || fdatasync(fd) || put(fd, "BB", 0) || put(fd, "CC", 4) || close(fd);
}

// "DD" and two bytes of nothing are synced.
static int cut(const char *folder) {
        int fd = file(folder, "cut", 0);
        return put(fd, "DDDDDDDD", 0) || fsync(fd) || ftruncate(fd, 2) || ftruncate(fd, 4) || fsync(fd) || put(fd, "EE", 2) || ftruncate(fd, 3) || close(fd);
}

static int appended(const char *folder) {
        int fd = file(folder, "appended", O_APPEND);
        return write(fd, "FF", 2) != 2 || fsync(fd) || write(fd, "GG", 2) != 2 || close(fd);
}

static int never_synced(const char *folder) {
        int fd = file(folder, "never_synced", 0);
        return put(fd, "HH", 0) || close(fd);
}

// The content is synced, the name is not: nothing syncs the folder after it.
static int nameless(const char *folder) {
        int fd = file(folder, "nameless", 0);
        return put(fd, "II", 0) || fsync(fd) || close(fd);
}

static int renamed(const char *folder) {
        Place from = place(folder, "new"), to = place(folder, "replaced");
        int fd = file(folder, "new", 0);
        return put(fd, "new", 0) || fsync(fd) || close(fd) || rename(from.path, to.path);
}

int main(int argc, char **argv) {
        int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        if (fd < 0)
                return 2;
        const char *folder = argv[1];
        Place removed = place(folder, "removed");
        if (half_synced(folder) || cut(folder) || appended(folder) || never_synced(folder) || fsync(fd))
                return 1;
        if (nameless(folder) || renamed(folder) || unlink(removed.path))
                return 1;
        puts("ready");
        fflush(stdout);
        pause();
        return 0;
}
