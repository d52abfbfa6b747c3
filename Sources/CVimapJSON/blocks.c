#include "vimap_json.h"
