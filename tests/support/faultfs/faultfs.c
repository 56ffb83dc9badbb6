// faultfs: loaded in front of a program (LD_PRELOAD) it keeps, beside every file of one folder, what a power cut would leave of it, and makes the
// Nth call fail. See README.md for the model; tests/fault/disk.mjs puts the durable images in the place of the files.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536
#define IMAGES 4096
#define NAMES 4096
#define CHUNK 65536

// Bytes [from, to) of a file that were written and not synced.
typedef struct Range {
        off_t from, to;
} Range;

// One file, whatever it is called. Its durable content is the file SHADOW/<number>.
typedef struct Image {
        dev_t device;
        ino_t inode;
        bool unlinked, memory; // memory: shared memory in a file (SQLite's -shm), which no restart reads
        int shadow;
        off_t cut; // the shortest it was since the last sync; -1: not cut
        Range *ranges;
        size_t count, capacity;
} Image;

typedef struct Name {
        char path[PATH_MAX]; // below the root
        int image;
} Name;

typedef enum Op { OP_WRITE, OP_SYNC, OP_TRUNCATE, OP_OPEN, OP_RENAME, OP_UNLINK, OPS } Op;
static const char *const op_names[OPS] = {"write", "sync", "truncate", "open", "rename", "unlink"};

// A preloaded library is handed nothing: its state is the process's.
static struct {
        pthread_mutex_t lock;
        char root[PATH_MAX], shadow[PATH_MAX];
        size_t root_length;
        bool lies; // sync answers "done" and does nothing
        useconds_t delay_us;
        Op fault_op;
        long fault_at, seen; // the call that fails; 0: none
        int fault_errno;
        bool fault_lasts;  // and all after it
        bool fault_waits;  // for the file "go" before it counts
        int fds[FDS];     // 0: not ours; n: images[n]; -n: folders[n]
        Image images[IMAGES];
        int images_count;
        Name now[NAMES], kept[NAMES];
        int now_count, kept_count;
        char *folders[FDS];
} fs = {.lock = PTHREAD_MUTEX_INITIALIZER, .images_count = 1};

static void give_up(const char *what) {
        dprintf(2, "faultfs: %s: %s\n", what, strerror(errno));
        _exit(99);
}

static int real_open(const char *path, int flags, mode_t mode) {
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

// ---- Names

// The path below the root without a slash at its end; NULL: elsewhere.
static const char *below_root(const char *path, char *place) {
        if (!fs.root_length || strncmp(path, fs.root, fs.root_length) != 0 || (path[fs.root_length] != '/' && path[fs.root_length] != '\0'))
                return NULL;
        const char *rest = path + fs.root_length;
        while (*rest == '/')
                rest++;
        if (strlen(rest) >= PATH_MAX)
                return NULL;
        snprintf(place, PATH_MAX, "%s", rest);
        for (size_t length = strlen(place); length && place[length - 1] == '/'; length--)
                place[length - 1] = '\0';
        return place;
}

static bool lies_in(const char *path, const char *folder) {
        size_t length = strlen(folder);
        if (length && (strncmp(path, folder, length) != 0 || path[length] != '/'))
                return false;
        return !strchr(path + length + (length ? 1 : 0), '/');
}

static void name_remove(Name *names, int *count, const char *path) {
        for (int i = 0; i < *count; i++)
                if (strcmp(names[i].path, path) == 0)
                        names[i--] = names[--*count];
}

static void name_put(Name *names, int *count, const char *path, int image) {
        name_remove(names, count, path);
        if (*count == NAMES)
                give_up("too many names");
        snprintf(names[*count].path, sizeof names[*count].path, "%s", path);
        names[(*count)++].image = image;
}

// Both tables, for whoever puts the images in place: "kept 3 haike.db" is durable, "now 3 haike.db" is what the files are called.
static void names_write(void) {
        char path[PATH_MAX + 16], fresh[PATH_MAX + 16];
        snprintf(path, sizeof path, "%s/names", fs.shadow);
        snprintf(fresh, sizeof fresh, "%s/names.new", fs.shadow);
        int fd = real_open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd < 0)
                give_up(fresh);
        for (int i = 0; i < fs.kept_count; i++)
                dprintf(fd, "kept %d %s\n", fs.kept[i].image, fs.kept[i].path);
        for (int i = 0; i < fs.now_count; i++)
                dprintf(fd, "now %d %s\n", fs.now[i].image, fs.now[i].path);
        syscall(SYS_close, fd);
        if (syscall(SYS_rename, fresh, path) != 0)
                give_up(path);
}

static void folder_sync(const char *folder) {
        for (int i = 0; i < fs.kept_count; i++)
                if (lies_in(fs.kept[i].path, folder))
                        fs.kept[i--] = fs.kept[--fs.kept_count];
        for (int i = 0; i < fs.now_count; i++)
                if (lies_in(fs.now[i].path, folder))
                        name_put(fs.kept, &fs.kept_count, fs.now[i].path, fs.now[i].image);
        names_write();
}

