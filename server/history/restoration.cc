#include "server/history/restoration.h"

#include <algorithm>
#include <string>
#include <utility>

#include "ot/base/utf8.h"
#include "server/history/difference.h"
#include "server/history/limits.h"
#include "server/history/queries.h"
#include "server/history/text_pieces.h"
#include "storage/limits.h"

namespace cowrite::history {

namespace utf8 = ot::utf8;

namespace {

std::string_view text_of(const Pieces& pieces, std::size_t begin, std::size_t count) {
  if (count == 0) return {};
  const char* const first = pieces[begin].data();
  const std::string_view last = pieces[begin + count - 1];
  return {first, static_cast<std::size_t>(last.data() + last.size() - first)};
}

// The bytes, cut to whole code points, that both texts begin with; and those that both end with.
std::size_t common_beginning(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto bytes = static_cast<std::size_t>(std::distance(a.begin(), differ.first));
  return std::min(utf8::floor_boundary(a, bytes), utf8::floor_boundary(b, bytes));
}
std::size_t common_end(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  auto bytes = static_cast<std::size_t>(std::distance(a.rbegin(), differ.first));
  // A code point that only ends alike is another one.
  while (bytes > 0 && utf8::is_continuation(a[a.size() - bytes])) --bytes;
  return bytes;
}

// Makes the operation that replaces one text by another: first the lines that differ are found, in
// them the words, and of those the part between their common beginning and end is replaced.
class Replacement {
 public:
  ot::Operation make(std::string_view before, std::string_view after) {
    const std::size_t head = common_beginning(before, after);
    const std::size_t shorter = std::min(before.size(), after.size());
    // Text was only added, or only removed, in one place.
    if (head + common_end(before.substr(head), after.substr(head)) == shorter) {
      splice(before, after);
    } else {
      replace_lines(before, after);
    }
    return std::move(builder_).build();
  }

  ot::Operation make_one_splice(std::string_view before, std::string_view after) {
    splice(before, after);
    return std::move(builder_).build();
  }

 private:
  using ReplacePart = void (Replacement::*)(std::string_view, std::string_view);

  void replace_pieces(const Pieces& before, const Pieces& after, ReplacePart replace) {
    std::size_t kept = 0;
    for (const LineChange& change : diff_pieces(before, after)) {
      keep(text_of(before, kept, change.before_begin - kept));
      (this->*replace)(text_of(before, change.before_begin, change.before_count),
                       text_of(after, change.after_begin, change.after_count));
      kept = change.before_begin + change.before_count;
    }
    keep(text_of(before, kept, before.size() - kept));
  }

  void replace_lines(std::string_view before, std::string_view after) {
    const std::size_t lines = count_lines(before) + count_lines(after);
    if (diff_memory_bytes(before.size() + after.size(), lines) > kDiffBytesMax) {
      splice(before, after);
    } else {
      replace_pieces(split_lines(before), split_lines(after), &Replacement::replace_words);
    }
  }

  void replace_words(std::string_view before, std::string_view after) {
    const bool one_sided = before.empty() || after.empty();
    if (one_sided || before.size() + after.size() > kDiffWordsBytesMax) {
      return splice(before, after);
    }
    const Pieces before_words = split_words(before);
    const Pieces after_words = split_words(after);
    const std::size_t words = before_words.size() + after_words.size();
    if (words > work_left_ / words) return splice(before, after);
    work_left_ -= words * words;
    replace_pieces(before_words, after_words, &Replacement::splice);
  }

  void splice(std::string_view before, std::string_view after) {
    const std::size_t head = common_beginning(before, after);
    keep(before.substr(0, head));
    before.remove_prefix(head);
    after.remove_prefix(head);
    const std::size_t tail = common_end(before, after);
    if (after.size() > tail) builder_.insert(after.substr(0, after.size() - tail));
    builder_.erase(utf8::count_code_points(before.substr(0, before.size() - tail)));
    keep(before.substr(before.size() - tail));
  }

  void keep(std::string_view text) { builder_.retain(utf8::count_code_points(text)); }

  ot::OperationBuilder builder_;
  std::size_t work_left_ = kDiffWorkMax;  // To find the words that differ, in all lines together.
};

}  // namespace

Result<Restoration> make_restoration(const storage::History& history,
                                     const storage::DocumentKey& key,
                                     const storage::VersionSelector& at, Room& room) {
  Result<storage::Snapshot> wanted = read_version(history, key, at);
  if (!wanted) return wanted.error();
  Result<storage::Snapshot> newest = history.snapshot(key, std::nullopt);
  if (!newest) return newest.error();
  const std::size_t bytes = wanted->text.bytes() + newest->text.bytes();
  const std::size_t lines = wanted->text.lines() + newest->text.lines();
  const std::size_t memory = std::min(diff_memory_bytes(bytes, lines), kDiffBytesMax);
  if (const Result<void> taken = room.grow_to(memory); !taken) {
    return storage::about(key, taken.error());
  }
  const std::uint64_t base = newest->version;
  const bool exists = newest->exists;
  std::string then = copy_text(std::move(wanted))->text;
  if (!exists) return Restoration{base, storage::Create{std::move(then)}};
  const std::string now = copy_text(std::move(newest))->text;
  if (then == now) return Restoration{base, std::nullopt};
  return Restoration{base, storage::Edit{replacement(now, then)}};
}

ot::Operation replacement(std::string_view before, std::string_view after) {
  ot::Operation operation = Replacement().make(before, after);
  if (operation.size() <= storage::kOperationComponentsMax) return operation;
  return Replacement().make_one_splice(before, after);
}

}  // namespace cowrite::history
