// Where the blocks of a table end. A block is what RocksDB reads, compresses and checks as one, so
// that damage to a byte costs all that is in it. So a block ends with a document, unless it is
// small: many short documents would make many short blocks, which compress badly.
#pragma once

#include <rocksdb/flush_block_policy.h>
#include <rocksdb/slice.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace cowrite::storage::rocks {

inline constexpr std::size_t kBlockBytes = std::size_t{16} << 10;

// So much of several documents may share a block.
inline constexpr std::size_t kSharedBlockBytes = std::size_t{4} << 10;

class BlockPolicy final : public rocksdb::FlushBlockPolicy {
 public:
  explicit BlockPolicy(std::unique_ptr<rocksdb::FlushBlockPolicy> by_size)
      : by_size_(std::move(by_size)) {}

  // Whether the block ends before this entry, whose key begins with a document's number.
  bool Update(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    constexpr std::size_t kNumberBytes = 8;
    const std::string document(key.data(), std::min(key.size(), kNumberBytes));
    const std::size_t bytes = key.size() + value.size();
    const bool is_next = bytes_ > 0 && document != document_;
    const bool ends =
        by_size_->Update(key, value) || (is_next && bytes_ + bytes > kSharedBlockBytes);
    bytes_ = ends ? bytes : bytes_ + bytes;
    document_ = document;
    return ends;
  }

 private:
  const std::unique_ptr<rocksdb::FlushBlockPolicy> by_size_;
  std::string document_;   // Of the entry before.
  std::size_t bytes_ = 0;  // In the block.
};

class BlockPolicies final : public rocksdb::FlushBlockPolicyFactory {
 public:
  const char* Name() const override { return "cowrite.BlockPolicies"; }
  rocksdb::FlushBlockPolicy* NewFlushBlockPolicy(
      const rocksdb::BlockBasedTableOptions& options,
      const rocksdb::BlockBuilder& builder) const override {
    return new BlockPolicy(std::unique_ptr<rocksdb::FlushBlockPolicy>(
        rocksdb::FlushBlockBySizePolicyFactory().NewFlushBlockPolicy(options, builder)));
  }
};

}  // namespace cowrite::storage::rocks
