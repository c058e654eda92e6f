#include "server/metrics/server_metrics.h"

#include <prometheus/text_serializer.h>

#include "absl/status/status.h"

namespace moduled::server {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

// Seconds: from what a small model takes to what nobody waits for.
const Histogram::BucketBoundaries kSeconds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                              0.05,    0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30};
const Histogram::BucketBoundaries kRows = {1, 2, 4, 8, 16, 32, 64, 128, 256};

Family<Counter>& CounterFamily(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Histogram>& HistogramFamily(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

const char* Name(RequestRecord::Kind kind) { return kind == RequestRecord::Kind::kForward ? "forward" : "backward"; }

std::map<std::string, std::string> LabelsOf(const contract::ModelRef& model) {
  return {{"model", model.name}, {"version", model.version}};
}

prometheus::MetricFamily Read(const Reading& reading) {
  prometheus::MetricFamily family;
  family.name = reading.name;
  family.help = reading.help;
  family.type = reading.is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  for (const auto& [labels, value] : reading.read()) {
    prometheus::ClientMetric metric;
    for (const auto& [name, text] : labels) metric.label.push_back({name, text});
    metric.gauge.value = value;
    metric.counter.value = value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

ServerMetrics::ServerMetrics(std::vector<Reading> readings)
    : readings_(std::move(readings)),
      requests_(CounterFamily(registry_, "moduled_requests_total", "Calls that ended, by kind and status code.")),
      duration_(HistogramFamily(registry_, "moduled_request_duration_seconds",
                                "From when a call was decoded until its answer was there.")),
      queued_(HistogramFamily(registry_, "moduled_queue_duration_seconds", "Of that, the wait for a turn.")),
      computed_(HistogramFamily(registry_, "moduled_compute_duration_seconds", "Of that, the run, with its batch.")),
      batch_rows_(HistogramFamily(registry_, "moduled_batch_rows", "Rows of each run.")),
      executions_(CounterFamily(registry_, "moduled_executions_total", "Runs: calls that run as one share theirs.")),
      rows_(CounterFamily(registry_, "moduled_rows_total", "Rows of calls that were answered.")),
      input_bytes_(CounterFamily(registry_, "moduled_input_bytes_total", "Of the tensors that calls brought.")),
      output_bytes_(CounterFamily(registry_, "moduled_output_bytes_total", "Of the tensors that answers carry.")) {}

ServerMetrics::Series& ServerMetrics::SeriesOf(const contract::ModelRef& model) {
  const auto [place, is_new] = series_.try_emplace({model.name, model.version});
  Series& series = place->second;
  if (is_new) {
    const auto labels = LabelsOf(model);
    series = {&duration_.Add(labels, kSeconds), &queued_.Add(labels, kSeconds), &computed_.Add(labels, kSeconds),
              &batch_rows_.Add(labels, kRows),  &executions_.Add(labels),       &rows_.Add(labels),
              &input_bytes_.Add(labels),        &output_bytes_.Add(labels),     {}};
  }
  return series;
}

Counter& ServerMetrics::Requests(const RequestRecord& record, Series& series) {
  Counter*& counter = series.requests[{record.kind, record.status.code()}];
  if (counter == nullptr) {
    auto labels = LabelsOf(record.is_known_model ? record.model : contract::ModelRef());
    labels["kind"] = Name(record.kind);
    labels["code"] = absl::StatusCodeToString(record.status.code());
    counter = &requests_.Add(labels);
  }
  return *counter;
}

void ServerMetrics::Add(const RequestRecord& record) {
  absl::MutexLock lock(&mutex_);
  Series& series = SeriesOf(record.is_known_model ? record.model : contract::ModelRef());
  Requests(record, series).Increment();
  series.duration->Observe(absl::ToDoubleSeconds(record.total));
  series.input_bytes->Increment(static_cast<double>(record.input_bytes));
  series.output_bytes->Increment(static_cast<double>(record.output_bytes));
  if (!record.was_run) return;
  series.queued->Observe(absl::ToDoubleSeconds(record.queued));
  series.computed->Observe(absl::ToDoubleSeconds(record.computed));
  if (record.status.ok()) series.rows->Increment(static_cast<double>(record.rows));
  if (record.leads_batch) {
    series.executions->Increment();
    series.batch_rows->Observe(static_cast<double>(record.batch_rows));
  }
}

void ServerMetrics::Forget(const contract::ModelRef& model) {
  absl::MutexLock lock(&mutex_);
  const auto place = series_.find({model.name, model.version});
  if (place == series_.end()) return;
  const Series& series = place->second;
  duration_.Remove(series.duration);
  queued_.Remove(series.queued);
  computed_.Remove(series.computed);
  batch_rows_.Remove(series.batch_rows);
  executions_.Remove(series.executions);
  rows_.Remove(series.rows);
  input_bytes_.Remove(series.input_bytes);
  output_bytes_.Remove(series.output_bytes);
  for (const auto& [key, counter] : series.requests) requests_.Remove(counter);
  series_.erase(place);
}

std::string ServerMetrics::Text() const {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  for (const Reading& reading : readings_) families.push_back(Read(reading));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace moduled::server
