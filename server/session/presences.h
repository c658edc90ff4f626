// Presences of one connection: those that it has announced, to be retracted when it is gone, and
// those of others that wait until it reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ot/base/result.h"
#include "server/document/messages.h"
#include "server/session/followed_memory.h"
#include "server/transport/connection.h"

namespace cowrite::session {

class OwnPresences {
 public:
  // REQUIRES: the account outlives this.
  explicit OwnPresences(FollowedMemory::Account& followed) : followed_(followed) {}

  // Fails if there is no room for one more (kPresencesPerConnectionMax), or no memory for it; or if
  // it was about another document, which may hold it and would show it after its end. A null value
  // is a presence that ended.
  [[nodiscard]] Result<void> remember(const protocol::Presence& presence);

  // A value of it goes out to the others.
  void note_shown(const protocol::Presence& presence);
  // Whether it was announced before and has not ended; and whether a value of it went out.
  enum class State : std::uint8_t { kUnknown, kAnnounced, kShown };
  [[nodiscard]] State state_of(const protocol::Presence& presence) const;

  // What to announce when the connection leaves the channel / is gone: each of its presences, with
  // a null value.
  [[nodiscard]] std::vector<protocol::Presence> take_back(const std::string& channel);
  [[nodiscard]] std::vector<protocol::Presence> take_back_all();

  [[nodiscard]] std::size_t size() const { return presences_.size(); }

 private:
  using Name = std::pair<std::string, std::string>;  // Channel and presence id.
  // What its end says.
  struct Latest {
    std::uint64_t presence_version = 0;
    std::optional<storage::DocumentKey> key;  // Of the channel's name.
    std::optional<std::uint64_t> version;
    std::optional<std::string> type;
    bool is_shown = false;
  };
  using Presences = std::map<Name, Latest>;

  [[nodiscard]] static std::size_t bytes_of(const Name& name, const Latest& latest);
  [[nodiscard]] protocol::Presence take(Presences::value_type& presence);

  FollowedMemory::Account& followed_;
  Presences presences_;
};

// Only the latest of each person matters. The latest is not always the last to come: a connection
// that its client has left long ago takes its presences back when it ends. What has ended may begin
// anew with a lower version, which the client ignores unless it hears of the end first.
class WaitingPresences {
 public:
  void put(const document::PresenceNotice& notice, transport::SharedOutbound encoded);
  // Their messages, for one write: each alone would take much longer, of thousands.
  [[nodiscard]] std::vector<std::string> take();

 private:
  struct Name {
    std::string channel, source, id;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  struct Latest {
    std::uint64_t presence_version = 0;
    bool is_end = false;
    transport::SharedOutbound encoded;
    std::shared_ptr<const Latest> end_before = {};  // If it has begun anew.

    [[nodiscard]] std::size_t bytes() const {
      return encoded->bytes + (end_before ? end_before->encoded->bytes : 0);
    }
  };
  [[nodiscard]] static Latest after(const Latest& known, Latest next);
  void make_room(std::size_t bytes);
  void erase(std::map<Name, Latest>::iterator forgotten);

  std::map<Name, Latest> latest_;
  std::size_t bytes_ = 0;  // Of all.
};

}  // namespace cowrite::session
