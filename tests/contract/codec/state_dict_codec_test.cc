#include "proto/contract/codec/state_dict_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/contract/codec/tensor_codec.h"

namespace moduled::contract {
namespace {

using ::testing::HasSubstr;

constexpr size_t kPlenty = size_t{1} << 30;

nn::StateDict SomeStateDict() {
  // More than two chunks, none, one byte, and a scalar.
  nn::Tensor large =
      *nn::Tensor::Zeros({nn::DType::kUInt8, {static_cast<int64_t>(StateDictSender::kChunkBytes) * 2 + 5}});
  large.mutable_elements<uint8_t>()[StateDictSender::kChunkBytes] = 7;
  nn::StateDict state_dict;
  state_dict.tensors = {{"empty", *nn::Tensor::Zeros({nn::DType::kFloat32, {0, 3}})},
                        {"large", large},
                        {"flag", nn::Tensor::Of<bool>({1}, {true})},
                        {"scalar", nn::Tensor::Scalar<int64_t>(-3)},
                        {"last", *nn::Tensor::Zeros({nn::DType::kInt8, {0}})}};
  state_dict.metadata = {{"", 1}, {"bn", 2}};
  return state_dict;
}

struct Pieces {
  v1::StateDictHeader header;
  std::vector<v1::TensorChunk> chunks;
};

Pieces Cut(const nn::StateDict& state_dict) {
  Pieces pieces;
  StateDictSender sender({"m", "3"}, state_dict);
  sender.EncodeHeader(pieces.header);
  for (v1::TensorChunk chunk; sender.Next(chunk); chunk.Clear()) pieces.chunks.push_back(chunk);
  return pieces;
}

// A header of one float32[2] named "w".
v1::StateDictHeader OneTensor() {
  v1::StateDictHeader header;
  v1::StateDictEntry& entry = *header.add_entries();
  entry.set_name("w");
  EncodeTensorSpec({nn::DType::kFloat32, {2}}, *entry.mutable_tensor());
  return header;
}

v1::TensorChunk Chunk(uint32_t entry, uint64_t offset, size_t bytes) {
  v1::TensorChunk chunk;
  chunk.set_entry(entry);
  chunk.set_offset(offset);
  chunk.set_data(std::string(bytes, '\0'));
  return chunk;
}

std::string AddError(const std::vector<v1::TensorChunk>& chunks) {
  StateDictAssembler assembler(kPlenty);
  EXPECT_TRUE(assembler.Begin(OneTensor()).ok());
  for (const v1::TensorChunk& chunk : chunks) {
    if (const absl::Status status = assembler.Add(chunk); !status.ok()) return std::string(status.message());
  }
  return std::string(assembler.Finish().status().message());
}

TEST(StateDictCodec, PutsTogetherWhatItCut) {
  const nn::StateDict sent = SomeStateDict();
  const Pieces pieces = Cut(sent);
  StateDictAssembler assembler(kPlenty);
  ASSERT_TRUE(assembler.Begin(pieces.header).ok());
  for (const v1::TensorChunk& chunk : pieces.chunks) ASSERT_TRUE(assembler.Add(chunk).ok());
  const auto received = assembler.Finish();
  ASSERT_TRUE(received.ok()) << received.status();

  EXPECT_EQ(assembler.model(), (ModelRef{"m", "3"}));
  EXPECT_EQ(received->metadata, sent.metadata);
  ASSERT_EQ(received->tensors.size(), sent.tensors.size());
  for (size_t i = 0; i < sent.tensors.size(); ++i) {
    EXPECT_EQ(received->tensors[i].first, sent.tensors[i].first);
    EXPECT_EQ(received->tensors[i].second.spec(), sent.tensors[i].second.spec());
    EXPECT_EQ(received->tensors[i].second.bytes(), sent.tensors[i].second.bytes());
  }
}

TEST(StateDictCodec, CutsNoPieceLargerThanItSays) {
  for (const v1::TensorChunk& chunk : Cut(SomeStateDict()).chunks) {
    EXPECT_LE(chunk.data().size(), StateDictSender::kChunkBytes);
    EXPECT_GT(chunk.data().size(), 0u);
  }
}

TEST(StateDictAssembler, RefusesPiecesThatAreOutOfOrder) {
  EXPECT_EQ(AddError({Chunk(1, 0, 8)}), "data.entry: out of order (got 1, want 0)");
  EXPECT_EQ(AddError({Chunk(0, 4, 4)}), "data.offset: out of order (got 4, want 0)");
  EXPECT_EQ(AddError({Chunk(0, 0, 4), Chunk(0, 0, 4)}), "data.offset: out of order (got 0, want 4)");
  EXPECT_EQ(AddError({Chunk(0, 0, 8), Chunk(0, 8, 1)}), "data: bytes after the last tensor");
}

TEST(StateDictAssembler, RefusesMoreBytesThanATensorHas) {
  EXPECT_EQ(AddError({Chunk(0, 0, 9)}), "data.data: too many bytes for w, float32[2] (got 9, want at most 8)");
  EXPECT_EQ(AddError({Chunk(0, 0, 4), Chunk(0, 4, 5)}),
            "data.data: too many bytes for w, float32[2] (got 5, want at most 4)");
}

TEST(StateDictAssembler, RefusesPiecesWithoutBytes) { EXPECT_EQ(AddError({Chunk(0, 0, 0)}), "data.data: no bytes"); }

TEST(StateDictAssembler, RefusesAnIncompleteStateDict) {
  EXPECT_EQ(AddError({}), "data: the elements of w end early (got 0 bytes, want 8)");
  EXPECT_EQ(AddError({Chunk(0, 0, 5)}), "data: the elements of w end early (got 5 bytes, want 8)");
  EXPECT_EQ(StateDictAssembler(kPlenty).Finish().status().message(), "header: missing");
}

TEST(StateDictAssembler, RefusesElementsBeforeTheHeaderAndASecondHeader) {
  StateDictAssembler assembler(kPlenty);
  EXPECT_EQ(assembler.Add(Chunk(0, 0, 4)).message(), "data: came before the header");
  ASSERT_TRUE(assembler.Begin(OneTensor()).ok());
  EXPECT_EQ(assembler.Begin(OneTensor()).message(), "header: sent twice");
}

TEST(StateDictAssembler, RefusesKeysThatComeTwice) {
  v1::StateDictHeader header = OneTensor();
  *header.add_entries() = header.entries(0);
  EXPECT_EQ(StateDictAssembler(kPlenty).Begin(header).message(),
            "header.entries[1].name: the key is there already (got \"w\")");
}

TEST(StateDictAssembler, MeasuresTheHeaderBeforeItAllocates) {
  v1::StateDictHeader header = OneTensor();
  header.mutable_entries(0)->mutable_tensor()->set_shape(0, int64_t{1} << 40);
  StateDictAssembler assembler(kPlenty);
  const absl::Status status = assembler.Begin(header);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("header.entries[0]: the state_dict is too large"));
}

TEST(StateDictAssembler, CountsAllTensorsAgainstItsLimit) {
  v1::StateDictHeader header = OneTensor();
  *header.add_entries() = header.entries(0);
  header.mutable_entries(1)->set_name("v");
  EXPECT_TRUE(StateDictAssembler(16).Begin(header).ok());
  EXPECT_EQ(StateDictAssembler(15).Begin(header).code(), absl::StatusCode::kResourceExhausted);
}

TEST(StateDictAssembler, RefusesBoolsThatAreNeitherZeroNorOne) {
  v1::StateDictHeader header = OneTensor();
  header.mutable_entries(0)->mutable_tensor()->set_dtype(v1::BOOL);
  StateDictAssembler assembler(kPlenty);
  ASSERT_TRUE(assembler.Begin(header).ok());
  v1::TensorChunk chunk = Chunk(0, 0, 2);
  (*chunk.mutable_data())[1] = 9;
  EXPECT_EQ(assembler.Add(chunk).message(), "data.data: a bool is 0 or 1 (got 9 at byte 1)");
}

}  // namespace
}  // namespace moduled::contract
