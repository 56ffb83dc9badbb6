// Finds routes in a tree of path segments. A literal segment is tried before a capture, and a capture with an ending ("{token}.ics") before one without;
// where the one leads nowhere, the next is tried.
#include "http/router.h"
#include <stdlib.h>

#define METHODS (HTTP_METHOD_OTHER + 1)
#define PARAMS_MAX (int)(sizeof((RouteMatch *)0)->params / sizeof(Str))

typedef struct Node Node;
struct Node {
        Str segment; // of the table's pattern; of a capture what follows it, often nothing
        bool capture, ends;
        const void *routes[METHODS];
        Node *children, *sibling; // literals first
};

struct Router {
        Node root;
};

typedef struct Found {
        const Node *node;
        Str params[6];
} Found;

static Node *node_child(Node *parent, Str segment, bool capture) {
        Node **link = &parent->children;
        for (; *link; link = &(*link)->sibling)
                if ((*link)->capture == capture && str_eq((*link)->segment, segment))
                        return *link;
        Node *node = calloc(1, sizeof *node);
        ensure(node);
        node->segment = segment;
        node->capture = capture;
        if (capture && segment.len) {
                for (link = &parent->children; *link && !(*link)->capture;)
                        link = &(*link)->sibling;
                node->sibling = *link;
                *link = node;
        } else if (capture) {
                *link = node;
        } else {
                node->sibling = parent->children;
                parent->children = node;
        }
        return node;
}

static void router_add(Router *router, const RouterEntry *entry) {
        Str rest = str_from(entry->pattern), segment;
        Node *node = &router->root;
        int captures = 0;
        ensure(entry->route && str_starts(rest, STR("/")));
        rest = str_slice(rest, 1, rest.len);
        ensure(!str_ends(rest, STR("/")));
        while (str_cut(&rest, '/', &segment)) {
                bool capture = str_starts(segment, STR("{"));
                ptrdiff_t end = str_find_char(segment, '}');
                ensure(segment.len > 0 && (end >= 0) == capture && (!capture || end > 1));
                captures += capture;
                node = node_child(node, capture ? str_slice(segment, (size_t)end + 1, segment.len) : segment, capture);
        }
        ensure(captures <= PARAMS_MAX);
        ensure(!node->routes[entry->method]); // otherwise the pattern is there twice
        node->routes[entry->method] = entry->route;
        node->ends = true;
}

Router *router_new(const RouterEntry *entries, size_t count) {
        Router *router = calloc(1, sizeof *router);
        ensure(router);
        for (size_t i = 0; i < count; i++)
                router_add(router, &entries[i]);
        return router;
}

static void nodes_free(Node *node) {
        while (node) {
                Node *sibling = node->sibling;
                nodes_free(node->children);
                free(node);
                node = sibling;
        }
}

void router_free(Router *router) {
        if (!router)
                return;
        nodes_free(router->root.children);
        free(router);
}

static const void *node_route(const Node *node, HttpMethod method) {
        if (!node->routes[method] && method == HTTP_HEAD)
                return node->routes[HTTP_GET];
        return node->routes[method];
}

// The first node that has the method; else any that has the path.
static bool walk(const Node *node, Str rest, HttpMethod method, int depth, Found *found, Found *other) {
        Str segment;
        if (!str_cut(&rest, '/', &segment)) {
                if (!node->ends)
                        return false;
                found->node = node;
                if (node_route(node, method))
                        return true;
                if (!other->node)
                        *other = *found;
                return false;
        }
        for (const Node *child = node->children; child; child = child->sibling) {
                bool fits = child->capture ? segment.len > child->segment.len && str_ends(segment, child->segment) && depth < PARAMS_MAX : str_eq(child->segment, segment);
                if (!fits)
                        continue;
                if (child->capture)
                        found->params[depth] = str_slice(segment, 0, segment.len - child->segment.len);
                if (walk(child, rest, method, depth + child->capture, found, other))
                        return true;
        }
        return false;
}

static int captures_to(const Found *found) {
        int count = 0;
        while (count < PARAMS_MAX && found->params[count].data)
                count++;
        return count;
}

static Str allow_text(Arena *arena, const Node *node) {
        static const char *const NAMES[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
        Buf text = buf_make(arena, 256);
        for (int method = HTTP_GET; method < HTTP_METHOD_OTHER; method++) {
                if (!node_route(node, (HttpMethod)method))
                        continue;
                if (text.len)
                        buf_lit(&text, ", ");
                buf_add(&text, str_from(NAMES[method]));
        }
        return buf_str(&text);
}

RouteMatch router_find(const Router *router, Arena *arena, HttpMethod method, Str path) {
        RouteMatch match = {0};
        Found found = {0}, other = {0};
        if (!str_starts(path, STR("/")) || (path.len > 1 && str_ends(path, STR("/"))))
                return match;
        if (walk(&router->root, str_slice(path, 1, path.len), method, 0, &found, &other)) {
                match.route = node_route(found.node, method);
                memcpy(match.params, found.params, sizeof match.params);
                match.params_count = captures_to(&found);
        } else if (other.node) {
                match.allow = allow_text(arena, other.node);
        }
        return match;
}
