// What Prometheus reads: counters and histograms of calls, and what others know at the moment that it asks.
//
// Labels are the names and versions of models that are served, states, kinds and status codes, and nothing else: a
// client that makes names up makes no series.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "proto/contract/model_ref.h"
#include "server/scheduling/request_record.h"

namespace moduled::server {

// A number that is asked for when somebody reads the metrics.
struct Reading {
  std::string name;
  std::string help;
  bool is_counter = false;  // It only grows.
  // Each with its labels.
  using Values = std::vector<std::pair<std::map<std::string, std::string>, double>>;
  std::function<Values()> read;
};

// Thread-safe.
class ServerMetrics {
 public:
  explicit ServerMetrics(std::vector<Reading> readings);

  void Add(const RequestRecord& record);
  // Of a version that is no longer served.
  void Forget(const contract::ModelRef& model);

  // In Prometheus's text format.
  std::string Text() const;

 private:
  // Of one version, so that a call looks up one thing.
  struct Series {
    prometheus::Histogram* duration;
    prometheus::Histogram* queued;
    prometheus::Histogram* computed;
    prometheus::Histogram* batch_rows;
    prometheus::Counter* executions;
    prometheus::Counter* rows;
    prometheus::Counter* input_bytes;
    prometheus::Counter* output_bytes;
    std::map<std::pair<RequestRecord::Kind, absl::StatusCode>, prometheus::Counter*> requests;
  };

  Series& SeriesOf(const contract::ModelRef& model) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  prometheus::Counter& Requests(const RequestRecord& record, Series& series) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<Reading> readings_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& duration_;
  prometheus::Family<prometheus::Histogram>& queued_;
  prometheus::Family<prometheus::Histogram>& computed_;
  prometheus::Family<prometheus::Histogram>& batch_rows_;
  prometheus::Family<prometheus::Counter>& executions_;
  prometheus::Family<prometheus::Counter>& rows_;
  prometheus::Family<prometheus::Counter>& input_bytes_;
  prometheus::Family<prometheus::Counter>& output_bytes_;

  absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Series> series_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace moduled::server
