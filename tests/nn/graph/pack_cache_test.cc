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
  const KnownInput weight(Tensor::Scalar<float>(1));
  const auto make = [&](const Tensor&) { return maker(); };
  const std::shared_ptr<const Pack> first = *cache.Share<Pack>(weight, "blocked", make);
  EXPECT_EQ(*cache.Share<Pack>(weight, "blocked", make), first);
  EXPECT_EQ(maker.made, 1);
}

TEST(PackCache, MakesAPackAgainWhenNobodyHoldsIt) {
  PackCache cache;
  Maker maker;
  const KnownInput weight(Tensor::Scalar<float>(1));
  const auto make = [&](const Tensor&) { return maker(); };
  EXPECT_EQ(**cache.Share<Pack>(weight, "blocked", make), "0");
  EXPECT_EQ(**cache.Share<Pack>(weight, "blocked", make), "1");
}

TEST(PackCache, KeepsConstantsAndFormatsApart) {
  PackCache cache;
  Maker maker;
  const auto make = [&](const Tensor&) { return maker(); };
  const KnownInput a(Tensor::Scalar<float>(1));
  const KnownInput b(Tensor::Scalar<float>(1));
  const auto first = *cache.Share<Pack>(a, "blocked", make);
  EXPECT_NE(*cache.Share<Pack>(b, "blocked", make), first);
  EXPECT_NE(*cache.Share<Pack>(a, "transposed", make), first);
}

TEST(PackCache, PassesOnWhyAPackWasNotMade) {
  PackCache cache;
  const KnownInput weight(Tensor::Scalar<float>(1));
  const auto fail = [](const Tensor&) {
    return absl::StatusOr<std::shared_ptr<const Pack>>(absl::ResourceExhaustedError("full"));
  };
  EXPECT_EQ(cache.Share<Pack>(weight, "blocked", fail).status(), absl::ResourceExhaustedError("full"));
  Maker maker;
  EXPECT_EQ(**cache.Share<Pack>(weight, "blocked", [&](const Tensor&) { return maker(); }), "0")
      << "a failure is not remembered";
}

TEST(PackCache, MakesWhatIsPackedOnceAndOnlyForAPackThatIsNotThere) {
  PackCache cache;
  int made = 0;
  const auto recipe = [&](const std::string& name) {
    return std::make_shared<const Recipe>(Recipe{{DType::kFloat32, {}}, name, [&made] {
                                                   ++made;
                                                   return absl::StatusOr<Tensor>(Tensor::Scalar<float>(7));
                                                 }});
  };
  const auto pack = [](const Tensor& tensor) {
    return absl::StatusOr<std::shared_ptr<const Pack>>(
        std::make_shared<const Pack>(std::to_string(tensor.elements<float>()[0])));
  };
  const KnownInput first(recipe("a")), same(recipe("a")), other(recipe("b"));
  const auto held = *cache.Share<Pack>(first, "blocked", pack);
  EXPECT_EQ(*cache.Share<Pack>(same, "blocked", pack), held);
  EXPECT_EQ(made, 1);
  EXPECT_NE(*cache.Share<Pack>(first, "transposed", pack), held);
  EXPECT_EQ(made, 1) << "an input keeps its tensor";
  EXPECT_NE(*cache.Share<Pack>(other, "blocked", pack), held);
  EXPECT_EQ(made, 2);
}

TEST(PackCache, PassesOnWhyWhatIsPackedWasNotMade) {
  PackCache cache;
  const KnownInput input(std::make_shared<const Recipe>(
      Recipe{{DType::kFloat32, {}}, "a", [] { return absl::StatusOr<Tensor>(absl::ResourceExhaustedError("full")); }}));
  Maker maker;
  EXPECT_EQ(cache.Share<Pack>(input, "blocked", [&](const Tensor&) { return maker(); }).status(),
            absl::ResourceExhaustedError("full"));
  EXPECT_EQ(maker.made, 0);
}

}  // namespace
}  // namespace moduled::nn
