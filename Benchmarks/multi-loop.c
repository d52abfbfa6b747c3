// The bare loop on libcurl's multi interface that vimap's HTTP worker is measured against: it
// POSTs each line of FILE to URL, IN_FLIGHT at a time in one process, and throws the answers away.
// It parses nothing, pairs nothing and writes nothing.
//
// Build: cc -O2 -o multi-loop multi-loop.c -lcurl
// Usage: multi-loop URL IN_FLIGHT FILE
//
// Prints the requests answered with status 200 and the seconds they took.
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

static int events;         // the epoll descriptor
static long patience = -1; // milliseconds until libcurl wants to be called again; -1: not at all

static int watch(CURL *easy, curl_socket_t socket, int what, void *user, void *known) {
  (void)easy, (void)user, (void)known;
  struct epoll_event event = {.data.fd = socket};
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  if (what == CURL_POLL_REMOVE)
    epoll_ctl(events, EPOLL_CTL_DEL, socket, NULL);
  else if (epoll_ctl(events, EPOLL_CTL_ADD, socket, &event))
    epoll_ctl(events, EPOLL_CTL_MOD, socket, &event);
  return 0;
}

static int set_timer(CURLM *multi, long milliseconds, void *user) {
  (void)multi, (void)user;
  patience = milliseconds;
  return 0;
}

static size_t discard(char *bytes, size_t size, size_t count, void *user) {
  (void)bytes, (void)user;
  return size * count;
}

static const char *rest, *end; // what has not been sent yet

// Begins the request for the next line; 0 where there is none.
static int begin(CURLM *multi, CURL *easy) {
  if (rest == end) return 0;
  const char *feed = memchr(rest, '\n', end - rest);
  const char *stop = feed ? feed : end;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, rest);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)(stop - rest));
  rest = feed ? feed + 1 : end;
  curl_multi_add_handle(multi, easy);
  return 1;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
  if (count != 4) return fputs("usage: multi-loop URL IN_FLIGHT FILE\n", stderr), 64;
  int file = open(arguments[3], O_RDONLY);
  struct stat facts;
  if (file < 0 || fstat(file, &facts)) return perror(arguments[3]), 66;
  rest = mmap(NULL, facts.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  end = rest + facts.st_size;

  curl_global_init(CURL_GLOBAL_DEFAULT);
  events = epoll_create1(EPOLL_CLOEXEC);
  CURLM *multi = curl_multi_init();
  long width = atol(arguments[2]);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, width);
  struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Expect:");

  double start = now();
  long answered = 0, in_flight = 0;
  for (long number = 0; number < width; number++) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    in_flight += begin(multi, easy);
  }
  while (in_flight > 0) {
    struct epoll_event ready[64];
    int running;
    int found = epoll_wait(events, ready, 64, (int)patience);
    for (int number = 0; number < found; number++) {
      int what = (ready[number].events & EPOLLIN ? CURL_CSELECT_IN : 0)
        | (ready[number].events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
        | (ready[number].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(multi, ready[number].data.fd, what, &running);
    }
    if (found == 0) curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left))) {
      CURL *easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      answered += message->data.result == CURLE_OK && status == 200;
      curl_multi_remove_handle(multi, easy);
      in_flight += begin(multi, easy) - 1;
    }
  }
  printf("%ld %f\n", answered, now() - start);
  return 0;
}
