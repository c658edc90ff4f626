#include "tools/load/client/hand.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "ot/position.h"

namespace cowrite::load {
namespace {

constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// One key of so many is pressed somewhere else than where the last one was.
constexpr std::uint64_t kKeysInOnePlace = 40;

// Of a hundred keys, in a text that is as long as it should be or longer, and in a shorter one.
constexpr std::uint64_t kBackspacesInLong = 55;
constexpr std::uint64_t kBackspacesInShort = 10;

}  // namespace

Hand::Hand(std::uint64_t length, std::mt19937_64& random)
    : length_(length), random_(random), next_letter_(below(kLetters.size())) {}

ot::Operation Hand::press(const ot::Rope& text) {
  const std::uint64_t length = text.code_points();
  if (!std::exchange(placed_, true) || below(kKeysInOnePlace) == 0) position_ = below(length + 1);
  position_ = std::min(position_, length);
  const std::uint64_t backspaces = length > length_ ? kBackspacesInLong : kBackspacesInShort;
  ot::OperationBuilder builder;
  if (position_ > 0 && below(100) < backspaces) {
    --position_;
    builder.retain(position_).erase(1);
  } else {
    next_letter_ = (next_letter_ + 1) % kLetters.size();
    builder.retain(position_).insert(kLetters.substr(next_letter_, 1));
    ++position_;
  }
  return std::move(builder).build();
}

void Hand::move_over(const ot::Operation& operation) {
  position_ = ot::transform_position(position_, operation, ot::Origin::kOther);
}

std::uint64_t Hand::below(std::uint64_t bound) {
  return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
}

}  // namespace cowrite::load