// ---- Images

static int image_find(const struct stat *info) {
        for (int i = 1; i < fs.images_count; i++)
                if (!fs.images[i].unlinked && fs.images[i].inode == info->st_ino && fs.images[i].device == info->st_dev)
                        return i;
        return 0;
}

static bool is_memory(const char *path) {
        size_t length = strlen(path);
        return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static int image_new(const struct stat *info, const char *path) {
        if (fs.images_count == IMAGES)
                give_up("too many files");
        int number = fs.images_count++;
        char shadow[PATH_MAX + 16];
        snprintf(shadow, sizeof shadow, "%s/%d", fs.shadow, number);
        fs.images[number] = (Image){.device = info->st_dev, .inode = info->st_ino, .memory = is_memory(path), .cut = -1, .shadow = -1};
        if (!fs.images[number].memory) {
                int fd = real_open(shadow, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
                if (fd < 0)
                        give_up(shadow);
                fs.images[number].shadow = fd;
                name_put(fs.now, &fs.now_count, path, number);
        }
        return number;
}

static void image_cut(Image *image, off_t size) {
        if (image->memory)
                return;
        if (image->cut < 0 || size < image->cut)
                image->cut = size;
        for (size_t i = 0; i < image->count; i++)
                if (image->ranges[i].to > size)
                        image->ranges[i].to = size > image->ranges[i].from ? size : image->ranges[i].from;
}

static void image_wrote(Image *image, off_t from, off_t to) {
        if (image->memory || from >= to)
                return;
        Range *last = image->count ? &image->ranges[image->count - 1] : NULL;
        if (last && from <= last->to && to >= last->from) {
                last->from = from < last->from ? from : last->from;
                last->to = to > last->to ? to : last->to;
                return;
        }
        if (image->count == image->capacity) {
                image->capacity = image->capacity ? image->capacity * 2 : 64;
                image->ranges = realloc(image->ranges, image->capacity * sizeof(Range));
                if (!image->ranges)
                        give_up("memory");
        }
        image->ranges[image->count++] = (Range){from, to};
}

static void copy_range(int from_fd, int to_fd, Range range) {
        char chunk[CHUNK];
        while (range.from < range.to) {
                size_t wanted = range.to - range.from < CHUNK ? (size_t)(range.to - range.from) : CHUNK;
                ssize_t got = syscall(SYS_pread64, from_fd, chunk, wanted, range.from);
                if (got <= 0)
                        return; // cut meanwhile
                if (syscall(SYS_pwrite64, to_fd, chunk, got, range.from) != got)
                        give_up("image");
                range.from += got;
        }
}

// What was written becomes durable. A kill in the middle leaves a part of it, as a disk would.
static void image_sync(Image *image, int fd) {
        if (image->memory)
                return;
        char self[64];
        struct stat info;
        snprintf(self, sizeof self, "/proc/self/fd/%d", fd); // fd may be open for writing only
        int from = real_open(self, O_RDONLY | O_CLOEXEC, 0);
        if (from < 0 || fstat(from, &info) != 0)
                give_up(self);
        if (image->cut >= 0 && syscall(SYS_ftruncate, image->shadow, image->cut) != 0)
                give_up("image");
        for (size_t i = 0; i < image->count; i++)
                copy_range(from, image->shadow, image->ranges[i]);
        if (syscall(SYS_ftruncate, image->shadow, info.st_size) != 0)
                give_up("image");
        syscall(SYS_close, from);
        image->count = 0;
        image->cut = -1;
}

// After a sync that failed Linux calls the pages clean: a later sync does not write them.
static void image_forget(Image *image) {
        image->count = 0;
}

// ---- Failing

// True when this is a call that fails; errno says how.
static bool fails(Op op) {
        if (!fs.fault_at || op != fs.fault_op)
                return false;
        char path[PATH_MAX + 16];
        snprintf(path, sizeof path, "%s/go", fs.shadow);
        if (fs.fault_waits && access(path, F_OK) != 0)
                return false;
        fs.fault_waits = false;
        long number = ++fs.seen;
        if (number != fs.fault_at && !(fs.fault_lasts && number > fs.fault_at))
                return false;
        snprintf(path, sizeof path, "%s/failed", fs.shadow);
        int fd = real_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0)
                syscall(SYS_close, fd);
        errno = fs.fault_errno;
        return true;
}

// "write:17:EIO", "sync:3:ENOSPC:on" (this one and all after it)
static void fault_read(const char *text) {
        char op[16] = "", code[16] = "", how[8] = "";
        if (sscanf(text, "%15[a-z]:%ld:%15[A-Z]:%7[a-z]", op, &fs.fault_at, code, how) < 3)
                give_up("FAULTFS_FAIL");
        fs.fault_errno = strcmp(code, "ENOSPC") == 0 ? ENOSPC : EIO;
        fs.fault_lasts = strcmp(how, "on") == 0;
        for (int i = 0; i < OPS; i++)
                if (strcmp(op_names[i], op) == 0)
                        fs.fault_op = (Op)i;
}

// ---- The start: what is there is durable

static void take_over_file(const char *path, const char *below, const struct stat *info) {
        int file = real_open(path, O_RDONLY | O_CLOEXEC, 0), number = image_new(info, below);
        if (file < 0)
                give_up(path);
        copy_range(file, fs.images[number].shadow, (Range){0, info->st_size});
        syscall(SYS_close, file);
        name_put(fs.kept, &fs.kept_count, below, number);
}

static void join(char *place, const char *folder, const char *name) {
        if (snprintf(place, PATH_MAX, "%s%s%s", folder, *folder ? "/" : "", name) >= PATH_MAX)
                give_up(name);
}

static void take_over(const char *folder) {
        char path[PATH_MAX], below[PATH_MAX];
        join(path, fs.root, folder);
        DIR *entries = opendir(path);
        for (struct dirent *entry; entries && (entry = readdir(entries));) {
                struct stat info;
                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                join(below, folder, entry->d_name);
                join(path, fs.root, below);
                if (lstat(path, &info) != 0)
                        give_up(path);
                if (S_ISDIR(info.st_mode))
                        take_over(below);
                else if (S_ISREG(info.st_mode) && !is_memory(below))
                        take_over_file(path, below, &info);
        }
        if (entries)
                closedir(entries);
}

__attribute__((constructor)) static void start(void) {
        const char *root = getenv("FAULTFS_ROOT"), *shadow = getenv("FAULTFS_SHADOW");
        const char *lies = getenv("FAULTFS_LIES"), *delay = getenv("FAULTFS_DELAY_US"), *fault = getenv("FAULTFS_FAIL");
        unsetenv("LD_PRELOAD"); // one process has the folder
        if (!root || !shadow)
                return;
        snprintf(fs.root, sizeof fs.root, "%s", root);
        snprintf(fs.shadow, sizeof fs.shadow, "%s", shadow);
        fs.lies = lies != NULL;
        fs.delay_us = delay ? (useconds_t)strtoul(delay, NULL, 10) : 0;
        if (fault)
                fault_read(fault);
        fs.fault_waits = getenv("FAULTFS_WAITS") != NULL;
        fs.root_length = strlen(fs.root);
        take_over("");
        names_write();
}

// ---- The calls

static int entry_of(int fd) {
        return fd >= 0 && fd < FDS ? __atomic_load_n(&fs.fds[fd], __ATOMIC_ACQUIRE) : 0;
}

static void entry_set(int fd, int entry) {
        if (fd >= FDS)
                give_up("too many open files");
        __atomic_store_n(&fs.fds[fd], entry, __ATOMIC_RELEASE);
}

static void opened(int fd, const char *below, int flags) {
        struct stat info;
        if (fstat(fd, &info) != 0)
                give_up(below);
        if ((flags & O_TMPFILE) == O_TMPFILE)
                return; // has no name, and nobody finds it after a crash
        if (S_ISDIR(info.st_mode)) {
                free(fs.folders[fd]);
                fs.folders[fd] = strdup(below);
                entry_set(fd, -1);
        } else if (S_ISREG(info.st_mode)) {
                int number = image_find(&info);
                bool is_new = !number;
                if (is_new)
                        number = image_new(&info, below);
                if (flags & O_TRUNC)
                        image_cut(&fs.images[number], 0);
                entry_set(fd, number);
                if (is_new)
                        names_write();
        }
}

static int open_below(const char *path, int flags, mode_t mode) {
        char place[PATH_MAX];
        const char *below = below_root(path, place);
        if (!below)
                return real_open(path, flags, mode);
        pthread_mutex_lock(&fs.lock);
        int fd = fails(OP_OPEN) ? -1 : real_open(path, flags, mode);
        if (fd >= 0)
                opened(fd, below, flags);
        pthread_mutex_unlock(&fs.lock);
        return fd;
}

static mode_t mode_of(int flags, va_list list) {
        return flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
        va_list list;
        va_start(list, flags);
        mode_t mode = mode_of(flags, list);
        va_end(list);
        return open_below(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
        va_list list;
        va_start(list, flags);
        mode_t mode = mode_of(flags, list);
        va_end(list);
        return path[0] == '/' || folder == AT_FDCWD ? open_below(path, flags, mode) : (int)syscall(SYS_openat, folder, path, flags, mode);
}

static ssize_t note_write(int fd, int entry, const void *data, size_t size, off_t at) {
        pthread_mutex_lock(&fs.lock);
        bool failing = fails(OP_WRITE);
        int error = errno;
        off_t from = at;
        if (at < 0) {
                struct stat info;
                bool append = fcntl(fd, F_GETFL) & O_APPEND;
                from = append && fstat(fd, &info) == 0 ? info.st_size : lseek(fd, 0, SEEK_CUR);
        }
        size_t wanted = failing ? size / 2 : size; // what fails may have done half of it
        ssize_t put = at < 0 ? syscall(SYS_write, fd, data, wanted) : syscall(SYS_pwrite64, fd, data, wanted, at);
        if (put > 0)
                image_wrote(&fs.images[entry], from, from + put);
        if (failing)
                errno = error;
        pthread_mutex_unlock(&fs.lock);
        return failing ? -1 : put;
}

ssize_t write(int fd, const void *data, size_t size) {
        int entry = entry_of(fd);
        return entry > 0 ? note_write(fd, entry, data, size, -1) : syscall(SYS_write, fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
        int entry = entry_of(fd);
        return entry > 0 ? note_write(fd, entry, data, size, at) : syscall(SYS_pwrite64, fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
        if (entry_of(fd) > 0)
                give_up("writev");
        return syscall(SYS_writev, fd, parts, count);
}

int ftruncate(int fd, off_t size) {
        int entry = entry_of(fd);
        if (entry <= 0)
                return (int)syscall(SYS_ftruncate, fd, size);
        pthread_mutex_lock(&fs.lock);
        int code = fails(OP_TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
        if (code == 0)
                image_cut(&fs.images[entry], size);
        pthread_mutex_unlock(&fs.lock);
        return code;
}

static int sync_either(int fd, long call) {
        int entry = entry_of(fd);
        if (!entry)
                return (int)syscall(call, fd);
        if (fs.delay_us)
                usleep(fs.delay_us);
        pthread_mutex_lock(&fs.lock);
        int code = fails(OP_SYNC) ? -1 : 0;
        if (code != 0 && entry > 0)
                image_forget(&fs.images[entry]);
        else if (code == 0 && !fs.lies && entry > 0)
                image_sync(&fs.images[entry], fd);
        else if (code == 0 && !fs.lies)
                folder_sync(fs.folders[fd]);
        pthread_mutex_unlock(&fs.lock);
        return code;
}

int fsync(int fd) {
        return sync_either(fd, SYS_fsync);
}

int fdatasync(int fd) {
        return sync_either(fd, SYS_fdatasync);
}

int close(int fd) {
        if (entry_of(fd))
                entry_set(fd, 0);
        return (int)syscall(SYS_close, fd);
}

// The file that path names is not called so any more.
static void forget_name(const char *path, const char *below, bool last_name) {
        struct stat info;
        int number = lstat(path, &info) == 0 && S_ISREG(info.st_mode) ? image_find(&info) : 0;
        if (number && last_name && info.st_nlink == 1)
                fs.images[number].unlinked = true;
        name_remove(fs.now, &fs.now_count, below);
}

int rename(const char *from, const char *to) {
        char from_place[PATH_MAX], to_place[PATH_MAX];
        const char *from_below = below_root(from, from_place), *to_below = below_root(to, to_place);
        if (!from_below && !to_below)
                return (int)syscall(SYS_rename, from, to);
        if (!from_below || !to_below) {
                errno = EXDEV;
                give_up("rename over the border");
        }
        pthread_mutex_lock(&fs.lock);
        int code = fails(OP_RENAME) ? -1 : 0, number = 0;
        struct stat info;
        if (code == 0 && lstat(from, &info) == 0)
                number = image_find(&info);
        if (code == 0 && number) {
                forget_name(to, to_below, true);
                name_remove(fs.now, &fs.now_count, from_below);
                name_put(fs.now, &fs.now_count, to_below, number);
        }
        if (code == 0) {
                code = (int)syscall(SYS_rename, from, to);
                names_write();
        }
        pthread_mutex_unlock(&fs.lock);
        return code;
}

int unlink(const char *path) {
        char place[PATH_MAX];
        const char *below = below_root(path, place);
        if (!below)
                return (int)syscall(SYS_unlink, path);
        pthread_mutex_lock(&fs.lock);
        int code = fails(OP_UNLINK) ? -1 : 0;
        if (code == 0) {
                forget_name(path, below, true);
                code = (int)syscall(SYS_unlink, path);
                names_write();
        }
        pthread_mutex_unlock(&fs.lock);
        return code;
}

// The same calls under the names that 64-bit offsets go by.
int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) __attribute__((alias("pwrite")));
int ftruncate64(int fd, off64_t size) __attribute__((alias("ftruncate")));
