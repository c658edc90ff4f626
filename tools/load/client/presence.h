// Presence: a client's cursor in its document, told as the page tells it: at most every 80 ms, one
// at a time, only while the document has nothing pending, and again when the server asks; and a
// count of what it is told of others.
//
// It lives on its client's loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tools/load/clock.h"
#include "tools/load/figures/figures.h"
#include "tools/load/wire/link.h"

namespace cowrite::load {

class Presence {
 public:
  struct Place {
    std::uint64_t position = 0;
    std::uint64_t version = 0;
  };

  // `name` is the person's. `place` is nothing while the document has something pending.
  Presence(boost::asio::io_context& context, Link& link, Figures& figures,
           const std::string& collection, const std::string& document, const std::string& name,
           std::function<std::optional<Place>()> place);

  // There is a connection: listens to the others, and tells them.
  void connected();
  // The place may have changed, or may be told again.
  void update();
  // p, ps or pr, as a whole.
  void receive(std::string_view message);
  // Tells nothing any more.
  void stop();

 private:
  void send(const Place& place);

  Link& link_;
  Figures& figures_;
  const std::string channel_;
  const std::string beginning_;  // Of each message that tells a place.
  const std::string end_;
  const std::function<std::optional<Place>()> place_;
  boost::asio::steady_timer timer_;
  std::uint64_t next_join_ = 1;
  std::uint64_t next_presence_ = 1;
  std::string own_;  // By this the client knows its own presences.
  Time sent_at_;
  std::optional<std::uint64_t> told_;  // The position.
  bool timer_set_ = false;
  bool waiting_ = false;  // For an ack.
  bool stopped_ = false;
};

}  // namespace cowrite::load
