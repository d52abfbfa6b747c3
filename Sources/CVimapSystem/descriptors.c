#define _GNU_SOURCE
#include "vimap_system.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int vimap_pipe(int *reading, int *writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -1;
  *reading = ends[0];
  *writing = ends[1];
  return 0;
}

int vimap_socket_pair(int *one, int *other) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -1;
  *one = ends[0];
  *other = ends[1];
  return 0;
}

int vimap_set_pipe_nonblocking(int end) { return fcntl(end, F_SETFL, O_NONBLOCK); }

int vimap_set_pipe_capacity(int descriptor, int bytes) {
  return fcntl(descriptor, F_SETPIPE_SZ, bytes);
}

int vimap_unread_bytes(int descriptor) {
  int unread = 0;
  return ioctl(descriptor, FIONREAD, &unread) < 0 ? -1 : unread;
}

int vimap_poll(struct pollfd *places, size_t count, int64_t nanoseconds) {
  struct timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return ppoll(places, count, &limit, NULL);
}

int vimap_memory_file(void) { return memfd_create("vimap-record", MFD_CLOEXEC); }

int vimap_lock_file(int descriptor, pid_t *holder) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  *holder = 0;
  if (fcntl(descriptor, F_SETLK, &lock) == 0) return 0;
  if (errno != EACCES && errno != EAGAIN) return -1;
  lock.l_type = F_WRLCK;
  if (fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
    *holder = lock.l_pid;
  return 1;
}

int vimap_open(const char *path, int flags) { return open(path, flags | O_CLOEXEC, 0666); }

int vimap_open_null(int number) {
  int opened = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (opened < 0) return opened;
  if (opened == number) return fcntl(number, F_SETFD, 0) < 0 ? -1 : number;
  int result = dup2(opened, number);
  close(opened);
  return result;
}

int vimap_replace(int descriptor, int other) { return dup3(other, descriptor, O_CLOEXEC); }

int vimap_is_open(int descriptor) {
  // A sandbox may refuse to answer.
  return fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF;
}

int vimap_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) < 0 ? -1 : size.ws_col;
}

int vimap_terminal_device(int descriptor, unsigned *device) {
  return ioctl(descriptor, TIOCGDEV, device);
}

ssize_t vimap_send(int socket, const void *bytes, size_t length, int descriptor, int no_wait) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  union {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
  } control;
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL | (no_wait ? MSG_DONTWAIT : 0));
}

ssize_t vimap_receive(int socket, void *bytes, size_t room, int *descriptor, int no_wait) {
  struct iovec part = {.iov_base = bytes, .iov_len = room};
  union {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
  } control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
                           .msg_controllen = sizeof control.room};
  *descriptor = -1;
  ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (no_wait ? MSG_DONTWAIT : 0));
  if (length >= 0) {
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
      memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  }
  return length;
}
