// Examines sixteen bytes of text at once. Swift's own vectors do that byte by byte.
#ifndef VIMAP_JSON_H
#define VIMAP_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t vimap_bytes __attribute__((ext_vector_type(16)));
typedef bool vimap_bools __attribute__((ext_vector_type(16)));

/// A bit for each byte, the first byte lowest.
static inline uint32_t vimap_mask(vimap_bytes hits) {
  vimap_bools bools = __builtin_convertvector(hits, vimap_bools);
  uint16_t mask;
  memcpy(&mask, &bools, sizeof mask);
  return mask;
}

#define VIMAP_WHERE(condition) vimap_mask((vimap_bytes)(condition))

/// Counts whole characters among the sixteen bytes at `place`, where a character must begin.
/// Returns the length in bytes of those from the first on that can be in a JSON string as they are,
/// in well-formed UTF-8 (RFC 3629 section 4). It may be less than possible: it is 0 if one of the
/// sixteen bytes is not well-formed.
static inline uint32_t vimap_plain_length(const uint8_t *place) {
  vimap_bytes text;
  memcpy(&text, place, sizeof text);
  // The quote, the backslash and control characters.
  uint32_t stops = VIMAP_WHERE((text == '"') | (text == '\\') | (text < 0x20));
  uint32_t length = (uint32_t)__builtin_ctz(stops | 1 << 16);

  uint32_t continuations = VIMAP_WHERE((text & 0xC0) == 0x80);
  uint32_t two = VIMAP_WHERE(text >= 0xC0);  // leads of two bytes or more, of three, of four
  uint32_t three = VIMAP_WHERE(text >= 0xE0);
  uint32_t four = VIMAP_WHERE(text >= 0xF0);
  uint32_t wrong = (two << 1 | three << 2 | four << 3) ^ continuations;
  // Bytes that would be a character written longer than needed, a surrogate, or past U+10FFFF.
  wrong |= VIMAP_WHERE((text == 0xC0) | (text == 0xC1) | (text >= 0xF5));
  uint32_t from_a0 = VIMAP_WHERE(text >= 0xA0);
  uint32_t from_90 = VIMAP_WHERE(text >= 0x90);
  wrong |= VIMAP_WHERE(text == 0xE0) << 1 & ~from_a0;
  wrong |= VIMAP_WHERE(text == 0xED) << 1 & from_a0;
  wrong |= VIMAP_WHERE(text == 0xF0) << 1 & ~from_90;
  wrong |= VIMAP_WHERE(text == 0xF4) << 1 & from_90;
  // If a continuation byte is missing, that shows at the byte in its place. So the byte after the
  // counted ones is checked as well.
  if (wrong & 0xFFFF & ((2u << length) - 1)) return 0;

  // The character that begins here and ends after the sixteen bytes.
  uint32_t cut = (two & 0x8000) | (three & 0xC000) | (four & 0xE000);
  uint32_t whole = (uint32_t)__builtin_ctz(cut | 1 << 16);
  return whole < length ? whole : length;
}

#undef VIMAP_WHERE

#endif
