#ifndef VIMAP_CURL_H
#define VIMAP_CURL_H

// 7.85 is the first version with CURLOPT_PROTOCOLS_STR.
#include <curl/curl.h>

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or later is needed"
#endif

// libcurl and the forty libraries that it needs take longer to load than everything else that vimap
// does at its start, and most runs send no request. So vimap isn't linked with it: its functions
// are defined in libcurl.c, and load it when the first of them is called.

/// Loads libcurl, if that was not done before. Returns NULL, or why it can't be loaded.
const char *vimap_curl_load(void);

/// Makes the calling thread read text as UTF-8 from now on, whatever the environment says.
void vimap_thread_use_utf8(void);

/// The version that is loaded, in the form of LIBCURL_VERSION_NUM; 0 if there is none. It may
/// differ from that of curl.h.
unsigned int vimap_curl_version(void);

/// curl_url_get(3). Its handle is constant from 8.0 on, so a single declaration does not fit all
/// versions.
CURLUcode vimap_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags);

/// CURL_NETRC_REQUIRED, which is an enumerator in older versions and a number in later ones.
static const long vimap_netrc_required = CURL_NETRC_REQUIRED;

/// CURLINFO_CONN_ID, which is new in 8.2. Older versions report that they don't know it.
static const CURLINFO vimap_info_connection = (CURLINFO)(CURLINFO_OFF_T + 64);

// Variadic functions set options and return facts. Swift can't call them. Each takes its argument
// as exactly one C type, so there is a function here for each of these types.

CURLcode vimap_easy_set_long(CURL *easy, CURLoption option, long value);

CURLcode vimap_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value);

/// For strings, lists and arguments of callbacks.
CURLcode vimap_easy_set_pointer(CURL *easy, CURLoption option, const void *value);

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
CURLcode vimap_easy_set_writer(
    CURL *easy, CURLoption option, curl_write_callback value);

/// For CURLOPT_PREREQFUNCTION.
CURLcode vimap_easy_set_prereq(
    CURL *easy, CURLoption option, curl_prereq_callback value);

/// For CURLOPT_DEBUGFUNCTION.
CURLcode vimap_easy_set_debug(
    CURL *easy, curl_debug_callback value, void *user);

/// `user` is passed to both callbacks.
CURLcode vimap_easy_set_socket_callbacks(
    CURL *easy, curl_sockopt_callback opened, curl_closesocket_callback close, void *user);

CURLcode vimap_easy_get_long(CURL *easy, CURLINFO info, long *value);

CURLcode vimap_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);

/// The text belongs to libcurl.
CURLcode vimap_easy_get_text(CURL *easy, CURLINFO info, const char **value);

CURLcode vimap_easy_get_private(CURL *easy, void **value);

CURLMcode vimap_multi_set_long(CURLM *multi, CURLMoption option, long value);

/// `user` is passed to both callbacks.
CURLMcode vimap_multi_set_callbacks(
    CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *user);

#endif
