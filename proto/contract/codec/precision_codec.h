// ModelConfig.Precision of moduled/v1/model_config.proto <-> proto/contract/precision.h.
#pragma once

#include "moduled/v1/model_config.pb.h"
#include "proto/contract/precision.h"

namespace moduled::contract {

inline v1::ModelConfig::Precision EncodePrecision(Precision precision) {
  switch (precision) {
    case Precision::kExact:
      return v1::ModelConfig::EXACT;
    case Precision::kDefault:
      return v1::ModelConfig::DEFAULT;
    case Precision::kFast:
      return v1::ModelConfig::FAST;
  }
  return v1::ModelConfig::PRECISION_UNSPECIFIED;
}

// What is not said, or not known to this build, is the default.
inline Precision DecodePrecision(v1::ModelConfig::Precision precision) {
  if (precision == v1::ModelConfig::EXACT) return Precision::kExact;
  return precision == v1::ModelConfig::FAST ? Precision::kFast : Precision::kDefault;
}

}  // namespace moduled::contract
