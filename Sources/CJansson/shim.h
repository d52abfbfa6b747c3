#ifndef VIMAP_CJANSSON_SHIM_H
#define VIMAP_CJANSSON_SHIM_H

// 2.14 is the first version that takes keys with a length.
#include <jansson.h>

#if JANSSON_VERSION_HEX < 0x020E00
#error "jansson 2.14 or later is needed"
#endif

#endif
