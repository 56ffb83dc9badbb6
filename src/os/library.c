// Shared libraries that are loaded when the feature that needs them is first used: what nobody has switched on costs neither memory nor time at the start.
#include "os/os.h"
#include <dlfcn.h>

Status library_load(Context *context, const char *file, const char *const *names, size_t count, void *ret_calls) {
        void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (!library) {
                Status status = error_set(context, STATUS_IO, "not_installed", str_from(file));
                context->error.detail = str_copy(context->arena, str_from(dlerror()));
                return status;
        }
        char *calls = ret_calls;
        for (size_t i = 0; i < count; i++) {
                void *call = dlsym(library, names[i]);
                if (!call)
                        return error_detail(context, STATUS_IO, "not_installed", "%s has no %s", file, names[i]);
                memcpy(calls + i * sizeof call, &call, sizeof call);
        }
        dlclose(library); // it stays loaded: such libraries keep threads and tables of their own
        return STATUS_OK;
}
