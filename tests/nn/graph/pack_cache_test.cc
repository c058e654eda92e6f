#include "nn/graph/pack_cache.h"

#include <gtest/gtest.h>

namespace moduled::nn {
namespace {

using Pack = std::string;

// Packs that say how many were made before.
struct Maker {
  int made = 0;
  absl::StatusOr<std::shared_ptr<const Pack>> operator()() {
    return std::make_shared<const Pack>(std::to_string(made++));
  }
};

TEST(PackCache, MakesAPackOnceWhileSomeoneHoldsIt) {
  PackCache cache;
  Maker maker;
  const Tensor weight = Tensor::Scalar<float>(1);
  const auto make = [&] { return maker(); };
  const std::shared_ptr<const Pack> first = *cache.Share<Pack>(weight, "blocked", make);
  EXPECT_EQ(*cache.Share<Pack>(weight, "blocked", make), first);
  EXPECT_EQ(maker.made, 1);
}

TEST(PackCache, MakesAPackAgainWhenNobodyHoldsIt) {
  PackCache cache;
  Maker maker;
  const Tensor weight = Tensor::Scalar<float>(1);
  const auto make = [&] { return maker(); };
  EXPECT_EQ(**cache.Share<Pack>(weight, "blocked", make), "0");
  EXPECT_EQ(**cache.Share<Pack>(weight, "blocked", make), "1");
}

TEST(PackCache, KeepsConstantsAndFormatsApart) {
  PackCache cache;
  Maker maker;
  const auto make = [&] { return maker(); };
  const Tensor a = Tensor::Scalar<float>(1);
  const Tensor b = Tensor::Scalar<float>(1);
  const auto first = *cache.Share<Pack>(a, "blocked", make);
  EXPECT_NE(*cache.Share<Pack>(b, "blocked", make), first);
  EXPECT_NE(*cache.Share<Pack>(a, "transposed", make), first);
}

TEST(PackCache, PassesOnWhyAPackWasNotMade) {
  PackCache cache;
  const Tensor weight = Tensor::Scalar<float>(1);
  const auto fail = [] { return absl::StatusOr<std::shared_ptr<const Pack>>(absl::ResourceExhaustedError("full")); };
  EXPECT_EQ(cache.Share<Pack>(weight, "blocked", fail).status(), absl::ResourceExhaustedError("full"));
  Maker maker;
  EXPECT_EQ(**cache.Share<Pack>(weight, "blocked", [&] { return maker(); }), "0") << "a failure is not remembered";
}

}  // namespace
}  // namespace moduled::nn
