// What clients may take of the server by their connections alone.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace moduled::server {

struct ConnectionLimits {
  size_t memory = size_t{1} << 30;  // Of all connections together, for what they buffer.
  int threads = 32;                 // Of services that take a thread for each stream: reflection.
  int streams = 1000;               // Calls under way on one connection.
  int metadata_bytes = 16 << 10;    // Headers of one call.
  // Finds clients that have vanished without a word, which by default takes two hours.
  absl::Duration keepalive_time = absl::Seconds(60);
  absl::Duration keepalive_timeout = absl::Seconds(20);
  absl::Duration min_ping_interval = absl::Seconds(10);  // A client that pings more often is sent away.
  absl::Duration max_age = absl::InfiniteDuration();     // Then a client is asked to connect anew: balancers like it.
  absl::Duration max_age_grace = absl::InfiniteDuration();  // For the calls of a connection that is too old.
  absl::Duration max_idle = absl::InfiniteDuration();       // Without a call.
  absl::Duration handshake_timeout = absl::Seconds(20);     // From the connection to HTTP/2's first frame.
};

}  // namespace moduled::server
