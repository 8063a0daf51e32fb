/* The SDK for capwire actors in C and C++. README.md describes it.
 *
 * Every file of an actor includes this header. One of them defines CAPWIRE_IMPLEMENTATION before. */
#ifndef CAPWIRE_H
#define CAPWIRE_H

#include "capwire/types.h"

#include "capwire/contracts/blobstore.h"
#include "capwire/contracts/config.h"
#include "capwire/contracts/core.h"
#include "capwire/contracts/eventstreams.h"
#include "capwire/contracts/extras.h"
#include "capwire/contracts/http.h"
#include "capwire/contracts/http_client.h"
#include "capwire/contracts/http_server.h"
#include "capwire/contracts/keyvalue.h"
#include "capwire/contracts/logging.h"
#include "capwire/contracts/messaging.h"
#include "capwire/contracts/sql.h"
#include "capwire/contracts/timer.h"

#include "capwire/helpers.h"

#ifdef CAPWIRE_IMPLEMENTATION
#include "capwire/memory.h"
#include "capwire/writer.h"
#include "capwire/reader.h"
#include "capwire/value.h"
#include "capwire/message.h"
#include "capwire/actor.h"
#include "capwire/helpers_implementation.h"
#endif

#endif
