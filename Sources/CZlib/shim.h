#ifndef VIMAP_CZLIB_SHIM_H
#define VIMAP_CZLIB_SHIM_H

#include <zlib.h>

/// inflateInit2 is a macro, which Swift can't call.
static inline int vimap_inflate_start(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

#endif
