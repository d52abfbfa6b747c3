#include "vimap_digest.h"

#include <string.h>

enum { block = 64 };

// The square roots of the first primes, behind the point, with their lowest bit set.
static const uint64_t keys[8] = {
    0x6a09e667f3bcc909, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static inline uint64_t word(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

static inline uint64_t multiply(uint64_t one, uint64_t other) {
  __uint128_t product = (__uint128_t)one * other;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// A lane is added behind the multiplication as well, so that a factor of zero forgets nothing.
static inline uint64_t mix(uint64_t lane, const uint8_t *bytes, uint64_t key) {
  uint64_t product = multiply(word(bytes) ^ key, word(bytes + 8) ^ lane);
  return product + (lane << 29 | lane >> 35);
}

static const uint8_t *take_blocks(uint64_t lanes[4], const uint8_t *bytes, size_t count) {
  uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
  for (; count; count--, bytes += block) {
    a = mix(a, bytes, keys[0]);
    b = mix(b, bytes + 16, keys[1]);
    c = mix(c, bytes + 32, keys[2]);
    d = mix(d, bytes + 48, keys[3]);
  }
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
  return bytes;
}

void vimap_digest_begin(struct vimap_digest *digest, uint64_t seed) {
  memset(digest, 0, sizeof *digest);
  for (int i = 0; i < 4; i++) digest->lanes[i] = multiply(seed ^ keys[i], keys[i + 4]);
}

void vimap_digest_add(struct vimap_digest *digest, const void *added, size_t count) {
  const uint8_t *bytes = added;
  size_t held = digest->length % block;
  digest->length += count;
  if (held) {
    size_t part = block - held < count ? block - held : count;
    memcpy(digest->rest + held, bytes, part);
    if (held + part < block) return;
    take_blocks(digest->lanes, digest->rest, 1);
    bytes += part;
    count -= part;
  }
  bytes = take_blocks(digest->lanes, bytes, count / block);
  if (count % block) memcpy(digest->rest, bytes, count % block);
}

uint64_t vimap_digest_value(const struct vimap_digest *digest) {
  uint64_t lanes[4];
  memcpy(lanes, digest->lanes, sizeof lanes);
  size_t held = digest->length % block;
  if (held) {
    uint8_t last[block] = {0};
    memcpy(last, digest->rest, held);
    take_blocks(lanes, last, 1);
  }
  uint64_t one = multiply(lanes[0] ^ keys[4], lanes[1] ^ keys[5] ^ digest->length);
  uint64_t other = multiply(lanes[2] ^ keys[6], lanes[3] ^ keys[7]);
  return multiply(one + (lanes[0] ^ lanes[2]) + keys[0], other ^ digest->length ^ keys[1]);
}
