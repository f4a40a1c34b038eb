#include "mlt_tracing.h"
