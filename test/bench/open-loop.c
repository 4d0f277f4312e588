/*
 * Open-loop load on a server of this machine: queries leave by the clock, whatever comes back, and each latency counts from the
 * moment at which its query was due, so that a server that stalls cannot hide it by slowing the sender down.
 *
 *   open-loop PORT QUERIES_PER_SECOND SECONDS FILE     to 127.0.0.1; FILE: queries, each behind two octets of length
 *
 * Prints one line of JSON, times in microseconds. An answer later than WAIT_SECONDS is lost, and counts with that time.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
  SOCKETS = 8,
  IDS = 65536,
  BATCH = 32,
  MESSAGE_BYTES = 4096,
  QUERIES_MAX = 1 << 20,
  SENT_MAX = 50000000,
  BUFFER_BYTES = 4 << 20,
  WAIT_SECONDS = 2
};

struct query {
  unsigned char *bytes;
  int length;
};

static struct query queries[QUERIES_MAX];
static int query_count;
static int sockets[SOCKETS];
/* When the query that has this id on this socket was due, in nanoseconds; 0: none is under way. */
static int64_t due_at[SOCKETS][IDS];
static unsigned char outgoing[BATCH][MESSAGE_BYTES];
static unsigned char incoming[BATCH][MESSAGE_BYTES];
static struct iovec out_vectors[BATCH], in_vectors[BATCH];
static struct mmsghdr out_headers[BATCH], in_headers[BATCH];
static uint32_t *latencies_ns;
static int64_t answered, refused;

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void read_queries(const char *path) {
  FILE *file = fopen(path, "rb");
  unsigned char size[2];
  if (file == NULL) fail(path);
  while (query_count < QUERIES_MAX && fread(size, 1, 2, file) == 2) {
    int length = size[0] << 8 | size[1];
    unsigned char *bytes = malloc(length);
    if (bytes == NULL || length < 12 || length > 512 || fread(bytes, 1, length, file) != (size_t)length) fail("queries");
    queries[query_count++] = (struct query){bytes, length};
  }
  fclose(file);
  if (query_count == 0) fail("no queries");
}

static void open_sockets(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int bytes = BUFFER_BYTES;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < SOCKETS; i++) {
    sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(sockets[i], SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(sockets[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (connect(sockets[i], (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  }
}

/* Sends queries first .. first + count - 1 of the whole run through one socket. */
static void send_batch(int64_t first, int count, int64_t start, double gap_ns) {
  int number = (first / BATCH) % SOCKETS;
  for (int i = 0; i < count; i++) {
    struct query *query = &queries[(first + i) % query_count];
    /* Each socket has its own ids; in turn, so that one comes again only after all the others. */
    int id = (int)(((first + i) / (BATCH * SOCKETS) * BATCH + (first + i) % BATCH) & 0xffff);
    memcpy(outgoing[i], query->bytes, query->length);
    outgoing[i][0] = id >> 8;
    outgoing[i][1] = id & 255;
    out_vectors[i] = (struct iovec){outgoing[i], query->length};
    due_at[number][id] = start + (int64_t)((first + i) * gap_ns);
  }
  for (int sent = 0; sent < count;) {
    int result = sendmmsg(sockets[number], out_headers + sent, count - sent, 0);
    if (result > 0) sent += result;
    else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS) refused++, sent++;
  }
}

static int receive_all(void) {
  int total = 0;
  for (int number = 0; number < SOCKETS; number++) {
    for (int i = 0; i < BATCH; i++) in_vectors[i] = (struct iovec){incoming[i], MESSAGE_BYTES};
    int count = recvmmsg(sockets[number], in_headers, BATCH, MSG_DONTWAIT, NULL);
    if (count <= 0) continue;
    int64_t now = now_ns();
    for (int i = 0; i < count; i++) {
      int64_t *due = &due_at[number][incoming[i][0] << 8 | incoming[i][1]];
      if (in_headers[i].msg_len < 12 || *due == 0) continue;
      int64_t latency = now - *due;
      *due = 0;
      if (latency <= (int64_t)WAIT_SECONDS * 1000000000) latencies_ns[answered++] = latency < 0 ? 0 : (uint32_t)latency;
    }
    total += count;
  }
  return total;
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Of all that was sent: what never came took longer than anything that did, or a server could buy short tails with losses. */
static double quantile_us(double share, int64_t sent) {
  int64_t at = (int64_t)(share * sent);
  if (at >= sent) at = sent - 1;
  return at < answered ? latencies_ns[at] / 1000.0 : WAIT_SECONDS * 1e6;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  double rate = atof(arguments[2]);
  int64_t wanted = (int64_t)(rate * atof(arguments[3]));
  double gap_ns = 1e9 / rate;
  if (rate <= 0 || wanted < 1 || wanted > SENT_MAX) return 2;
  read_queries(arguments[4]);
  open_sockets(atoi(arguments[1]));
  latencies_ns = malloc(sizeof *latencies_ns * wanted);
  if (latencies_ns == NULL) fail("memory");
  for (int i = 0; i < BATCH; i++) {
    out_headers[i].msg_hdr = (struct msghdr){.msg_iov = &out_vectors[i], .msg_iovlen = 1};
    in_headers[i].msg_hdr = (struct msghdr){.msg_iov = &in_vectors[i], .msg_iovlen = 1};
  }
  int64_t start = now_ns(), sent = 0;
  while (sent < wanted) {
    int64_t due = (int64_t)((now_ns() - start) / gap_ns) + 1;
    if (due > wanted) due = wanted;
    /* A batch stays within its block of BATCH, which belongs to one socket. */
    int room = (int)(BATCH - sent % BATCH);
    int batch = due - sent < room ? (int)(due - sent) : room;
    if (batch > 0) send_batch(sent, batch, start, gap_ns), sent += batch;
    if (receive_all() == 0 && batch <= 0) sched_yield();
  }
  double sent_seconds = (now_ns() - start) / 1e9;
  int64_t deadline = now_ns() + (int64_t)WAIT_SECONDS * 1000000000;
  while (answered + refused < sent && now_ns() < deadline) {
    if (receive_all() == 0) sched_yield();
  }
  qsort(latencies_ns, answered, sizeof *latencies_ns, compare);
  printf("{\"sent\":%lld,\"answered\":%lld,\"lost\":%lld,\"seconds\":%.3f,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"worst\":%.1f}\n",
         (long long)sent, (long long)answered, (long long)(sent - answered), sent_seconds, quantile_us(0.5, sent),
         quantile_us(0.99, sent), quantile_us(0.999, sent), quantile_us(1, sent));
  return 0;
}
