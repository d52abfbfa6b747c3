// Runs a command beside an HTTP server that answers each request after some time, and says how many
// requests there were at once. In C, so that ten thousand can come before the first is answered.
//
// Build: cc -O2 -o slow-server slow-server.c
// Usage: slow-server SECONDS FILE COMMAND [ARG ...]
//
// The command finds the server's port as SLOW_PORT. When it has ended, FILE gets the most requests
// that were under way at once, and how many there were, as an object of JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { listeners = 8, most_connections = 1 << 17, longest_request = 8192 };
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}";

// By descriptor: which of those that had its number this is, and what has come of its request.
static struct connection {
  unsigned serial;
  int length;
  char *request;
} connections[most_connections];

// All answers take as long, so those that are due first are the first that came.
static struct {
  int descriptor;
  unsigned serial;
  double due;
} queue[most_connections];
static unsigned first, last;
static long now_under_way, most_under_way, total;
static int events;

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void watch(int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(events, EPOLL_CTL_ADD, descriptor, &event) < 0) exit((perror("epoll_ctl"), 71));
}

// The kernel spreads connections over several listeners. One queue of the usual 4096 would overflow
// when ten thousand come at once, and those left out come again seconds later.
static int listen_at(int port) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  if (bind(descriptor, (struct sockaddr *)&address, size) < 0 || listen(descriptor, 4096) < 0 ||
      getsockname(descriptor, (struct sockaddr *)&address, &size) < 0)
    exit((perror("listen"), 71));
  watch(descriptor);
  return ntohs(address.sin_port);
}

static void take_connections(int listener) {
  int descriptor;
  while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    struct connection *connection = &connections[descriptor];
    connection->length = 0;
    if (!connection->request) connection->request = malloc(longest_request + 1);
    watch(descriptor);
  }
}

static int is_whole(const char *request, int length) {
  const char *gap = strstr(request, "\r\n\r\n"), *field = strcasestr(request, "content-length:");
  if (!gap) return 0;
  int body = field && field < gap ? atoi(field + 15) : 0;
  return length >= gap + 4 - request + body;
}

static void read_request(int descriptor, double patience) {
  struct connection *connection = &connections[descriptor];
  ssize_t count = read(descriptor, connection->request + connection->length,
                       longest_request - connection->length);
  if (count <= 0) {
    connection->serial++;
    close(descriptor);
    return;
  }
  connection->length += count;
  connection->request[connection->length] = 0;
  if (!is_whole(connection->request, connection->length)) return;
  connection->length = 0;
  total++;
  if (++now_under_way > most_under_way) most_under_way = now_under_way;
  unsigned place = last++ % most_connections;
  queue[place].descriptor = descriptor;
  queue[place].serial = connection->serial;
  queue[place].due = seconds_now() + patience;
}

// Answers what is due; milliseconds until the next is, or -1.
static int give_answers(void) {
  double now = seconds_now();
  for (; first != last; first++) {
    unsigned place = first % most_connections;
    if (queue[place].due > now) return (queue[place].due - now) * 1000 + 1;
    now_under_way--;
    if (connections[queue[place].descriptor].serial == queue[place].serial)
      if (write(queue[place].descriptor, answer, sizeof answer - 1) < 0) perror("answer");
  }
  return -1;
}

static int run_command(char **command, int port) {
  char text[16];
  snprintf(text, sizeof text, "%d", port);
  setenv("SLOW_PORT", text, 1);
  pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  int watched = syscall(SYS_pidfd_open, child, 0);
  if (watched < 0) exit((perror("pidfd_open"), 71));
  watch(watched);
  return watched;
}

int main(int count, char **arguments) {
  if (count < 4) return fputs("usage: slow-server SECONDS FILE COMMAND [ARG ...]\n", stderr), 64;
  events = epoll_create1(EPOLL_CLOEXEC);
  int port = 0;
  for (int number = 0; number < listeners; number++) port = listen_at(port);
  int command = run_command(arguments + 3, port);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max < most_connections ? limit.rlim_max : most_connections;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (;;) {
    struct epoll_event ready[256];
    int number = epoll_wait(events, ready, 256, give_answers());
    for (int place = 0; place < number; place++) {
      int descriptor = ready[place].data.fd, status;
      if (descriptor == command) {
        wait(&status);
        FILE *result = fopen(arguments[2], "w");
        if (!result) return perror(arguments[2]), 73;
        fprintf(result, "{\"peak\": %ld, \"total\": %ld}\n", most_under_way, total);
        fclose(result);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
      if (descriptor < command)
        take_connections(descriptor);  // only listeners were opened before the command
      else
        read_request(descriptor, atof(arguments[1]));
    }
  }
}
