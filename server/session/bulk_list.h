// BulkList: the documents that one bulk request names, held in about the bytes of its message, and
// which of them were taken from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "server/protocol/message.h"
#include "storage/document_key.h"
#include "storage/seeded_hash.h"

namespace cowrite::session {

class BulkList {
 public:
  enum class Action : std::uint8_t { kFetch, kSubscribe, kUnsubscribe };

  struct Part {
    storage::DocumentKey key;
    std::optional<std::uint64_t> version;
    bool cancelled = false;
  };

  struct Hash {
    std::size_t operator()(std::string_view id) const { return storage::seeded_hash(id); }
  };
  using Ids = std::unordered_set<std::string_view, Hash>;

  explicit BulkList(const protocol::ReadMany& request);
  explicit BulkList(const protocol::UnsubscribeMany& request);

  [[nodiscard]] Action action() const { return action_; }
  [[nodiscard]] const std::string& collection() const { return collection_; }
  [[nodiscard]] bool with_versions() const { return with_versions_; }

  // How many were not taken.
  [[nodiscard]] std::size_t left() const { return left_; }
  // About what it takes in memory.
  [[nodiscard]] std::size_t bytes() const;
  // Takes the first of them. REQUIRES: left() > 0.
  [[nodiscard]] Part take_first();
  // Takes one about this document, if there is any.
  [[nodiscard]] std::optional<Part> take(const storage::DocumentKey& key);

  // Whether one of them is about the document.
  [[nodiscard]] bool holds(const storage::DocumentKey& key) const;
  // Adds their ids, which this holds.
  void add_left(Ids& ids) const;
  // Marks those of them.
  void cancel(const Ids& ids);

  // As it came. REQUIRES: it subscribes or fetches / unsubscribes.
  [[nodiscard]] protocol::ReadMany read_many() const;
  [[nodiscard]] protocol::UnsubscribeMany unsubscribe_many() const;

 private:
  // A place in the list.
  struct Place {
    std::size_t index = 0;
    std::size_t at = 0;  // In packed_.
  };

  BulkList(Action action, std::string collection, bool with_versions);
  void add(std::string_view id);
  [[nodiscard]] bool is_end(const Place& place) const { return place.index == taken_.size(); }
  [[nodiscard]] std::string_view id_at(const Place& place) const;
  void go_on(Place& place) const;
  [[nodiscard]] Place find_left(std::string_view id) const;
  [[nodiscard]] Part take_at(const Place& place);

  Action action_;
  std::string collection_;
  bool with_versions_;
  std::string packed_;                   // Of each id its length less one, a byte, and the id.
  std::vector<std::uint64_t> versions_;  // If it has any.
  std::vector<bool> taken_;
  std::vector<bool> cancelled_;
  Place first_;  // All before it were taken.
  std::size_t left_ = 0;
};

}  // namespace cowrite::session
