#include "server/session/bulk_list.h"

#include <limits>
#include <utility>

#include "ot/base/check.h"
#include "storage/limits.h"

namespace cowrite::session {
namespace {

static_assert(storage::kIdBytesMax - 1 <= std::numeric_limits<unsigned char>::max(),
              "the length of an id, less one, is a byte");

BulkList::Action action_of(protocol::ReadKind kind) {
  return kind == protocol::ReadKind::kFetch ? BulkList::Action::kFetch
                                            : BulkList::Action::kSubscribe;
}

}  // namespace

BulkList::BulkList(Action action, std::string collection, bool with_versions)
    : action_(action), collection_(std::move(collection)), with_versions_(with_versions) {}

BulkList::BulkList(const protocol::ReadMany& request)
    : BulkList(action_of(request.kind), request.collection, request.with_versions) {
  if (with_versions_) versions_.reserve(request.documents.size());
  for (const auto& [id, version] : request.documents) {
    add(id);
    if (with_versions_) versions_.push_back(*version);
  }
  packed_.shrink_to_fit();
}

BulkList::BulkList(const protocol::UnsubscribeMany& request)
    : BulkList(Action::kUnsubscribe, request.collection, false) {
  for (const std::string& id : request.ids) add(id);
  packed_.shrink_to_fit();
}

void BulkList::add(std::string_view id) {
  CHECK(!id.empty());
  packed_ += static_cast<char>(static_cast<unsigned char>(id.size() - 1));
  packed_ += id;
  taken_.push_back(false);
  cancelled_.push_back(false);
  ++left_;
}

std::size_t BulkList::bytes() const {
  const std::size_t marks = (taken_.capacity() + cancelled_.capacity()) / 8;
  return packed_.capacity() + versions_.capacity() * sizeof(versions_[0]) + marks;
}

// ---- Places

std::string_view BulkList::id_at(const Place& place) const {
  const std::size_t bytes = std::size_t{1} + static_cast<unsigned char>(packed_[place.at]);
  return std::string_view(packed_).substr(place.at + 1, bytes);
}

void BulkList::go_on(Place& place) const {
  place.at += 1 + id_at(place).size();
  ++place.index;
}

BulkList::Place BulkList::find_left(std::string_view id) const {
  Place place = first_;
  while (!is_end(place) && (taken_[place.index] || id_at(place) != id)) go_on(place);
  return place;
}

// ---- Taking

BulkList::Part BulkList::take_at(const Place& place) {
  const std::size_t index = place.index;
  Part part{.key = {collection_, std::string(id_at(place))},
            .version = std::nullopt,
            .cancelled = cancelled_[index]};
  if (with_versions_) part.version = versions_[index];
  taken_[index] = true;
  --left_;
  while (!is_end(first_) && taken_[first_.index]) go_on(first_);
  return part;
}

BulkList::Part BulkList::take_first() {
  CHECK(left_ > 0);
  return take_at(first_);
}

std::optional<BulkList::Part> BulkList::take(const storage::DocumentKey& key) {
  if (key.collection() != collection_) return std::nullopt;
  const Place place = find_left(key.id());
  if (is_end(place)) return std::nullopt;
  return take_at(place);
}

bool BulkList::holds(const storage::DocumentKey& key) const {
  return key.collection() == collection_ && !is_end(find_left(key.id()));
}

void BulkList::add_left(Ids& ids) const {
  for (Place place = first_; !is_end(place); go_on(place)) {
    if (!taken_[place.index]) ids.insert(id_at(place));
  }
}

void BulkList::cancel(const Ids& ids) {
  for (Place place = first_; !is_end(place); go_on(place)) {
    if (ids.contains(id_at(place))) cancelled_[place.index] = true;
  }
}

// ---- The request

protocol::ReadMany BulkList::read_many() const {
  CHECK(action_ != Action::kUnsubscribe);
  protocol::ReadMany request{.kind = action_ == Action::kFetch ? protocol::ReadKind::kFetch
                                                               : protocol::ReadKind::kSubscribe,
                             .collection = collection_,
                             .documents = {},
                             .with_versions = with_versions_};
  request.documents.reserve(taken_.size());
  for (Place place; !is_end(place); go_on(place)) {
    request.documents.emplace_back(id_at(place), std::nullopt);
    if (with_versions_) request.documents.back().second = versions_[place.index];
  }
  return request;
}

protocol::UnsubscribeMany BulkList::unsubscribe_many() const {
  CHECK(action_ == Action::kUnsubscribe);
  protocol::UnsubscribeMany request{.collection = collection_, .ids = {}};
  request.ids.reserve(taken_.size());
  for (Place place; !is_end(place); go_on(place)) request.ids.emplace_back(id_at(place));
  return request;
}

}  // namespace cowrite::session
