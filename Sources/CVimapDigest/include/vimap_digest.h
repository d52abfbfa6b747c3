// A checksum of 64 bits for streams of bytes, against accidents only: a disk's, a crash's, an
// editor's. Four lanes take sixteen bytes each at a time and multiply them into 128 bits, of which
// both halves are kept; that takes some ten gigabytes a second, and no instructions that only some
// processors have.
#ifndef VIMAP_DIGEST_H
#define VIMAP_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct vimap_digest {
  uint64_t lanes[4];
  uint64_t length;
  uint8_t rest[64];  // the last bytes, which do not fill a block yet: length % 64 of them
};

void vimap_digest_begin(struct vimap_digest *digest, uint64_t seed);
void vimap_digest_add(struct vimap_digest *digest, const void *bytes, size_t count);

/// The checksum of what has been added so far; more may be added behind it.
uint64_t vimap_digest_value(const struct vimap_digest *digest);

#endif
