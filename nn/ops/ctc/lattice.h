// The dynamic program of ctc_loss: the logarithms of how probable it is to be in a state after a step (alpha), and to
// reach the end from there (beta), both with the step's own probability.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "nn/ops/ctc/samples.h"

namespace moduled::nn {

inline constexpr double kLogZero = -std::numeric_limits<double>::infinity();

// log(exp(a) + exp(b) + exp(c))
inline double LogSum(double a, double b, double c = kLogZero) {
  double greatest = std::max({a, b, c});
  if (greatest == kLogZero) greatest = 0;
  return std::log(std::exp(a - greatest) + std::exp(b - greatest) + std::exp(c - greatest)) + greatest;
}

// The log-probabilities of one sample: [steps, classes] with a stride between the steps.
template <class T>
struct CtcLogProbs {
  const T* first;
  int64_t stride;
  double operator()(int64_t step, int64_t label) const { return first[step * stride + label]; }
};

// The states after the first step.
template <class T>
void StartAlpha(const CtcSample& sample, const CtcLogProbs<T>& log_probs, double* alpha) {
  std::fill_n(alpha, sample.states(), kLogZero);
  alpha[0] = log_probs(0, sample.blank);
  if (sample.states() > 1) alpha[1] = log_probs(0, sample.Label(1));
}

// The states after `step`, from those after the step before.
template <class T>
void AdvanceAlpha(const CtcSample& sample, const CtcLogProbs<T>& log_probs, int64_t step, const double* before,
                  double* alpha) {
  for (int64_t s = 0; s < sample.states(); ++s) {
    const double from_previous = s >= 1 ? before[s - 1] : kLogZero;
    const double from_skipped = sample.MaySkipTo(s) ? before[s - 2] : kLogZero;
    alpha[s] = LogSum(before[s], from_previous, from_skipped) + log_probs(step, sample.Label(s));
  }
}

// The loss, from the states after the last step. Without any steps only the empty sequence is possible.
inline double LossOfAlpha(const CtcSample& sample, const double* alpha) {
  if (sample.steps == 0) return sample.labels.empty() ? 0 : -kLogZero;
  const int64_t last = sample.states() - 1;
  return -(last == 0 ? alpha[0] : LogSum(alpha[last], alpha[last - 1]));
}

// The states at the last step, seen from the end.
template <class T>
void StartBeta(const CtcSample& sample, const CtcLogProbs<T>& log_probs, double* beta) {
  const int64_t last = sample.states() - 1, step = sample.steps - 1;
  std::fill_n(beta, sample.states(), kLogZero);
  beta[last] = log_probs(step, sample.blank);
  if (last > 0) beta[last - 1] = log_probs(step, sample.Label(last - 1));
}

// The states at `step`, from those at the step after.
template <class T>
void RetreatBeta(const CtcSample& sample, const CtcLogProbs<T>& log_probs, int64_t step, const double* after,
                 double* beta) {
  const int64_t states = sample.states();
  for (int64_t s = 0; s < states; ++s) {
    const double to_next = s + 1 < states ? after[s + 1] : kLogZero;
    const double to_skipped = s + 2 < states && sample.MaySkipTo(s + 2) ? after[s + 2] : kLogZero;
    beta[s] = LogSum(after[s], to_next, to_skipped) + log_probs(step, sample.Label(s));
  }
}

}  // namespace moduled::nn
