// OwnSources: the ids that the client of one connection has had or has submitted under, each with
// the name by which everybody else knows it (storage/source.h). A client recognises its own
// operations by its ids, so what it is sent of them has these in it.
//
// Histories that were written before sources had names hold the ids themselves.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cowrite::session {

class OwnSources {
 public:
  struct Source {
    std::string name;
    std::shared_ptr<const std::string> id;
  };

  explicit OwnSources(std::string id) { take(std::move(id)); }

  // From now on it is the connection's own. An id is hashed once, however often it comes.
  void take(std::string id);
  [[nodiscard]] const Source& current() const { return sources_.back(); }

  // An id that the client sent an operation under before. Beyond kOwnSourcesMax (limits.h) those of
  // longest ago are forgotten: the client is sent them like anybody's.
  [[nodiscard]] const Source& add(const std::string& id);

  // Whether the connection itself has it: records of this source are told of by their acks.
  [[nodiscard]] bool is_current(std::string_view source) const {
    return source == current().name || source == *current().id;
  }
  // Whether there is one among these that the client calls by another name than everybody, or is
  // told of by acks. REQUIRES: they are sorted.
  [[nodiscard]] bool has_any_of(std::span<const std::string_view> sources) const;
  // The id that the client knows the source by, if it is one of its own; else the source.
  [[nodiscard]] std::string_view id_of(std::string_view source) const;

 private:
  [[nodiscard]] std::vector<Source>::iterator find(std::string_view id);

  std::vector<Source> sources_;  // The current one is the last.
};

}  // namespace cowrite::session
