// Loading libcurl, what all its handles have in common, and what its failures are called here.
#include "link/net/curl.h"
#include "link/net/net.h"
#include "os/os.h"

#define CONNECT_MS 8000L

Status curl_load(Context *context, CurlCalls *ret) {
#define CURL_NAME(name) #name,
        static const char *const names[] = {CURL_CALLS(CURL_NAME)};
        return library_load(context, "libcurl.so.4", names, sizeof names / sizeof *names, ret);
}

void curl_prepare(const CurlCalls *calls, CURL *curl, Str ca, int timeout_ms, Arena *arena) {
        calls->curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        calls->curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
        calls->curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < CONNECT_MS ? (long)timeout_ms : CONNECT_MS);
        calls->curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
        calls->curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
        calls->curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        if (ca.len) {
                struct curl_blob blob = {.data = str_c(arena, ca), .len = ca.len, .flags = CURL_BLOB_COPY};
                calls->curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
                calls->curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        }
}

const char *net_code(NetResult result) {
        static const char *const codes[] = {
                [NET_DONE] = "net_failed", [NET_HOST] = "net_host", [NET_CONNECT] = "net_connect", [NET_TIME] = "net_time", [NET_CERTIFICATE] = "net_certificate", [NET_TLS] = "net_tls",
                [NET_PLAIN] = "net_plain", [NET_SIGN_IN] = "net_sign_in", [NET_SENDER] = "net_sender", [NET_RECIPIENT] = "net_recipient", [NET_REFUSED] = "net_refused", [NET_LARGE] = "net_large",
                [NET_ADDRESS] = "net_address", [NET_FAILED] = "net_failed",
        };
        return codes[result];
}

bool net_pem_valid(Str pem) {
        const Str begin = STR("-----BEGIN CERTIFICATE-----"), end = STR("-----END CERTIFICATE-----");
        size_t count = 0;
        for (pem = str_trim(pem); pem.len; pem = str_trim(pem), count++) {
                ptrdiff_t last = str_find(pem, end);
                if (!str_starts(pem, begin) || last < 0)
                        return false;
                for (size_t i = begin.len; i < (size_t)last; i++) {
                        char c = pem.data[i];
                        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("+/=\r\n ", c, 6)))
                                return false;
                }
                pem = str_slice(pem, (size_t)last + end.len, pem.len);
        }
        return count > 0;
}
