#ifndef VIMAP_CCURL_SHIM_H
#define VIMAP_CCURL_SHIM_H

// 7.85 is the first version with CURLOPT_PROTOCOLS_STR.
#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or later is needed"
#endif

// Options are set, and facts asked for, through variadic functions, which Swift can't call. Each
// takes its argument as exactly one C type; there is a function for each of these types.

static inline CURLcode vimap_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode vimap_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

/// For strings, lists and what is handed to callbacks.
static inline CURLcode vimap_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
static inline CURLcode vimap_easy_set_writer(
    CURL *easy, CURLoption option, curl_write_callback value) {
  return curl_easy_setopt(easy, option, value);
}

/// For CURLOPT_PREREQFUNCTION.
static inline CURLcode vimap_easy_set_prereq(
    CURL *easy, CURLoption option, curl_prereq_callback value) {
  return curl_easy_setopt(easy, option, value);
}

/// For CURLOPT_DEBUGFUNCTION.
static inline CURLcode vimap_easy_set_debug(
    CURL *easy, curl_debug_callback value, void *user) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, value);
  return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_DEBUGDATA, user) : code;
}

/// `user` is handed to both callbacks.
static inline CURLcode vimap_easy_set_socket_callbacks(
    CURL *easy, curl_sockopt_callback opened, curl_closesocket_callback close, void *user) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, opened);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, user);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, user);
  return code;
}

static inline CURLcode vimap_easy_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode vimap_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}

/// The text is libcurl's.
static inline CURLcode vimap_easy_get_text(CURL *easy, CURLINFO info, const char **value) {
  return curl_easy_getinfo(easy, info, (char **)value);
}

static inline CURLcode vimap_easy_get_private(CURL *easy, void **value) {
  return curl_easy_getinfo(easy, CURLINFO_PRIVATE, value);
}

static inline CURLMcode vimap_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

/// `user` is handed to both callbacks.
static inline CURLMcode vimap_multi_set_callbacks(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *user) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, user);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
  if (code == CURLM_OK) code = curl_multi_setopt(multi, CURLMOPT_TIMERDATA, user);
  return code;
}

#endif
