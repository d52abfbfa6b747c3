#define _GNU_SOURCE
#include "vimap_curl.h"

#include <dlfcn.h>
#include <locale.h>
#include <stddef.h>
#include <string.h>

// Every function of libcurl that is used. X is called with each of them.
#define FUNCTIONS(X) \
  X(curl_global_init) \
  X(curl_version_info) \
  X(curl_free) \
  X(curl_getdate) \
  X(curl_easy_init) \
  X(curl_easy_cleanup) \
  X(curl_easy_reset) \
  X(curl_easy_setopt) \
  X(curl_easy_getinfo) \
  X(curl_easy_strerror) \
  X(curl_easy_option_by_id) \
  X(curl_multi_init) \
  X(curl_multi_cleanup) \
  X(curl_multi_setopt) \
  X(curl_multi_add_handle) \
  X(curl_multi_remove_handle) \
  X(curl_multi_info_read) \
  X(curl_multi_socket_action) \
  X(curl_multi_strerror) \
  X(curl_url) \
  X(curl_url_cleanup) \
  X(curl_url_set) \
  X(curl_url_get) \
  X(curl_url_strerror)

// curl.h defines these as macros that check types, or that pass exactly three arguments.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

static struct {
#define POINTER(name) __typeof__(&name) name;
  FUNCTIONS(POINTER)
} lib;

const char *vimap_curl_load(void) {
  static const char *problem;
  static int is_loaded;
  if (is_loaded || problem) return problem;
  void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  // The text of dlerror(3) lasts only until its next call.
  if (!handle) return problem = strdup(dlerror());
#define LOOK_UP(name) \
  if (!(lib.name = (__typeof__(&name))dlsym(handle, #name))) return problem = strdup(dlerror());
  FUNCTIONS(LOOK_UP)
  is_loaded = 1;
  return NULL;
}

void vimap_thread_use_utf8(void) {
  static locale_t utf8;
  if (!utf8) utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  // Without such a locale, names in ASCII still work.
  if (utf8) uselocale(utf8);
}

static int is_there(void) { return vimap_curl_load() == NULL; }

// Functions that can be called before there is a handle report themselves that there is no library.

CURLcode curl_global_init(long flags) {
  return is_there() ? lib.curl_global_init(flags) : CURLE_FAILED_INIT;
}

unsigned int vimap_curl_version(void) {
  return is_there() ? lib.curl_version_info(CURLVERSION_NOW)->version_num : 0;
}

CURL *curl_easy_init(void) { return is_there() ? lib.curl_easy_init() : NULL; }

CURLM *curl_multi_init(void) { return is_there() ? lib.curl_multi_init() : NULL; }

CURLU *curl_url(void) { return is_there() ? lib.curl_url() : NULL; }

time_t curl_getdate(const char *text, const time_t *unused) {
  return is_there() ? lib.curl_getdate(text, unused) : -1;
}

const char *curl_easy_strerror(CURLcode code) {
  return is_there() ? lib.curl_easy_strerror(code) : vimap_curl_load();
}

// The others take a handle, or something that came from one.

void curl_free(void *memory) { lib.curl_free(memory); }

void curl_easy_cleanup(CURL *easy) { lib.curl_easy_cleanup(easy); }

void curl_easy_reset(CURL *easy) { lib.curl_easy_reset(easy); }

const struct curl_easyoption *curl_easy_option_by_id(CURLoption option) {
  return lib.curl_easy_option_by_id(option);
}

CURLMcode curl_multi_cleanup(CURLM *multi) { return lib.curl_multi_cleanup(multi); }

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy) {
  return lib.curl_multi_add_handle(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy) {
  return lib.curl_multi_remove_handle(multi, easy);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left) {
  return lib.curl_multi_info_read(multi, left);
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int what, int *running) {
  return lib.curl_multi_socket_action(multi, socket, what, running);
}

const char *curl_multi_strerror(CURLMcode code) { return lib.curl_multi_strerror(code); }

void curl_url_cleanup(CURLU *url) { lib.curl_url_cleanup(url); }

CURLUcode curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
  return lib.curl_url_set(url, part, text, flags);
}

const char *curl_url_strerror(CURLUcode code) { return lib.curl_url_strerror(code); }

CURLUcode vimap_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags) {
  return lib.curl_url_get(url, part, text, flags);
}

CURLcode vimap_easy_set_long(CURL *easy, CURLoption option, long value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode vimap_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode vimap_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode vimap_easy_set_writer(
    CURL *easy, CURLoption option, curl_write_callback value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode vimap_easy_set_prereq(
    CURL *easy, CURLoption option, curl_prereq_callback value) {
  return lib.curl_easy_setopt(easy, option, value);
}

CURLcode vimap_easy_set_debug(
    CURL *easy, curl_debug_callback value, void *user) {
  CURLcode code = lib.curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, value);
  return code == CURLE_OK ? lib.curl_easy_setopt(easy, CURLOPT_DEBUGDATA, user) : code;
}

CURLcode vimap_easy_set_socket_callbacks(
    CURL *easy, curl_sockopt_callback opened, curl_closesocket_callback close, void *user) {
  CURLcode code = lib.curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, opened);
  if (code == CURLE_OK) code = lib.curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, user);
  if (code == CURLE_OK) code = lib.curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
  if (code == CURLE_OK) code = lib.curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, user);
  return code;
}

CURLcode vimap_easy_get_long(CURL *easy, CURLINFO info, long *value) {
  return lib.curl_easy_getinfo(easy, info, value);
}

CURLcode vimap_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return lib.curl_easy_getinfo(easy, info, value);
}

CURLcode vimap_easy_get_text(CURL *easy, CURLINFO info, const char **value) {
  return lib.curl_easy_getinfo(easy, info, (char **)value);
}

CURLcode vimap_easy_get_private(CURL *easy, void **value) {
  return lib.curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

CURLMcode vimap_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return lib.curl_multi_setopt(multi, option, value);
}

CURLMcode vimap_multi_set_callbacks(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *user) {
  CURLMcode code = lib.curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
  if (code == CURLM_OK) code = lib.curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, user);
  if (code == CURLM_OK) code = lib.curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
  if (code == CURLM_OK) code = lib.curl_multi_setopt(multi, CURLMOPT_TIMERDATA, user);
  return code;
}
