/*
 * The bare limit of kernel sockets: every datagram goes back to its sender with the response bit set, 64 to a system call.
 *
 *   reflector PORT     on 127.0.0.1, until a signal ends it
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, MESSAGE_BYTES = 4096, RECEIVE_BUFFER_BYTES = 4 << 20 };

static unsigned char messages[BATCH][MESSAGE_BYTES];
static struct sockaddr_in peers[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr headers[BATCH];

static int open_socket(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int bytes = RECEIVE_BUFFER_BYTES;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    perror("reflector");
    exit(1);
  }
  return fd;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  int fd = open_socket(atoi(arguments[1]));
  for (int i = 0; i < BATCH; i++) {
    vectors[i].iov_base = messages[i];
    headers[i].msg_hdr.msg_name = &peers[i];
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  int used = BATCH;
  for (;;) {
    for (int i = 0; i < used; i++) {
      vectors[i].iov_len = MESSAGE_BYTES;
      headers[i].msg_hdr.msg_namelen = sizeof peers[i];
    }
    used = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
    if (used < 0) used = 0;
    for (int i = 0; i < used; i++) {
      vectors[i].iov_len = headers[i].msg_len;
      messages[i][2] |= 0x80;
    }
    if (used > 0) sendmmsg(fd, headers, used, 0);
  }
}
