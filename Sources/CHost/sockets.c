#define _GNU_SOURCE  // accept4, struct ucred
#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// Names of sockets that this process has made, for the end of it.
static struct name {
  char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
  dev_t device;
  ino_t inode;
} names[4];
static volatile sig_atomic_t count;

void chost_remove_sockets(void) {
  int most = count;
  count = 0;
  for (int at = 0; at < most; at++) {
    struct stat there;
    // Somebody else's by now is left alone.
    if (!lstat(names[at].path, &there) && there.st_dev == names[at].device &&
        there.st_ino == names[at].inode)
      unlink(names[at].path);
  }
}

static void end(int number) {
  chost_remove_sockets();
  _exit(128 + number);
}

static void remove_at_signals(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (int at = 0; at < 3; at++) {
    struct sigaction action, before;
    if (sigaction(numbers[at], 0, &before) || before.sa_handler == SIG_IGN) continue;
    action.sa_handler = end;
    action.sa_flags = 0;
    sigfillset(&action.sa_mask);
    sigaction(numbers[at], &action, 0);
  }
}

static int fail(int socket) {
  int number = errno;
  close(socket);
  return -number;
}

static int connects(const struct sockaddr_un *address) {
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return 1;
  int is_dead = connect(probe, (const struct sockaddr *)address, sizeof *address) &&
                errno == ECONNREFUSED;
  close(probe);
  return !is_dead;
}

int chost_listen_local(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0) return -ENOENT;
  if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
  if (count == sizeof names / sizeof *names) return -EMFILE;
  memcpy(address.sun_path, path, length + 1);
  struct stat there;
  if (!lstat(path, &there)) {
    if (!S_ISSOCK(there.st_mode)) return -EEXIST;
    if (connects(&address)) return -EADDRINUSE;
    if (unlink(path)) return -errno;
  }
  int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (server < 0) return -errno;
  // The file has the socket's mode, from its first moment on.
  if (fchmod(server, 0600)) return fail(server);
  if (bind(server, (struct sockaddr *)&address, sizeof address)) return fail(server);
  if (lstat(path, &there) || listen(server, 16)) return fail(server);
  struct name *name = &names[count];
  memcpy(name->path, path, length + 1);
  name->device = there.st_dev;
  name->inode = there.st_ino;
  count++;
  remove_at_signals();
  return server;
}

int chost_listen_port(uint16_t port, int is_v6) {
  int server = socket(
      is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (server < 0) return -errno;
  int on = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (is_v6) setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  struct sockaddr_in four = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in6 six = {
      .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  const struct sockaddr *address =
      is_v6 ? (const struct sockaddr *)&six : (const struct sockaddr *)&four;
  if (bind(server, address, is_v6 ? sizeof six : sizeof four)) return fail(server);
  if (listen(server, 16)) return fail(server);
  return server;
}

int chost_accept(int server) {
  int client = accept4(server, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
  int on = 1;
  // Packets are small, and each waits for an answer.
  if (client >= 0) setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return client;
}

long chost_receive(int client, void *bytes, size_t size, int *file) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(8 * sizeof(int))];
  } control;
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
      .msg_controllen = sizeof control};
  *file = -1;
  long got = recvmsg(client, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return -1;
  for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS) continue;
    size_t files = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < files; index++) {
      int one;
      memcpy(&one, CMSG_DATA(at) + index * sizeof one, sizeof one);
      if (*file < 0) *file = one; else close(one);
    }
  }
  return got;
}

int chost_has_hung_up(int client) {
  struct pollfd state = {.fd = client, .events = POLLRDHUP};
  return poll(&state, 1, 0) > 0;
}

void chost_allow_reader(int client) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (!getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) && peer.pid > 0)
    prctl(PR_SET_PTRACER, peer.pid, 0, 0, 0);
}
